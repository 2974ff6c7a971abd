"""A run that is interrupted ends with a partial result and whole files; one that is killed leaves
nothing behind."""

import json
import os
import signal
import struct
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, os.path.join(os.environ["IPCSIM_SOURCE_DIR"], "tests", "support"))
from ipcsim import ENDLESS, INTERRUPTED, IPCSIM, PATIENCE_S, CommandTest  # noqa: E402


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("waited in vain until " + what)
        time.sleep(0.01)


def catches_sigint(process):
    status = Path("/proc/%d/status" % process.pid).read_text()
    caught = int(status.split("SigCgt:")[1].split()[0], 16)
    return caught >> (signal.SIGINT - 1) & 1 == 1


def statistics_of(process):
    """Fields of proc(5)'s stat from the third on."""
    return Path("/proc/%d/stat" % process.pid).read_text().rsplit(")", 1)[1].split()


def is_asleep(process):
    return statistics_of(process)[0] == "S"


def has_worked(process):
    return int(statistics_of(process)[11]) > 0.3 * os.sysconf("SC_CLK_TCK")


def has_nameless_files(folder):
    try:
        os.close(os.open(folder, os.O_WRONLY | os.O_TMPFILE))
    except OSError:
        return False
    return True


def pcap_times(path):
    """The times of a capture's packets, in ns; fails when a packet is not whole."""
    data = path.read_bytes()
    magic, _, _, _, _, _, linktype = struct.unpack_from("=IHHiIII", data)
    assert magic == 0xA1B23C4D and linktype == 101
    at, times = 24, []
    while at < len(data):
        seconds, nanoseconds, captured, _ = struct.unpack_from("=IIII", data, at)
        at += 16 + captured
        times.append(seconds * 10**9 + nanoseconds)
    assert at == len(data), "the last packet is cut off"
    return times


class Interrupt(CommandTest):
    def start(self, *words):
        self.write("endless.json", ENDLESS)
        process = subprocess.Popen([IPCSIM, "run", "endless.json", *words], cwd=self.folder,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.addCleanup(self.end, process)
        wait_until(lambda: catches_sigint(process), "the run has begun")
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def files(self):
        return sorted(path.name for path in self.folder.iterdir())

    def test_a_partial_result_says_so(self):
        process = self.start("--format", "json")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
        self.assertEqual((process.returncode, err), (INTERRUPTED, b""))
        result = json.loads(out)
        self.assertEqual(result["stopped"], "interrupted")
        self.assertLess(result["virtual_ns"], 10**14)

    def test_a_partial_report_says_so(self):
        process = self.start()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
        self.assertEqual((process.returncode, err), (INTERRUPTED, b""))
        self.assertIn("interrupted", out.decode("utf-8"))

    def test_log_and_captures_of_a_partial_run_are_whole(self):
        process = self.start("--format", "json", "--events", "events", "--pcap", "pcap")
        wait_until(lambda: has_worked(process), "there is something to see")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
        self.assertEqual((process.returncode, err), (INTERRUPTED, b""))
        result = json.loads(out)
        text = (self.folder / "events").read_text("utf-8")
        self.assertTrue(text.endswith("\n"))
        events = [json.loads(line) for line in text.splitlines()]
        self.assertLessEqual(events[-1]["at_ns"], result["virtual_ns"])
        sent = sum(1 for event in events if event["event"] == "message-sent"
                   and event["process"] == "asker")
        self.assertEqual(sent, result["flows"][0]["sent"])
        for link, name in zip(result["links"], ("client", "server")):
            times = pcap_times(self.folder / "pcap" / (name + "-eth0.pcap"))
            self.assertEqual(times, sorted(times))
            other = result["links"][1 - result["links"].index(link)]
            self.assertEqual(len(times), link["offered"] + other["delivered"])

    def test_a_write_that_is_under_way_is_finished(self):
        os.mkfifo(self.folder / "events")
        reader = os.open(self.folder / "events", os.O_RDONLY | os.O_NONBLOCK)
        process = self.start("--events", "events", "-o", "report")
        wait_until(lambda: is_asleep(process), "the pipe is full")
        process.send_signal(signal.SIGINT)
        os.set_blocking(reader, True)
        with open(reader, "rb") as stream:
            lines = stream.read().splitlines()
        self.end_status(process, INTERRUPTED)
        for line in lines:
            json.loads(line)
        self.assertIn("interrupted", (self.folder / "report").read_text("utf-8"))

    def end_status(self, process, status):
        process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, status)

    def test_a_second_interrupt_kills(self):
        os.mkfifo(self.folder / "events")
        reader = os.open(self.folder / "events", os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        self.write("report", "old")
        process = self.start("--events", "events", "-o", "report")
        wait_until(lambda: is_asleep(process), "the pipe is full")
        process.send_signal(signal.SIGINT)
        wait_until(lambda: not catches_sigint(process), "the first one has been seen")
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        self.end_status(process, -signal.SIGINT)
        self.assertEqual((self.folder / "report").read_text(), "old")

    def test_a_killed_run_leaves_nothing_behind(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            self.write("report", "old")
            process = self.start("--events", "log", "-o", "report")
            process.send_signal(number)
            self.end_status(process, -number)
            self.assertEqual((self.folder / "report").read_text(), "old")
            if has_nameless_files(self.folder):
                self.assertEqual(self.files(), ["endless.json", "report"])


if __name__ == "__main__":
    unittest.main()

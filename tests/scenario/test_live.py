"""`ipcsim live` over a pair of sockets, which needs no rights: packets written by hand, how a run
ends, what the report says, and requests that cannot be granted."""

import json
import os
import signal
import socket
import subprocess
import sys
import unittest

import jsonschema

sys.path.insert(0, os.path.join(os.environ["IPCSIM_SOURCE_DIR"], "tests", "support"))
from ipcsim import (IPCSIM, INPUT, MACHINE, OK, PATIENCE_S, SOURCE, UNMET,  # noqa: E402
                    CommandTest)
from live import Live, echo_request, ipv4, link_of, udp  # noqa: E402

# The outside is 10 ms away from an echo server; a process of its own does not start.
WORLD = {
    "ipcsim": 1,
    "title": "Live",
    "hosts": {"here": {"address": "10.0.0.1"}, "there": {"address": "10.0.0.2"}},
    "links": [{"name": "wire", "ends": ["here", "there"], "delay": "10ms"}],
    "processes": [
        {"name": "echo", "host": "there", "program": "udp-echo-server", "port": 7},
        {"name": "asker", "host": "here", "program": "udp-client", "to": "there:7"},
    ],
    "expect": [
        {"flow": "asker -> echo", "metric": "delivered", "equals": 1},
        {"flow": "echo -> asker", "metric": "delivered", "equals": 1},
        {"process": "asker", "metric": "exit-code", "equals": 0},
        {"link": "wire here->there", "metric": "offered", "min": 0},
    ],
}

HERE, THERE, STRANGER = "10.0.0.1", "10.0.0.2", "172.16.0.9"


class Outside(Live):
    """A live run with a pair of sockets in the place of `here`."""

    def __init__(self, world, *words, kind=socket.SOCK_DGRAM):
        self.end, theirs = socket.socketpair(socket.AF_UNIX, kind)
        self.end.settimeout(PATIENCE_S)
        with theirs:
            super().__init__(world, "--attach", "here=fd:%d" % theirs.fileno(), *words,
                             pass_fds=[theirs.fileno()])

    def __exit__(self, *_):
        self.end.close()
        super().__exit__()

    def ask(self, packet):
        self.end.send(packet)
        return self.end.recv(65536)


class Packets(CommandTest):
    def test_a_datagram_is_echoed(self):
        with Outside(WORLD) as live:
            self.assertEqual(live.ask(udp((HERE, 5000), (THERE, 7), b"hello"))[28:], b"hello")
            report = live.stop()
        self.assertEqual(report["live"]["attachments"][0]["in"], 1)
        self.assertEqual(report["live"]["attachments"][0]["out"], 1)
        self.assertEqual(link_of(report, "wire here->there")["offered"], 1)

    def test_a_stranger_behind_the_door_is_answered(self):
        with Outside(WORLD) as live:
            reply = live.ask(echo_request(STRANGER, THERE, 1, b"x"))
            live.stop()
        self.assertEqual(reply[12:20], socket.inet_aton(THERE) + socket.inet_aton(STRANGER))
        self.assertEqual(reply[20], 0)

    def test_a_closed_port_is_refused(self):
        with Outside(WORLD) as live:
            reply = live.ask(udp((HERE, 5000), (THERE, 8), b"anybody?"))
            live.stop()
        self.assertEqual(tuple(reply[20:22]), (3, 3))

    def test_what_is_no_packet_is_refused_and_counted(self):
        with Outside(WORLD) as live:
            live.end.send(b"")
            live.end.send(b"hello")
            live.end.send(b"\x60" + bytes(60))
            live.end.send(ipv4(HERE, "192.0.2.1", 17, bytes(2000)))
            self.assertEqual(live.ask(udp((HERE, 5000), (THERE, 7), b"still?"))[28:], b"still?")
            report = live.stop()
        self.assertEqual(report["live"]["attachments"][0]["refused"], 4)
        host = next(host for host in report["hosts"] if host["name"] == "here")
        self.assertEqual(host["dropped"], {"bad-ip-header": 3, "too-big": 1})

    def test_processes_of_the_host_do_not_start_and_are_not_judged(self):
        with Outside(WORLD) as live:
            report = live.stop()
            self.assertIn("not started: asker", "".join(live.said))
        outcomes = {process["name"]: process["outcome"] for process in report["processes"]}
        self.assertEqual(outcomes["asker"], "not-started")
        self.assertEqual([one["pointer"] for one in report["expectations"]], ["/expect/3"])
        self.assertTrue(report["ok"])


class Ends(CommandTest):
    def test_the_stop_of_the_trace_ends_a_run(self):
        with Outside(dict(WORLD, stop="50ms")) as live:
            status, report = live.wait()
        self.assertEqual((status, report["stopped"], report["virtual_ns"]), (OK, "time", 50000000))

    def test_an_expectation_that_fails_is_told(self):
        expect = [{"link": "wire here->there", "metric": "offered", "min": 1}]
        with Outside(dict(WORLD, stop="50ms", expect=expect)) as live:
            self.assertEqual(live.wait()[0], UNMET)

    def test_sigint_and_sigterm_end_a_run_with_its_report(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with Outside(WORLD) as live:
                report = live.stop(number)
            self.assertEqual((report["stopped"], report["command"]), ("interrupted", "live"))

    def test_a_run_ends_when_everybody_outside_has_gone(self):
        with Outside(WORLD, kind=socket.SOCK_SEQPACKET) as live:
            live.ask(udp((HERE, 5000), (THERE, 7), b"hello"))
            live.end.close()
            status, report = live.wait()
        self.assertEqual((status, report["stopped"]), (OK, "quiescent"))
        self.assertIn("here: fd:", live.said[-1])

    def test_a_signal_during_a_flood_ends_a_run(self):
        """A process that sends to itself without end keeps the simulation behind the clock."""
        flood = [{"name": "f%d" % i, "host": "there", "program": "udp-sender", "to": "there:9",
                  "messages": 100000000, "size": "1B", "interval": "1us"} for i in range(20)]
        with Outside(dict(WORLD, processes=flood, expect=[])) as live:
            live.wait_for("ipcsim: behind by ")
            report = live.stop()
        self.assertGreater(report["live"]["lag_max_ns"], 20000000)


class Report(CommandTest):
    def live(self, *words, world=WORLD, **how):
        """A run of 30 ms without anybody."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.write("world.json", dict(world, stop="30ms"))
        with ours, theirs:
            return subprocess.run(
                [IPCSIM, "live", "world.json", "--attach", "here=fd:%d" % theirs.fileno(), *words],
                cwd=self.folder, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                capture_output=True, text=True, check=False, timeout=PATIENCE_S, **how)

    def test_the_text_says_that_it_cannot_be_repeated(self):
        done = self.live()
        self.assertEqual(done.returncode, OK, done.stderr)
        last = done.stdout.splitlines()[-1]
        self.assertRegex(last, r"^live for 30 ms up to its stop, at most .* behind the clock; "
                               r"not repeatable$")
        self.assertRegex(done.stdout, r"\nhere = fd:\d+ +0 +0\n")

    def test_the_result_goes_where_it_is_wanted(self):
        done = self.live("--format", "json", "-o", "result.json", "--events", "events.json",
                         "--pcap", "captures", "--seed", "9")
        self.assertEqual(done.returncode, OK, done.stderr)
        report = json.loads((self.folder / "result.json").read_text())
        self.assertEqual((report["seed"], report["live"]["attachments"][0]["host"]), (9, "here"))
        self.assertTrue((self.folder / "events.json").exists())
        self.assertTrue((self.folder / "captures").is_dir())

    def test_the_result_is_as_its_schema_says(self):
        schema = json.loads((SOURCE / "tool/report/schema/result.schema.json").read_text("utf-8"))
        report = json.loads(self.live("--format", "json").stdout)
        jsonschema.validate(report, schema, cls=jsonschema.Draft202012Validator)
        self.assertEqual(set(report["live"]), set(schema["properties"]["live"]["properties"]))
        self.assertEqual(set(report["live"]["attachments"][0]),
                         set(schema["$defs"]["attachment"]["properties"]))

    def test_values_of_the_trace_can_be_set(self):
        done = self.live("--format", "json", "--set", '/stop="20ms"')
        self.assertEqual(json.loads(done.stdout)["virtual_ns"], 20000000)


class Refusals(CommandTest):
    def refuse(self, status, message, *words):
        path = self.write("world.json", WORLD)
        done = self.run_ipcsim("live", path, *words)
        text = done.stderr.decode()
        self.assertEqual((done.returncode, done.stdout), (status, b""), text)
        self.assertIn(message, text)
        self.assertEqual(text.count("\n"), 1)

    def test_what_cannot_be_attached_is_refused(self):
        for message, words in (
                ("expected --attach HOST=tun:NAME or HOST=fd:N, once or more", []),
                ('did you mean "there"?', ["--attach", "ther=tun:x"]),
                ("expected HOST=tun:NAME or HOST=fd:N", ["--attach", "here"]),
                ("expected HOST=tun:NAME or HOST=fd:N", ["--attach", "here=eth0"]),
                ("1 to 15 characters", ["--attach", "here=tun:a/b"]),
                ("is not open", ["--attach", "here=fd:77"]),
                ("standard input", ["--attach", "here=fd:0"]),
                ("host here is attached twice",
                 ["--attach", "here=tun:x", "--attach", "here=tun:y"]),
                ("tun:x is attached twice",
                 ["--attach", "here=tun:x", "--attach", "there=tun:x"])):
            with self.subTest(words=words):
                self.refuse(INPUT, message, *words)

    def test_a_file_is_no_outside(self):
        path = self.write("world.json", WORLD)
        with open(path, "rb") as file:
            done = self.run_ipcsim("live", path, "--attach", "here=fd:%d" % file.fileno(),
                                   pass_fds=[file.fileno()])
        self.assertEqual(done.returncode, INPUT)
        self.assertIn(b"neither a datagram socket nor a TUN device", done.stderr)

    @unittest.skipIf(not os.path.exists("/dev/net/tun"), "no TUN driver")
    def test_a_tun_device_needs_rights(self):
        """Without them: the user `nobody` in nobody's namespaces."""
        path = self.write("world.json", WORLD)
        self.folder.chmod(0o755)
        drop = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        done = self.run_ipcsim("live", path, "--attach", "here=tun:ics-test", **drop)
        self.assertEqual(done.returncode, MACHINE)
        self.assertRegex(done.stderr, rb"TUN device ics-test: .*CAP_NET_ADMIN|/dev/net/tun: ")


if __name__ == "__main__":
    unittest.main()

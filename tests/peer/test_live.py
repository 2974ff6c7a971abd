"""The Linux kernel behind a TUN device talks through a simulated network: ping, UDP both ways,
refused ports, and the simulator between two namespaces as a network emulator."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.environ["IPCSIM_SOURCE_DIR"], "tests", "support"))
from ipcsim import PATIENCE_S, trace  # noqa: E402
from live import Live, Namespace, bring_up, enter_namespace, link_of, must  # noqa: E402

INSIDE = "10.9.0.2"
DELAY_S = 0.020


def world(faults=(), processes=(), **more):
    """The host `inside` (10.9.0.2), 20 ms away from `outside` (10.9.0.1)."""
    return dict({
        "ipcsim": 1,
        "hosts": {"inside": {"address": "10.9.0.2"}, "outside": {"address": "10.9.0.1"}},
        "links": [{"name": "wire", "ends": ["outside", "inside"], "delay": "20ms",
                   "faults": list(faults)}],
        "processes": list(processes),
    }, **more)


ECHO = {"name": "echo", "host": "inside", "program": "udp-echo-server", "port": 7}


def attached(trace_text, *words):
    """A run with the kernel in the place of `outside`, at the TUN device sim0."""
    live = Live(trace_text, "--attach", "outside=tun:sim0", *words)
    bring_up("sim0", "10.9.0.1/24")
    return live


def ping(address, count, *words):
    """How many came back, and the shortest round trip in seconds."""
    done = subprocess.run(["ping", "-n", "-q", "-c", str(count), "-i", "0.01", "-W", "2", *words,
                           address], capture_output=True, text=True, check=False,
                          timeout=PATIENCE_S)
    received = int(re.search(r"(\d+) received", done.stdout).group(1))
    times = re.search(r"rtt min/avg/max/mdev = ([\d.]+)/", done.stdout)
    return received, float(times.group(1)) / 1000 if times else None


class KernelOutside(unittest.TestCase):
    def test_ping_meets_the_delay(self):
        with attached(world()) as live:
            received, shortest_s = ping(INSIDE, 20)
            report = live.stop()
        self.assertEqual(received, 20)
        self.assertGreaterEqual(shortest_s, 2 * DELAY_S)
        self.assertEqual(report["live"]["attachments"],
                         [{"host": "outside", "to": "tun:sim0", "in": 20, "refused": 0, "out": 20,
                           "not_taken": 0}])
        self.assertEqual(report["stopped"], "interrupted")

    def test_ping_meets_the_loss(self):
        with attached(world([{"kind": "loss", "probability": "20%"}])) as live:
            received, _ = ping(INSIDE, 200)
            report = live.stop()
        forth = link_of(report, "wire outside->inside")
        back = link_of(report, "wire inside->outside")
        self.assertEqual(forth["offered"], 200)
        self.assertEqual(back["offered"], forth["delivered"])
        self.assertEqual(received, back["delivered"])
        # 36 % get lost; 0.36 +- 5 standard deviations.
        self.assertLess(abs(200 - received - 72), 5 * (200 * 0.36 * 0.64) ** 0.5)

    def test_ping_from_another_address_behind_the_door_is_answered(self):
        with attached(world()) as live:
            must("ip", "address", "add", "172.16.3.4/32", "dev", "sim0")
            received, _ = ping(INSIDE, 5, "-I", "172.16.3.4")
            live.stop()
        self.assertEqual(received, 5)

    def test_large_pings_fit_the_mtu(self):
        with attached(world()) as live:
            received, _ = ping(INSIDE, 3, "-s", "1472", "-M", "do")
            live.stop()
        self.assertEqual(received, 3)

    def test_udp_of_the_kernel_is_echoed_by_a_simulated_server(self):
        with attached(world(processes=[ECHO])) as live:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.settimeout(PATIENCE_S)
                client.connect((INSIDE, 7))
                for i in range(20):
                    message = b"message %d" % i
                    client.send(message)
                    self.assertEqual(client.recv(2000), message)
            live.stop()

    def test_nc_talks_to_a_simulated_server(self):
        with attached(world(processes=[ECHO])) as live:
            with subprocess.Popen(["nc", "-u", INSIDE, "7"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE) as nc:
                nc.stdin.write(b"hello\n")
                nc.stdin.flush()
                self.assertEqual(nc.stdout.readline(), b"hello\n")
                nc.kill()
            live.stop()

    def test_udp_of_a_simulated_client_is_answered_by_the_kernel(self):
        """The client begins when it hears that somebody is there."""
        client = {"name": "asker", "host": "inside", "operations": [
            {"do": "socket", "socket": "s"}, {"do": "bind", "socket": "s", "port": 99},
            {"do": "receive", "socket": "s", "expect-text": "begin"},
            {"do": "repeat", "times": 10, "operations": [
                {"do": "send", "socket": "s", "to": "outside:5000", "text": "ask"},
                {"do": "receive", "socket": "s", "expect-text": "answer",
                 "expect-from": "outside:5000"}]}]}
        with attached(world(processes=[client])) as live:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
                server.settimeout(PATIENCE_S)
                server.bind(("10.9.0.1", 5000))
                server.sendto(b"begin", (INSIDE, 99))
                for _ in range(10):
                    message, peer = server.recvfrom(2000)
                    self.assertEqual((message, peer), (b"ask", (INSIDE, 99)))
                    server.sendto(b"answer", peer)
                # Its last answer arrives before this comes back.
                self.assertEqual(ping(INSIDE, 1)[0], 1)
            report = live.stop()
        self.assertEqual(report["processes"][0]["outcome"], "returned")
        self.assertEqual(report["processes"][0]["operations_failed"], 0)

    def test_a_udp_client_program_talks_to_the_kernel(self):
        client = {"name": "asker", "host": "inside", "program": "udp-client", "to": "outside:5000",
                  "messages": 100000, "interval": "10ms", "wait": "none"}
        with attached(world(processes=[client])) as live:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
                server.settimeout(PATIENCE_S)
                server.bind(("10.9.0.1", 5000))
                for _ in range(20):
                    message, peer = server.recvfrom(2000)
                    server.sendto(message, peer)
                self.assertEqual(ping(INSIDE, 1)[0], 1)
            report = live.stop()
        back = link_of(report, "wire outside->inside")
        self.assertGreaterEqual(back["delivered"], 20)

    def test_a_closed_udp_port_is_refused(self):
        with attached(world()) as live:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.settimeout(PATIENCE_S)
                client.connect((INSIDE, 99))
                client.send(b"anybody?")
                with self.assertRaises(ConnectionRefusedError):
                    client.recv(2000)
            live.stop()

    def test_the_example_runs(self):
        with Live(json.loads(trace("live").read_text()), "--attach", "outside=tun:sim0") as live:
            self.assertIn("not started: TCPClient, asker", "".join(live.said))
            bring_up("sim0", "10.9.0.1/24")
            # Of 100, one gets through both losses of 2 %.
            self.assertGreater(ping(INSIDE, 100)[0], 0)
            report = live.stop()
        self.assertEqual(report["expectations"], [])
        self.assertTrue(report["ok"])

    def test_what_is_written_to_a_device_that_is_down_is_counted(self):
        client = {"name": "asker", "host": "inside", "program": "udp-client", "to": "outside:5000",
                  "messages": 3, "interval": "10ms", "wait": "none"}
        with Live(world(processes=[client], stop="200ms"), "--attach",
                  "outside=tun:sim0") as live:
            status, report = live.wait()
        self.assertEqual(status, 0)
        self.assertEqual(report["live"]["attachments"][0]["not_taken"], 3)
        self.assertIn("is the device up?", "".join(live.said))

    def test_a_device_that_is_deleted_ends_the_run(self):
        must("ip", "tuntap", "add", "dev", "sim1", "mode", "tun")
        with Live(world(), "--attach", "outside=tun:sim1") as live:
            bring_up("sim1", "10.9.0.1/24")
            must("ip", "link", "del", "sim1")
            status, report = live.wait()
        self.assertEqual((status, report["stopped"]), (0, "quiescent"))
        self.assertIn("tun:sim1 has gone", "".join(live.said))


LEFT, RIGHT = "10.8.1.1", "10.8.2.1"


def between(*faults, **link):
    """Two hosts and a link; both are outside, in namespaces of their own."""
    return {
        "ipcsim": 1,
        "hosts": {"left": {"address": LEFT}, "right": {"address": RIGHT}},
        "links": [dict({"name": "wire", "ends": ["left", "right"], "faults": list(faults)},
                       **link)],
    }


class Emulator:
    """The simulator between two namespaces: this one (left) and another one."""

    def __init__(self, trace_text):
        self.other = Namespace()
        self.live = Live(trace_text, "--attach", "left=tun:sim0", "--attach", "right=tun:sim1")
        self.other.take("sim1")
        bring_up("sim0", LEFT + "/24")
        bring_up("sim1", RIGHT + "/24", run=self.other.run)
        must("ip", "route", "add", "10.8.2.0/24", "dev", "sim0")
        self.other.run("ip", "route", "add", "10.8.1.0/24", "dev", "sim1")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.live.__exit__()
        self.other.__exit__()


class Between(unittest.TestCase):
    def test_ping_crosses_the_simulated_network(self):
        with Emulator(between(delay="15ms")) as emulator:
            received, shortest_s = ping(RIGHT, 10)
            report = emulator.live.stop()
        self.assertEqual(received, 10)
        self.assertGreaterEqual(shortest_s, 0.030)
        # On a busy machine ping may send one more before it sees that all answers are there.
        for end in report["live"]["attachments"]:
            self.assertGreaterEqual(end["in"], 10)

    def iperf3(self, emulator, *words):
        """One run of the client against a server in the other namespace."""
        with subprocess.Popen(
                emulator.other.words("iperf3", "--server", "--one-off", "--forceflush"),
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
            for line in server.stdout:
                if "Server listening" in line:
                    break
            drain = threading.Thread(target=server.stdout.read)
            drain.start()
            done = json.loads(must("iperf3", "--client", RIGHT, "--json", *words))
            drain.join()
        return done["end"]

    def test_iperf3_measures_tcp_over_the_simulated_network(self):
        with Emulator(between({"kind": "loss", "probability": "1%"}, rate="20Mbit", delay="5ms",
                              queue={"discipline": "droptail", "packets": 50})) as emulator:
            end = self.iperf3(emulator, "--bytes", "2M")
            report = emulator.live.stop()
        self.assertGreaterEqual(end["sum_sent"]["bytes"], 2000000)
        self.assertGreater(end["sum_received"]["bytes"], 0)
        self.assertLess(end["sum_received"]["bits_per_second"], 20e6)
        self.assertGreater(link_of(report, "wire left->right")["dropped"].get("loss", 0), 0)

    def test_iperf3_measures_udp_loss(self):
        # Not the first, short message: iperf3 does not repeat that.
        loss = {"kind": "loss", "probability": "10%", "match": "udp and greater 500"}
        with Emulator(between(loss)) as emulator:
            end = self.iperf3(emulator, "--udp", "--bitrate", "2M", "--length", "500",
                              "--blockcount", "1000")
            emulator.live.stop()
        # 10 % of 1000; 5 standard deviations.
        self.assertLess(abs(end["sum"]["lost_packets"] - 100), 5 * (1000 * 0.1 * 0.9) ** 0.5)


if __name__ == "__main__":
    enter_namespace("ping", "nc", "iperf3", "sysctl")
    unittest.main()

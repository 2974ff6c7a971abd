"""Programs of this machine and simulated ones talk TCP to each other through a link that loses,
duplicates and reorders: nc, ftplib, smtplib, telnet by hand, and the bulk programs."""

import ftplib
import io
import os
import smtplib
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.environ["IPCSIM_SOURCE_DIR"], "tests", "support"))
from ipcsim import PATIENCE_S  # noqa: E402
from live import Live, bring_up, enter_namespace, link_of, must  # noqa: E402

OUTSIDE, INSIDE = "10.9.0.1", "10.9.0.2"
FAULTS = [{"kind": "loss", "probability": "2%"}, {"kind": "duplicate", "probability": "1%"},
          {"kind": "reorder", "probability": "2%", "displacement": 3}]


def program(name, kind, **parameters):
    return dict({"name": name, "host": "inside", "program": kind}, **parameters)


def live_run(*processes):
    """The kernel is 2 ms away from `inside`, where the processes run."""
    return Live({
        "ipcsim": 1,
        "hosts": {"inside": {"address": INSIDE}, "outside": {"address": OUTSIDE}},
        "links": [{"name": "wire", "ends": ["outside", "inside"], "delay": "2ms",
                   "faults": FAULTS}],
        "processes": list(processes),
    }, "--attach", "outside=tun:sim0")


def attached(*processes):
    live = live_run(*processes)
    bring_up("sim0", OUTSIDE + "/24")
    return live


def log_of(report, name):
    """What a process and its children said."""
    return [line for process in report["processes"] if process["name"].split("/")[0] == name
            for line in process["log"]]


def connect(port):
    return socket.create_connection((INSIDE, port), timeout=PATIENCE_S)


def receive_to_end(connection):
    data = b""
    while piece := connection.recv(65536):
        data += piece
    return data


class OurServers(unittest.TestCase):
    def test_nc_talks_to_the_chapters_server(self):
        """A string in the form of writeUTF: two bytes of length before it."""
        message = b"\x00\x05hello"
        with attached(program("TCPServer", "tcp-server")) as live:
            done = subprocess.run(["nc", "-N", INSIDE, "7896"], input=message, capture_output=True,
                                  check=True, timeout=PATIENCE_S)
            report = live.stop()
        self.assertEqual(done.stdout, message)
        # Nobody tells the simulator what nc has taken.
        self.assertEqual([(flow["sent"], flow["undecided"]) for flow in report["flows"]], [(1, 1)])

    def test_a_closed_port_refuses_nc(self):
        with attached() as live:
            done = subprocess.run(["nc", "-v", INSIDE, "7896"], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, check=False,
                                  timeout=PATIENCE_S)
            live.stop()
        self.assertEqual(done.returncode, 1)
        self.assertIn("Connection refused", done.stderr)

    def test_ftplib_gets_and_puts_a_file_both_ways(self):
        with attached(program("server", "ftp-server", size="200kB")) as live:
            for passive in (True, False):
                got = []
                with ftplib.FTP() as client:
                    client.connect(INSIDE, 21, timeout=PATIENCE_S, source_address=(OUTSIDE, 0))
                    client.login()
                    client.set_pasv(passive)
                    client.retrbinary("RETR file.bin", got.append)
                    self.assertEqual(len(b"".join(got)), 200000)
                    # The server checks that it gets back what is in the file.
                    client.storbinary("STOR file.bin", io.BytesIO(b"".join(got)))
            live.stop()

    def test_smtplib_sends_mail(self):
        with attached(program("server", "smtp-server")) as live:
            with smtplib.SMTP(INSIDE, 25, timeout=PATIENCE_S) as client:
                refused = client.sendmail("alice@a.example", ["bob@b.example"],
                                          "Subject: hello\r\n\r\n" + "How are you?\r\n" * 1000)
            live.stop()
        self.assertEqual(refused, {})

    def test_what_is_typed_is_echoed(self):
        with attached(program("server", "telnet-server")) as live:
            with connect(23) as terminal:
                for key in b"ls -l":
                    terminal.sendall(bytes([key]))
                    self.assertEqual(terminal.recv(1), bytes([key]))
            live.stop()


class OurClients(unittest.TestCase):
    """They connect at once: device and server of the kernel are there before."""

    def setUp(self):
        must("ip", "tuntap", "add", "dev", "sim0", "mode", "tun")
        self.addCleanup(must, "ip", "link", "del", "sim0")
        bring_up("sim0", OUTSIDE + "/24")

    def listener(self, port):
        made = socket.create_server((OUTSIDE, port))
        self.addCleanup(made.close)
        made.settimeout(PATIENCE_S)
        return made

    def test_the_chapters_client_is_answered_by_python(self):
        server = self.listener(7896)
        client = program("TCPClient", "tcp-client", to="outside:7896", messages=20)
        with live_run(client) as live:
            with server.accept()[0] as connection:
                connection.settimeout(PATIENCE_S)
                while piece := connection.recv(65536):
                    connection.sendall(piece)
            report = live.stop()
        self.assertEqual(log_of(report, "TCPClient"), ["20 replies to 20 messages"])

    def test_bulk_data_goes_from_us_to_the_kernel_and_back_to_us(self):
        """Python passes on what the sender sends; the sink checks every byte."""
        server = self.listener(5000)
        sender = program("sender", "bulk-sender", to="outside:5000", size="10MB")
        with live_run(sender, program("sink", "bulk-sink")) as live:
            with server.accept()[0] as source, connect(9) as sink:
                source.settimeout(PATIENCE_S)
                total = 0
                while piece := source.recv(65536):
                    sink.sendall(piece)
                    total += len(piece)
                sink.shutdown(socket.SHUT_WR)
                self.assertEqual(receive_to_end(sink), b"")
            report = live.stop()
        self.assertEqual(total, 10000000)
        self.assertGreater(link_of(report, "wire inside->outside")["dropped"]["loss"], 0)
        self.assertEqual(log_of(report, "sink"), ["10000000 bytes, every one right"])


if __name__ == "__main__":
    enter_namespace("nc", "sysctl")
    unittest.main()

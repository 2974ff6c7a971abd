"""SIGINT ends a run soon, even one that stays at one instant for ever, with a report of what
happened until then, whole captures and exit status 130."""

import json
import os
import signal
import struct
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

IPCSIM = os.environ["IPCSIM"]
SOON_S = 30  # a loaded machine and sanitizers included; without the signal these never end
FOREVER = 10**18


def repeat(*operations):
    return {"do": "repeat", "times": FOREVER, "operations": list(operations)}


def answering(peer, opening):
    """A process that sends back whatever comes."""
    return [
        {"do": "socket", "socket": "s"},
        {"do": "bind", "socket": "s", "port": 7},
        *([{"do": "send", "socket": "s", "to": peer, "text": "ping"}] if opening else []),
        repeat(
            {"do": "receive", "socket": "s"},
            {"do": "send", "socket": "s", "to": "sender", "received": True},
        ),
    ]


def trace(**operations_of_host):
    return {
        "ipcsim": 1,
        "hosts": {"a": {}, "b": {}},
        "links": [{"name": "wire", "ends": ["a", "b"]}],
        "processes": [
            {"name": host, "host": host, "operations": operations}
            for host, operations in operations_of_host.items()
        ],
    }


def interrupt(document, *options):
    """Runs a trace, lets it go for a while and interrupts it."""
    command = [IPCSIM, "run", "-", "--format", "json", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        run.stdin.write(json.dumps(document).encode())
        run.stdin.close()
        time.sleep(1)
        run.send_signal(signal.SIGINT)
        try:
            run.wait(SOON_S)
        except subprocess.TimeoutExpired:
            run.kill()
            raise
        return run.returncode, json.loads(run.stdout.read())


def packets(path):
    """How many packets a pcap file holds; fails on one that is cut off."""
    data = path.read_bytes()
    at, n = 24, 0
    while at < len(data):
        captured = struct.unpack_from("<I", data, at + 8)[0]
        at, n = at + 16 + captured, n + 1
    assert at == len(data)
    return n


class Interrupt(unittest.TestCase):
    def test_operations_that_need_no_time(self):
        status, result = interrupt(
            trace(
                a=[
                    {"do": "socket", "socket": "s"},
                    repeat({"do": "bind", "socket": "s", "port": 7}),
                ]
            )
        )
        self.assertEqual(status, 130)
        self.assertEqual(result["stopped"], "interrupted")

    def test_two_processes_that_answer_each_other_over_a_link_without_delay(self):
        with tempfile.TemporaryDirectory() as directory:
            status, result = interrupt(
                trace(a=answering("b:7", True), b=answering("a:7", False)), "--pcap", directory
            )
            self.assertEqual(status, 130)
            self.assertEqual(result["stopped"], "interrupted")
            self.assertEqual(result["virtual_ns"], 0)
            captures = sorted(Path(directory).iterdir())
            self.assertEqual(len(captures), 2)
            for capture in captures:
                self.assertGreater(packets(capture), 1)


if __name__ == "__main__":
    unittest.main()

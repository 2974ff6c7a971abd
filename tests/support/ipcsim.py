"""The command under test, for tests in Python."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["IPCSIM_SOURCE_DIR"])
IPCSIM = os.environ["IPCSIM"]
TRACES = sorted((SOURCE / "traces").glob("*.json"))

# Statuses of SEMANTICS, "Results".
OK, UNMET, INPUT, MACHINE, FAULT, INTERRUPTED = 0, 1, 2, 3, 4, 130

# No run of these tests takes longer, sanitizers included.
PATIENCE_S = 300

# Two hosts, a wire that loses every tenth packet, a client and an echo server.
SMALL = {
    "ipcsim": 1,
    "title": "Small",
    "seed": 3,
    "hosts": {"client": {"address": "10.0.0.1"}, "server": {"address": "10.0.0.2"}},
    "links": [
        {
            "name": "wire",
            "ends": ["client", "server"],
            "rate": "10Mbit",
            "delay": "20ms",
            "faults": [{"kind": "loss", "probability": "10%"}],
        }
    ],
    "processes": [
        {"name": "echo", "host": "server", "program": "udp-echo-server", "port": 6789},
        {
            "name": "asker",
            "host": "client",
            "program": "udp-client",
            "to": "server:6789",
            "messages": 100,
            "interval": "10ms",
            "wait": "none",
        },
    ],
}

# The same for a time that nobody waits for.
ENDLESS = dict(
    SMALL,
    stop="100000s",
    processes=[SMALL["processes"][0], dict(SMALL["processes"][1], messages=9000000)],
)


def trace(name):
    return SOURCE / "traces" / (name + ".json")


def ipcsim(*words, **how):
    """Runs the command to its end; `input` is bytes for its standard input."""
    if "input" not in how:
        how.setdefault("stdin", subprocess.DEVNULL)
    how.setdefault("stdout", subprocess.PIPE)
    how.setdefault("stderr", subprocess.PIPE)
    return subprocess.run([IPCSIM, *map(str, words)], check=False, timeout=PATIENCE_S, **how)


class CommandTest(unittest.TestCase):
    """With a folder that is the current one of the commands, and is gone afterwards."""

    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ipcsim-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_ipcsim(self, *words, **how):
        how.setdefault("cwd", self.folder)
        return ipcsim(*words, **how)

    def assert_status(self, done, status):
        if done.returncode != status:
            self.fail("%s: exit %d, not %d\n%s\n%s" % (done.args, done.returncode, status,
                                                      done.stdout, done.stderr))

    def run_well(self, *words, **how):
        """Returns what was printed; expectations may fail, nothing else."""
        done = self.run_ipcsim(*words, **how)
        if done.returncode not in (OK, UNMET):
            self.assert_status(done, OK)
        return done.stdout

    def result(self, *words, **how):
        return json.loads(self.run_well("run", "--format", "json", *words, **how))

    def write(self, name, text):
        """A file in the folder from text, bytes, or what is to be JSON."""
        path = self.folder / name
        if not isinstance(text, (bytes, str)):
            text = json.dumps(text)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

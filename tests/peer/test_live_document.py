"""The commands of docs/LIVE.md do what it says, in namespaces that go with the test."""

import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, os.path.join(os.environ["IPCSIM_SOURCE_DIR"], "tests", "support"))
from ipcsim import IPCSIM, PATIENCE_S, SOURCE  # noqa: E402
from live import enter_namespace, must, run_quietly, skip  # noqa: E402

# The same link without its loss, so that every message gets through.
LOSSLESS = "traces/live.json --set /links/0/faults=[] --set /expect=[]"


def blocks(heading):
    """The commands below a heading."""
    text = (SOURCE / "docs" / "LIVE.md").read_text(encoding="utf-8")
    section = re.search(r"^## %s$(.*?)(?=^## )" % heading, text, re.DOTALL | re.MULTILINE).group(1)
    return re.findall(r"^```sh\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)


def shell(text):
    """What the commands print, and then the report of the run."""
    script = "set -e\n%s\nkill -INT %%1\nwait %%1 || true\n" % text.replace(
        "traces/live.json", LOSSLESS)
    environment = dict(os.environ, PATH="%s:%s" % (Path(IPCSIM).parent, os.environ["PATH"]))
    done = subprocess.run(["bash", "-c", script], cwd=SOURCE, env=environment, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, timeout=PATIENCE_S)
    if done.returncode != 0:
        raise AssertionError("exit %d:\n%s" % (done.returncode, done.stdout))
    return done.stdout


class Commands(unittest.TestCase):
    def test_one_host_outside(self):
        enter, setting_up, using = blocks("One host outside")
        self.assertTrue(enter.startswith("unshare "))
        printed = shell(setting_up + using)
        self.assertRegex(printed, r"20 packets transmitted, [1-9]\d* received")
        self.assertIn("\nhello\n", printed)
        self.assertIn("\0\x0bHow are you", printed)
        self.assertIn("\noutside = tun:sim0 ", printed)

    def test_two_hosts_outside(self):
        setting_up, using = blocks("Two hosts outside: a network emulator")
        # The server, too, wants to say goodbye.
        printed = shell(setting_up + using + "wait %2")
        self.assertRegex(printed, r"\d .?bits/sec +receiver")
        self.assertIn("\ninside = tun:sim1 ", printed)


if __name__ == "__main__":
    enter_namespace("ping", "nc", "iperf3", "unshare")
    # What `ip netns` keeps its names in belongs to the test too.
    if os.environ.get("IPCSIM_TEST_MOUNTS") != str(os.getpid()):
        if run_quietly("unshare", "--mount", "true").returncode != 0:
            skip("no mount namespace can be made here")
        os.environ["IPCSIM_TEST_MOUNTS"] = str(os.getpid())
        os.execvp("unshare", ["unshare", "--mount", sys.executable, "-B", *sys.argv])
    must("mount", "-t", "tmpfs", "none", "/run")
    unittest.main()

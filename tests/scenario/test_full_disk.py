"""A disk that fills up while an output is written: status 3, what and where, and the old file is
intact. The disk is a small tmpfs in a mount namespace of the test's own."""

import os
import shutil
import subprocess
import sys
import unittest

SKIP = 77

sys.path.insert(0, os.path.join(os.environ["IPCSIM_SOURCE_DIR"], "tests", "support"))
from ipcsim import ENDLESS, IPCSIM, MACHINE, OK, PATIENCE_S, CommandTest, trace  # noqa: E402

DISK_BYTES = 262144
LOSS = trace("udp_loss")
FULL = b": cannot be written: No space left on device\n"


def can_mount():
    done = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
                          capture_output=True, check=False)
    return done.returncode == 0


class FullDisk(CommandTest):
    def setUp(self):
        super().setUp()
        (self.folder / "disk").mkdir()

    def on_disk(self, script):
        """Runs a script of sh in which "$0" is the command and the current folder a small disk.
        Returns its status, what was said, and the names on the disk."""
        lines = ('mount -t tmpfs -o size=%d tmpfs disk && cd disk && printf old > old || exit 99\n'
                 "%s\nstatus=$?\nls -A >../names\ncp old ../kept\nexit $status\n"
                 % (DISK_BYTES, script))
        done = subprocess.run(["unshare", "-m", "sh", "-c", lines, IPCSIM], cwd=self.folder,
                              capture_output=True, check=False, timeout=PATIENCE_S,
                              stdin=subprocess.DEVNULL)
        names = (self.folder / "names").read_text().split()
        self.assertEqual(done.stdout, b"")
        return done.returncode, done.stderr, names

    def kept(self):
        return (self.folder / "kept").read_bytes()

    def test_the_event_log(self):
        status, said, names = self.on_disk('"$0" run %s -o /dev/null --events old' % LOSS)
        self.assertEqual((status, said, names), (MACHINE, b"ipcsim: old" + FULL, ["old"]))
        self.assertEqual(self.kept(), b"old")

    def test_a_capture(self):
        status, said, names = self.on_disk('"$0" run %s -o /dev/null --pcap new' % LOSS)
        self.assertEqual(status, MACHINE)
        self.assertRegex(said, rb"\Aipcsim: new/(client|server)-eth0\.pcap" + FULL)
        self.assertEqual(names, ["new", "old"])

    def test_the_report(self):
        fill = "head -c %d /dev/zero >filler; " % (DISK_BYTES - 8192)
        for options in ("--timeline --timeline-rows 2000", "--format json"):
            status, said, names = self.on_disk(fill + '"$0" run %s -o old %s' % (LOSS, options))
            self.assertEqual((status, said), (MACHINE, b"ipcsim: old" + FULL))
            self.assertEqual(names, ["filler", "old"])
            self.assertEqual(self.kept(), b"old")

    def test_a_disk_without_room_for_a_name(self):
        script = 'n=0; while touch f$n; do n=$((n + 1)); done 2>/dev/null; "$0" run %s -o old' % LOSS
        status, said, _ = self.on_disk("mount -o remount,nr_inodes=40 .; " + script)
        self.assertEqual((status, said), (MACHINE, b"ipcsim: old" + FULL))
        self.assertEqual(self.kept(), b"old")

    def test_an_endless_run_ends_when_its_log_cannot_go_on(self):
        path = self.write("endless.json", ENDLESS)
        for option, name in (("--events log", b"log"), ("--pcap p", rb"p/(client|server)-eth0.pcap")):
            status, said, _ = self.on_disk('"$0" run %s -o /dev/null %s' % (path, option))
            self.assertEqual(status, MACHINE)
            self.assertRegex(said, rb"\Aipcsim: " + name + FULL)

    def test_what_has_room_is_written(self):
        status, said, names = self.on_disk('"$0" run %s -o old' % LOSS)
        self.assertEqual((status, said, names), (OK, b"", ["old"]))
        self.assertEqual(self.kept(), self.run_well("run", LOSS))


if __name__ == "__main__":
    if shutil.which("unshare") is None or not can_mount():
        print("this needs a mount namespace: root, or CAP_SYS_ADMIN")
        sys.exit(SKIP)
    unittest.main()

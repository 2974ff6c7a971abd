"""What a terminal is shown: colours unless they are not wanted, its own width, and the progress of a
run that takes longer than a second. A pseudo terminal stands in for it."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import unittest

sys.path.insert(0, os.path.join(os.environ["IPCSIM_SOURCE_DIR"], "tests", "support"))
from ipcsim import ENDLESS, INTERRUPTED, IPCSIM, OK, CommandTest, trace  # noqa: E402

COLOUR = re.compile(r"\033\[[0-9;]*m")
ERASE = "\033[K"


class Terminal:
    """A pseudo terminal of so many columns."""

    def __init__(self, columns):
        self.here, self.there = pty.openpty()
        fcntl.ioctl(self.there, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        mode = termios.tcgetattr(self.there)
        mode[1] &= ~termios.OPOST  # a new-line is a new-line
        termios.tcsetattr(self.there, termios.TCSANOW, mode)

    def read(self, enough=None):
        """Everything up to the end, or up to a text."""
        if enough is None:
            os.close(self.there)
        got = b""
        while enough is None or enough not in got:
            try:
                part = os.read(self.here, 65536)
            except OSError:  # nobody has it open any more
                break
            if not part:
                break
            got += part
        return got.decode("utf-8")


class OnTerminal(CommandTest):
    def shown(self, *words, columns=80, **environment):
        terminal = Terminal(columns)
        base = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        process = subprocess.Popen([IPCSIM, *map(str, words)], cwd=self.folder,
                                   stdin=subprocess.DEVNULL, stdout=terminal.there,
                                   stderr=subprocess.PIPE,
                                   env=dict(base, TERM="xterm", **environment))
        text = terminal.read()
        _, errors = process.communicate()
        os.close(terminal.here)
        self.assertEqual((process.returncode, errors), (OK, b""))
        return text

    def test_the_report_is_in_colour_and_otherwise_the_same(self):
        text = self.shown("run", trace("udp_loss"))
        self.assertRegex(text, COLOUR)
        plain = self.run_well("run", trace("udp_loss")).decode("utf-8")
        self.assertEqual(COLOUR.sub("", text), plain)

    def test_colours_that_are_not_wanted_stay_away(self):
        plain = self.run_well("run", trace("udp_loss")).decode("utf-8")
        self.assertEqual(self.shown("run", trace("udp_loss"), NO_COLOR="1"), plain)
        self.assertEqual(self.shown("run", trace("udp_loss"), TERM_PROGRAM="x", NO_COLOR="0"),
                         plain)
        self.assertRegex(self.shown("run", trace("udp_loss"), NO_COLOR=""), COLOUR)

    def test_json_is_the_same_on_a_terminal(self):
        words = ("run", trace("udp_loss"), "--format", "json")
        self.assertEqual(self.shown(*words), self.run_well(*words).decode("utf-8"))

    def test_the_width_is_used_and_respected(self):
        for columns in (80, 100, 132, 300):
            text = COLOUR.sub("", self.shown("run", trace("udp_loss"), columns=columns))
            self.assertLessEqual(max(map(len, text.splitlines())), columns)
        wide = COLOUR.sub("", self.shown("run", trace("udp_loss"), columns=200))
        self.assertIn("jitter", wide)
        self.assertNotIn("jitter", COLOUR.sub("", self.shown("run", trace("udp_loss"), columns=80)))

    def test_the_diagram_uses_the_width(self):
        for columns in (80, 100, 132):
            text = COLOUR.sub("", self.shown("run", trace("partition"), "--timeline",
                                             columns=columns))
            self.assertLessEqual(max(map(len, text.splitlines())), columns)

    def test_a_file_is_not_written_for_the_terminal(self):
        self.assertEqual(self.shown("run", trace("udp_loss"), "-o", "report", columns=200), "")
        self.assertEqual((self.folder / "report").read_bytes(),
                         self.run_well("run", trace("udp_loss")))

    def test_a_long_run_shows_its_progress_and_wipes_it_away(self):
        terminal = Terminal(80)
        self.write("endless.json", ENDLESS)
        process = subprocess.Popen([IPCSIM, "run", "endless.json", "-o", "report"], cwd=self.folder,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=terminal.there)
        shown = terminal.read(b"events")
        self.assertRegex(shown, r"\A\rsimulated .* of .*events")
        process.send_signal(signal.SIGINT)
        rest = terminal.read()
        self.assertEqual(process.wait(), INTERRUPTED)
        os.close(terminal.here)
        self.assertTrue(rest.endswith("\r" + ERASE), repr(rest))


if __name__ == "__main__":
    unittest.main()

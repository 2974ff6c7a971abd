"""What `ipcsim run` prints for every trace that ships, compared with tests/scenario/golden/*.txt.
IPCSIM_UPDATE_GOLDEN=1 rewrites these files; a person reads them before they are committed."""

import difflib
import os
import subprocess
import unicodedata
import unittest
from pathlib import Path

SOURCE = Path(os.environ["IPCSIM_SOURCE_DIR"])
GOLDEN = SOURCE / "tests" / "scenario" / "golden"
IPCSIM = os.environ["IPCSIM"]
UPDATE = os.environ.get("IPCSIM_UPDATE_GOLDEN") == "1"
TRACES = sorted((SOURCE / "traces").glob("*.json"))


def run(trace):
    """The report; expectations may fail, nothing else."""
    environment = dict(os.environ, TERM="xterm", LC_ALL="C")
    done = subprocess.run([IPCSIM, "run", str(trace)], capture_output=True, check=False,
                          env=environment)
    if done.returncode not in (0, 1):
        raise AssertionError("%s: exit %d: %s" % (trace, done.returncode, done.stderr.decode()))
    return done.stdout.decode("utf-8")


def width(line):
    """Columns that a line takes on a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in line)


class ReportGolden(unittest.TestCase):
    def test_every_trace_prints_what_was_agreed(self):
        for trace in TRACES:
            with self.subTest(trace=trace.name):
                golden = GOLDEN / (trace.stem + ".txt")
                text = run(trace)
                if UPDATE:
                    GOLDEN.mkdir(exist_ok=True)
                    golden.write_text(text, "utf-8")
                wanted = golden.read_text("utf-8") if golden.exists() else ""
                difference = "".join(difflib.unified_diff(
                    wanted.splitlines(True), text.splitlines(True), golden.name, "printed"))
                self.assertEqual(difference, "", "\n" + difference)

    def test_there_is_no_file_without_its_trace(self):
        self.assertLessEqual({path.stem for path in GOLDEN.glob("*.txt")},
                             {trace.stem for trace in TRACES})

    def test_no_line_wraps_at_80_columns_and_nothing_is_coloured(self):
        for trace in TRACES:
            text = run(trace)
            self.assertNotIn("\033", text, trace.name)
            for line in text.splitlines():
                self.assertLessEqual(width(line), 80, "%s: %s" % (trace.name, line))
                self.assertEqual(line, line.rstrip(), trace.name)

    def test_the_report_of_udp_loss_fits_on_a_terminal(self):
        self.assertLessEqual(len(run(SOURCE / "traces" / "udp_loss.json").splitlines()), 24)

    def test_a_random_fault_says_what_came_of_it(self):
        text = run(SOURCE / "traces" / "udp_loss.json")
        self.assertRegex(text, r"loss asked 10 % got \d+(\.\d+)? %")


if __name__ == "__main__":
    unittest.main()

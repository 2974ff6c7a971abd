"""What the command line understands, what it says to what it does not, and its exit statuses."""

import json
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.environ["IPCSIM_SOURCE_DIR"], "tests", "support"))
from ipcsim import (INPUT, IPCSIM, MACHINE, OK, SMALL, UNMET, CommandTest,  # noqa: E402
                    trace)

ECHO = str(trace("udp_echo"))
SEEDS = "--seed: expected a number from 0 to 9223372036854775807, got "
ROWS = "--timeline-rows: expected a number from 1 to 1000000, got "

# Words, and what must stand on standard error behind "ipcsim: ". Standard output stays empty.
REFUSED = [
    (["rnu"], 'unknown command "rnu"; did you mean "run"?'),
    (["frobnicate"], 'unknown command "frobnicate"; there are: run, check, compare, live, list, help'),
    ([""], 'unknown command ""; there are: run, check, compare, live, list, help'),
    (["run"], "run: TRACE is missing; see: ipcsim help run"),
    (["run", ""], "run: an operand is empty; see: ipcsim help run"),
    (["run", ECHO, "b.json"], 'run: "b.json" is one operand too many; see: ipcsim help run'),
    (["run", ECHO, "--", "--seed"], 'run: "--seed" is one operand too many; see: ipcsim help run'),
    (["run", "--sed", "3", ECHO], 'unknown option of run "--sed"; did you mean "--seed"?'),
    (["run", "--frobnicate", ECHO],
     'unknown option of run "--frobnicate"; there are: --seed, --set, --format, --output, '
     "--timeline, --timeline-rows, --events, --pcap, --memory, --help"),
    (["run", "-q", ECHO],
     'unknown option of run "-q"; there are: --seed, --set, --format, --output, '
     "--timeline, --timeline-rows, --events, --pcap, --memory, --help"),
    (["run", ECHO, "--seed"], "run: --seed needs a value: --seed N; see: ipcsim help run"),
    (["run", ECHO, "-o"], "run: --output needs a value: --output FILE; see: ipcsim help run"),
    (["run", ECHO, "-o", ""],
     'run: --output: expected the name of a file, got ""; see: ipcsim help run'),
    (["run", ECHO, "--timeline=no"],
     'run: --timeline takes no value, got "no"; see: ipcsim help run'),
    (["run", ECHO, "--seed", "abc"], SEEDS + '"abc"'),
    (["run", ECHO, "--seed", "-1"], SEEDS + '"-1"'),
    (["run", ECHO, "--seed=-1"], SEEDS + '"-1"'),
    (["run", ECHO, "--seed="], SEEDS + '""'),
    (["run", ECHO, "--seed", "0x10"], SEEDS + '"0x10"'),
    (["run", ECHO, "--seed", "1 "], SEEDS + '"1 "'),
    (["run", ECHO, "--seed", "9223372036854775808"], SEEDS + '"9223372036854775808"'),
    (["run", ECHO, "--timeline-rows", "0"], ROWS + '"0"'),
    (["run", ECHO, "--timeline-rows", "-3"], ROWS + '"-3"'),
    (["run", ECHO, "--timeline-rows", "many"], ROWS + '"many"'),
    (["run", ECHO, "--timeline-rows", "99999999999"], ROWS + '"99999999999"'),
    (["run", ECHO, "--format", "xml"], '--format: expected text or json, got "xml"'),
    (["run", ECHO, "--format", "json", "--timeline"],
     "--timeline draws text: it does not go with --format json"),
    (["run", ECHO, "--events", "-"],
     "--events -: the report goes to standard output already; send it elsewhere with -o FILE"),
    (["run", ECHO, "-o", "x", "--events", "x"], "x: -o and --events cannot both write this file"),
    (["run", ECHO, "--memory", "64"],
     '--memory: expected a size such as "64KiB" (in B, kB, KiB, MB, MiB, GB or GiB), got "64": '
     "the unit is missing"),
    (["run", ECHO, "--set", "nonsense"],
     "--set nonsense: expected POINTER=VALUE, such as /seed=7"),
    (["run", ECHO, "--set", "="],
     "--set =: a JSON pointer begins with '/', as in /seed or /links/0/rate"),
    (["run", ECHO, "--set", "/seed=x"],
     '--set /seed=x: /seed: expected an integer, got the string "x"'),
    (["run", "nosuch.json"], "nosuch.json: cannot be read: No such file or directory"),
    (["run", "--", "--seed"], "--seed: cannot be read: No such file or directory"),
    (["run", "folder"], "folder: cannot be read: Is a directory"),
    (["run", "empty.json"], "empty.json:1:1: the document is empty"),
    (["run", "-"], "<stdin>:1:1: the document is empty"),
    (["run", IPCSIM], IPCSIM + ":1:1: unexpected \"\ufffd\""),
    (["check"], "check: TRACE... is missing; see: ipcsim help check"),
    (["check", "--seed", "1", ECHO],
     'unknown option of check "--seed"; did you mean "--set"?'),
    (["list", "fault", "queues"], 'list: "queues" is one operand too many; see: ipcsim help list'),
    (["list", "fualts"], 'unknown kind "fualts"; did you mean "faults"?'),
    (["list", "-x"], 'unknown option of list "-x"; there are: --help'),
    (["help", "rnu"], 'unknown command or kind "rnu"; did you mean "run"?'),
    (["help", "run", "run"], 'help: "run" is one operand too many; see: ipcsim help run'),
    (["help", "fault", "lss"], 'unknown fault "lss"; did you mean "loss"?'),
    (["help", "fault", "loss", "x"], 'help: "x" is one operand too many; see: ipcsim help help'),
]

# Words, and the message about what cannot be written.
UNWRITABLE = [
    (["-o", "/dev/full"], "/dev/full: cannot be written: No space left on device"),
    (["-o", "folder"], "folder: cannot be written: Is a directory"),
    (["-o", "missing/x"], "missing/x: cannot be written: No such file or directory"),
    (["-o", "empty.json/x"], "empty.json/x: cannot be written: Not a directory"),
    (["--events", "/dev/full"], "/dev/full: cannot be written: No space left on device"),
    (["--events", "folder"], "folder: cannot be written: Is a directory"),
    (["--pcap", "empty.json"], "empty.json: cannot make the directory: Not a directory"),
    (["--pcap", "/proc/x"], "/proc/x: cannot make the directory: No such file or directory"),
]


class Messages(CommandTest):
    def setUp(self):
        super().setUp()
        (self.folder / "folder").mkdir()
        self.write("empty.json", "")

    def test_what_is_wrong_is_said_in_one_line(self):
        for words, message in REFUSED:
            with self.subTest(words=words):
                done = self.run_ipcsim(*words)
                self.assertEqual(done.stderr.decode("utf-8"), "ipcsim: %s\n" % message)
                self.assertEqual(done.stdout, b"")
                self.assert_status(done, INPUT)

    def test_what_cannot_be_written_is_said_in_one_line(self):
        for words, message in UNWRITABLE:
            with self.subTest(words=words):
                done = self.run_ipcsim("run", ECHO, *words)
                self.assertEqual(done.stderr.decode("utf-8"), "ipcsim: %s\n" % message)
                self.assertEqual(done.stdout, b"")
                self.assert_status(done, MACHINE)

    def test_names_that_would_disturb_a_terminal_are_made_harmless(self):
        done = self.run_ipcsim("run", "\033[2J\n.json")
        self.assertEqual(done.stderr.decode("utf-8"),
                         "ipcsim: \ufffd[2J\ufffd.json: cannot be read: No such file or directory\n")
        done = subprocess.run([IPCSIM, "run", b"\xff.json"], capture_output=True, check=False)
        self.assertEqual(done.stderr.decode("utf-8"),
                         "ipcsim: \ufffd.json: cannot be read: No such file or directory\n")

    def test_every_trace_that_is_wrong_is_told_and_the_others_are_well(self):
        done = self.run_ipcsim("check", "nosuch.json", ECHO, "empty.json")
        self.assert_status(done, INPUT)
        self.assertEqual(done.stdout.decode(), ECHO + ": ok\n")
        self.assertEqual(len(done.stderr.splitlines()), 2)


class Understood(CommandTest):
    def test_options_may_follow_operands_and_dashes_end_them(self):
        wanted = self.run_well("run", "--seed", "5", ECHO)
        for words in ([ECHO, "--seed", "5"], ["--seed=5", ECHO], ["--seed", "5", "--", ECHO],
                      ["--seed", "1", ECHO, "--seed", "5"]):
            self.assertEqual(self.run_well("run", *words), wanted, words)

    def test_a_dash_is_standard_input(self):
        text = trace("udp_echo").read_bytes()
        wanted = self.run_well("run", ECHO)
        self.assertEqual(self.run_well("run", "-", input=text), wanted)
        self.assertEqual(self.run_well("run", "--", "-", input=text), wanted)
        self.assertEqual(self.run_well("check", "-", input=text), b"-: ok\n")

    def test_the_report_goes_where_output_says(self):
        wanted = self.run_well("run", ECHO)
        for words in (["-o", "a"], ["-oa"], ["--output", "a"], ["--output=a"]):
            self.assertEqual(self.run_well("run", ECHO, *words), b"", words)
            self.assertEqual((self.folder / "a").read_bytes(), wanted, words)
            (self.folder / "a").unlink()
        self.assertEqual(self.run_well("run", ECHO, "-o", "-"), wanted)

    def test_an_existing_file_is_replaced(self):
        self.write("a", "old " * 10000)
        self.run_well("run", ECHO, "-o", "a")
        self.assertEqual((self.folder / "a").read_bytes(), self.run_well("run", ECHO))
        self.assertEqual([path.name for path in self.folder.iterdir()], ["a"])

    def test_the_event_log_may_go_to_standard_output(self):
        lines = self.run_well("run", ECHO, "--events", "-", "-o", "report").splitlines()
        self.run_well("run", ECHO, "--events", "events", "-o", "report")
        self.assertEqual(lines, (self.folder / "events").read_bytes().splitlines())
        self.assertGreater(len(lines), 10)

    def test_arguments_are_utf8_in_every_locale(self):
        for locale in ("C", "C.UTF-8", "xx_XX"):
            environment = dict(os.environ, LC_ALL=locale)
            text = self.run_well("run", ECHO, "--set", "/title=Größe 漢字", env=environment)
            self.assertIn("Größe 漢字", text.decode("utf-8"), locale)

    def test_every_set_counts_and_the_last_one_wins(self):
        done = self.result(ECHO, "--set", "/seed=4", "--set", "/title=x", "--set", "/seed=9")
        self.assertEqual((done["seed"], done["trace"]["title"]), (9, "x"))
        self.assertEqual(self.result(ECHO, "--set", "/seed=4", "--seed", "8")["seed"], 8)


class Statuses(CommandTest):
    def test_an_expectation_that_fails_is_1(self):
        small = dict(SMALL, expect=[{"flow": "asker -> echo", "metric": "sent", "min": 101}])
        done = self.run_ipcsim("run", self.write("a.json", small))
        self.assert_status(done, UNMET)
        self.assertRegex(done.stdout.decode(), r"(?m)^FAILED asker -> echo: sent 100 \[101\.\.\]$")
        self.assertEqual(done.stderr, b"")
        done = self.run_ipcsim("run", "a.json", "--format", "json")
        self.assert_status(done, UNMET)
        self.assertIs(json.loads(done.stdout)["expectations"][0]["ok"], False)

    def test_expectations_that_hold_are_0(self):
        small = dict(SMALL, expect=[{"flow": "asker -> echo", "metric": "sent", "min": 100,
                                     "max": 100}])
        self.assert_status(self.run_ipcsim("run", self.write("a.json", small)), OK)

    def test_a_world_that_may_not_be_so_large_is_3_with_the_estimate(self):
        for word, said in (("1MiB", r"a world of 2 hosts.* needs about \d+ MiB of memory"),
                           ("1B", r"would take about \d+ MiB of memory, and 0 MiB may be used")):
            done = self.run_ipcsim("run", ECHO, "--memory", word)
            self.assert_status(done, MACHINE)
            self.assertRegex(done.stderr.decode(), said)
            self.assertEqual(done.stdout, b"")
        self.assert_status(self.run_ipcsim("run", ECHO, "--memory", "1GiB"), OK)

    def test_no_words_at_all_are_2_and_the_overview(self):
        done = self.run_ipcsim()
        self.assert_status(done, INPUT)
        self.assertEqual(done.stdout, b"")
        self.assertEqual(done.stderr, self.run_well("help"))


class Help(CommandTest):
    def lines(self, *words):
        return self.run_well(*words).decode("utf-8").splitlines()

    def test_help_is_the_same_by_every_way(self):
        self.assertEqual(self.lines("--help"), self.lines("help"))
        self.assertEqual(self.lines("-h"), self.lines("help"))
        for line in self.lines("list", "commands"):
            command = line.split()[0]
            wanted = self.lines("help", command)
            self.assertIn("usage: ipcsim " + command, wanted[0])
            for words in ([command, "--help"], [command, "-h"], [command, "x", "--nope", "--help"]):
                self.assertEqual(self.lines(*words), wanted, words)

    def test_everything_that_is_listed_is_explained_within_80_columns(self):
        kinds = self.lines("list")
        self.assertIn("faults", kinds)
        for kind in kinds:
            if kind == "schema":
                continue
            one = kind[:-1]
            self.assertEqual(self.lines("help", kind), self.lines("list", kind), kind)
            names = [line.split()[0] for line in self.lines("list", kind)]
            self.assertTrue(names, kind)
            for name in names:
                text = self.lines("help", one, name)
                self.assertEqual(text, self.lines("help", kind, name), name)
                self.assertEqual(text[0], "%s (%s)" % (name, one))
                self.assertGreater(len(text), 2, name)
                for line in text:
                    self.assertLessEqual(len(line), 80, line)
                    self.assertEqual(line, line.rstrip())

    def test_help_about_commands_keeps_to_80_columns(self):
        for words in ([], ["run"], ["check"], ["compare"], ["list"], ["help"]):
            for line in self.lines("help", *words):
                self.assertLessEqual(len(line), 80, line)

    def test_the_schema_is_listed(self):
        schema = json.loads(self.run_well("list", "schema"))
        self.assertIn("2020-12", schema["$schema"])

    def test_the_version_is_a_number(self):
        self.assertRegex(self.run_well("--version").decode(), r"\Aipcsim \d+\.\d+\.\d+\n\Z")

    def test_options_of_the_manual_and_of_help_are_the_same(self):
        page = trace("udp_echo").parent.parent / "docs" / "man" / "ipcsim.1"
        if not page.exists():
            self.skipTest("there is no manual page")
        known = set(re.findall(r"--[a-z][a-z-]*", "\n".join(self.lines("help", "run"))))
        written = set(re.findall(r"--[a-z][a-z-]*", page.read_text("utf-8").replace("\\-", "-")))
        self.assertLessEqual(known, written)


class Streams(CommandTest):
    """Standard streams that are closed, full, or gone."""

    def shell(self, line):
        """The status of a line of sh in which "$0" is the command, and what it said."""
        done = subprocess.run(["bash", "-c", line, IPCSIM], cwd=self.folder, check=False,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        return done.returncode, done.stderr.decode("utf-8")

    def test_a_closed_or_full_standard_output_is_told_once(self):
        for line, why in ((">&-", "Bad file descriptor"), ("> /dev/full", "No space left on device")):
            for words in ("run %s" % ECHO, "list programs", "help", "check %s" % ECHO, "--version"):
                status, said = self.shell('"$0" %s %s' % (words, line))
                self.assertEqual(said, "ipcsim: standard output: cannot be written: %s\n" % why,
                                 words)
                self.assertEqual(status, MACHINE, words)

    def test_files_do_not_take_the_place_of_closed_streams(self):
        self.run_well("run", ECHO, "--events", "wanted", "-o", "report")
        for closed in ("<&-", ">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"):
            status, _ = self.shell('"$0" run %s --events got -o got.txt %s' % (ECHO, closed))
            self.assertEqual(status, OK, closed)
            for got, wanted in (("got", "wanted"), ("got.txt", "report")):
                self.assertEqual((self.folder / got).read_bytes(),
                                 (self.folder / wanted).read_bytes(), closed)

    def test_a_closed_standard_input_is_told(self):
        status, said = self.shell('"$0" run - <&-')
        self.assertEqual(said, "ipcsim: <stdin>: cannot be read: Bad file descriptor\n")
        self.assertEqual(status, MACHINE)

    def test_a_reader_that_goes_away_ends_the_command_silently(self):
        status, said = self.shell('"$0" run %s --events - -o report | head -n 1; '
                                  "exit ${PIPESTATUS[0]}" % trace("udp_loss"))
        self.assertEqual((status, said), (128 + 13, ""))
        self.assertEqual(list(self.folder.iterdir()), [])


if __name__ == "__main__":
    unittest.main()

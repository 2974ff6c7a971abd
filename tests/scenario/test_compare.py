"""`ipcsim compare`: the same bytes whatever the number of threads; JSON and CSV as described; bad
requests and interruptions; a plot that is whole or not there."""

import copy
import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import unittest
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.environ["IPCSIM_SOURCE_DIR"], "tests", "support"))
from ipcsim import (  # noqa: E402
    ENDLESS, INPUT, INTERRUPTED, IPCSIM, MACHINE, OK, PATIENCE_S, SMALL, SOURCE, CommandTest, trace)

SCHEMA = json.loads((SOURCE / "tool/report/schema/compare.schema.json").read_text("utf-8"))
RELIABLE = "udp,rdt.abp,rdt.gbn(window=4),rdt.sr"
# Two hosts, a wire that loses every tenth packet, fifty messages one way.
WAY = dict(SMALL, processes=[
    {"name": "sink", "host": "server", "program": "udp-sink", "port": 9},
    {"name": "source", "host": "client", "program": "udp-sender", "to": "server:9",
     "messages": 50, "size": 100, "interval": "10ms"}])
LOSS = "/links/0/faults/0/probability"


def closed(schema):
    """The schema with every object closed: a key that it does not describe is a fault."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(part) for key, part in schema.items()}
    if "properties" in made and "type" in made and "additionalProperties" not in made:
        made["additionalProperties"] = False
    return made


class Compare(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("way.json", WAY)

    def compare(self, *words, **how):
        return self.run_well("compare", "way.json", *words, **how)

    def compared(self, *words):
        return json.loads(self.compare("--format", "json", *words))

    def refused(self, *words, status=INPUT):
        done = self.run_ipcsim("compare", *words)
        self.assert_status(done, status)
        self.assertEqual(done.stdout, b"")
        return done.stderr.decode("utf-8")


class Threads(Compare):
    def test_no_byte_depends_on_the_number_of_threads(self):
        for form in ("text", "json", "csv"):
            words = ("--transports", RELIABLE, "--runs", "7", "--flows", "--format", form,
                     "--vary", LOSS + "=0%:20%:10%")
            one = self.compare(*words, "--jobs", "1")
            for jobs in ("2", "4"):
                with self.subTest(form=form, jobs=jobs):
                    self.assertEqual(self.compare(*words, "--jobs", jobs), one)


class Text(Compare):
    def test_a_table_has_a_row_for_each_transport_and_the_differences(self):
        text = self.compare("--transports", RELIABLE, "--runs", "5").decode("utf-8")
        lines = text.splitlines()
        self.assertLessEqual(max(map(len, lines)), 120)
        heads = [i for i, line in enumerate(lines) if line.startswith("Transport")]
        self.assertEqual(len(heads), 2)
        names = [line.split()[0] for line in lines if line.startswith(("udp ", "rdt."))]
        self.assertEqual(names, ["udp", "rdt.abp", "rdt.gbn", "rdt.sr",
                                 "rdt.abp", "rdt.gbn", "rdt.sr"])
        self.assertEqual(text.count("\n(window=4) "), 2)
        self.assertIn("incomplete", text)
        self.assertIn("5 of 5", text)
        self.assertIn("fates", text)
        self.assertIn("Student's t", text)

    def test_one_transport_has_no_differences(self):
        text = self.compare("--transports", "udp", "--runs", "3").decode("utf-8")
        self.assertNotIn("Difference", text)

    def test_one_run_has_no_intervals(self):
        text = self.compare("--transports", "udp,rdt.sr", "--runs", "1").decode("utf-8")
        self.assertNotIn("\u00b1", text)
        self.assertIn("no interval", text)

    def test_the_same_transport_can_stand_in_several_rows(self):
        result = self.compared("--transports", "udp,rdt.gbn(window=1),rdt.gbn(window=8)", "--runs",
                               "2")
        self.assertEqual([row["transport"] for row in result["settings"][0]["rows"]],
                         ["udp", "rdt.gbn(window=1)", "rdt.gbn(window=8)"])

    def test_measures_choose_the_columns(self):
        text = self.compare("--transports", "udp", "--runs", "2", "--measures",
                            "goodput_bps,delivered").decode("utf-8")
        self.assertIn("delivered", text)
        self.assertIn("goodput", text)
        self.assertNotIn("lat p50", text)

    def test_flows_are_shown_apart(self):
        self.write("small.json", SMALL)
        words = ("compare", "small.json", "--transports", "udp,rdt.sr", "--runs", "2")
        self.assertNotIn(b"Flow ", self.run_well(*words))
        text = self.run_well(*words, "--flows").decode("utf-8")
        self.assertIn("Flow asker -> echo\n", text)
        self.assertIn("Flow echo -> asker\n", text)

    def test_an_element_that_cannot_be_paired_is_named(self):
        broken = copy.deepcopy(WAY)
        broken["links"][0]["faults"] = [{"kind": "gilbert-elliott", "p": "5%", "r": "50%"}]
        self.write("bursts.json", broken)
        text = self.run_well("compare", "bursts.json", "--transports", "udp,rdt.sr", "--runs", "2")
        self.assertIn(b"seed only", text)
        self.assertIn(b"gilbert-elliott on wire client->server", text)

    def test_a_trace_without_datagrams_is_warned_of(self):
        self.write("quiet.json", {"ipcsim": 1, "hosts": {"a": {}}})
        done = self.run_ipcsim("compare", "quiet.json", "--transports", "udp", "--runs", "2")
        self.assert_status(done, OK)
        self.assertIn(b"nothing to compare", done.stderr)


class Request(Compare):
    def test_the_trace_can_say_what_to_compare(self):
        self.write("way.json", dict(WAY, compare={"transports": ["rdt.sr", "udp"], "runs": 3}))
        result = self.compared()
        self.assertEqual(result["runs"], 3)
        self.assertEqual([row["transport"] for row in result["settings"][0]["rows"]],
                         ["rdt.sr", "udp"])
        result = self.compared("--transports", "udp", "--runs", "2")
        self.assertEqual(result["runs"], 2)
        self.assertEqual([row["transport"] for row in result["settings"][0]["rows"]], ["udp"])

    def test_seeds_follow_each_other(self):
        def seeds(*words):
            row = self.compared("--transports", "udp", "--runs", "3", *words)["settings"][0]["rows"]
            return [run["seed"] for run in row[0]["runs"]]
        self.assertEqual(seeds(), [3, 4, 5])
        self.assertEqual(seeds("--seed", "0"), [0, 1, 2])
        self.assertEqual(seeds("--seed", str(2**63 - 3)), [2**63 - 3, 2**63 - 2, 2**63 - 1])
        self.refused("way.json", "--transports", "udp", "--runs", "3", "--seed", str(2**63 - 2))

    def test_a_run_of_a_comparison_is_a_run_of_its_own(self):
        result = self.compared("--transports", "udp,rdt.sr", "--runs", "2", "--set", LOSS + "=20%")
        for row in result["settings"][0]["rows"]:
            for run in row["runs"]:
                alone = self.result("way.json", "--seed", run["seed"], "--set", LOSS + "=20%",
                                    "--set", "/transport=" + row["transport"])
                self.assertEqual(alone["digest"], run["digest"])
                self.assertEqual(alone["flows"][0]["delivered"], run["delivered"])

    def test_standard_input_is_a_trace_too(self):
        words = ("--transports", "udp", "--runs", "2", "--vary", LOSS + "=0%:10%:10%")
        text = self.run_well("compare", "-", *words, input=json.dumps(WAY).encode("utf-8"))
        self.assertEqual(text, self.compare(*words))

    def test_bad_requests_are_refused(self):
        udp = ("--transports", "udp")
        for words, says in (
                (("way.json", "--transports", "upd"), 'did you mean "udp"'),
                (("way.json", "--transports", ""), "transport"),
                (("way.json", "--transports", "udp,"), "transport"),
                (("way.json", "--transports", "rdt.gbn(windw=3)"), "window"),
                (("way.json", "--transports", "rdt.gbn(window=many)"), "window"),
                (("way.json", "--transports", "rdt.gbn(window=3"), "rdt.gbn(window=3"),
                (("way.json", *udp, "--runs", "0"), "--runs: expected a number from 1 to 10000"),
                (("way.json", *udp, "--runs", "1e3"), "--runs"),
                (("way.json", *udp, "--runs", "10001"), "--runs"),
                (("way.json", *udp, "--jobs", "0"), "--jobs"),
                (("way.json", *udp, "--seed", "-1"), "--seed"),
                (("way.json", *udp, "--format", "xml"), "--format: expected text, json or csv"),
                (("way.json", *udp, "--measures", "latency_p5_ns"), "latency_p50_ns"),
                (("way.json", *udp, "--memory", "4"), "--memory"),
                (("way.json", *udp, "--vary", "/links/0/rate"), "POINTER=FROM:TO:STEP"),
                (("way.json", *udp, "--vary", "/links/7/rate=1Mbit:2Mbit:1Mbit"), "has nothing at"),
                (("way.json", *udp, "--vary", LOSS + "=20%:10%:5%"), "TO is less than FROM"),
                (("way.json", *udp, "--vary", LOSS + "=0%:10%:0%"), "STEP over 0"),
                (("way.json", *udp, "--vary", LOSS + "=0%:100%:0.01%"), "more than 1000 values"),
                (("way.json", *udp, "--vary", LOSS + "=90%:120%:10%"), "110%"),
                (("way.json", *udp, "--vary", LOSS + "=0%:90%:0.1%", "--runs", "10000"),
                 "too many"),
                (("way.json", *udp, "--plot", "plot.png"), ".svg"),
                (("way.json", *udp, "--plot", "a.svg", "-o", "a.svg"), "both"),
                (("way.json", *udp, "--run", "3"), "--runs"),
                (("nothing.json",), "nothing.json"),
                ((), "TRACE is missing")):
            with self.subTest(words=words):
                self.assertIn(says, self.refused(*words))

    def test_bad_keys_of_the_trace_are_refused_with_their_place(self):
        for value, says in (
                ({"transports": []}, "/compare/transports: expected 1 to 64 transports, got 0"),
                ({"transports": "udp"}, "/compare/transports: expected an array"),
                ({"transports": ["upd"]}, "/compare/transports/0: "),
                ({"transport": ["udp"]}, 'did you mean "transports"'),
                ({"runs": 0}, "/compare/runs: expected an integer from 1 to 10000"),
                ([], "/compare: expected an object")):
            with self.subTest(value=value):
                self.write("way.json", dict(WAY, compare=value))
                self.assertIn(says, self.refused("way.json"))
                self.assert_status(self.run_ipcsim("check", "way.json"), INPUT)

    def test_what_needs_more_memory_than_there_may_be_is_refused(self):
        message = self.refused("way.json", "--transports", "udp", "--memory", "2MiB",
                               status=MACHINE)
        self.assertIn("MiB", message)


class Formats(Compare):
    def test_json_is_what_its_schema_describes(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        validator = jsonschema.Draft202012Validator(closed(SCHEMA))
        for words in ((), ("--flows",), ("--vary", LOSS + "=0%:100%:50%"), ("--runs", "1")):
            result = self.compared("--transports", RELIABLE, "--runs", "3", *words)
            faults = ["/%s: %s" % ("/".join(map(str, error.absolute_path)), error.message)
                      for error in validator.iter_errors(result)]
            self.assertEqual(faults, [])
            result["settings"][0]["rows"][0]["surprise"] = 1
            self.assertFalse(validator.is_valid(result))

    def test_means_and_differences_are_those_of_the_runs(self):
        rows = self.compared("--transports", "udp,rdt.sr", "--runs", "4")["settings"][0]["rows"]
        for name in ("delivered", "latency_p99_ns", "retransmissions"):
            values = [[run[name] for run in row["runs"]] for row in rows]
            for row, of_row in zip(rows, values):
                measure = row["measures"][name]
                self.assertEqual(measure["n"], 4)
                self.assertAlmostEqual(measure["mean"], sum(of_row) / 4, 5)
                self.assertLessEqual(measure["low"], measure["mean"])
                differences = [b - a for a, b in zip(values[0], of_row)]
                self.assertAlmostEqual(measure["difference"]["mean"], sum(differences) / 4, 5)

    def test_csv_says_the_same_as_json(self):
        words = ("--transports", "udp,rdt.gbn(window=2,timeout=100ms)", "--runs", "3", "--flows",
                 "--vary", LOSS + "=0%:10%:10%")
        lines = list(csv.DictReader(io.StringIO(
            self.compare("--format", "csv", *words).decode("utf-8"), newline="")))
        expected = []
        for setting in self.compared(*words)["settings"]:
            for row in setting["rows"]:
                for name, measures in [("", row["measures"])] + [
                        (flow["name"], flow["measures"]) for flow in row["flows"]]:
                    for measure, value in measures.items():
                        expected.append((setting["value"], row["transport"], name, measure,
                                         value["mean"], value["difference"]["low"],
                                         row["pairing"]["by"]))

        def number(text):
            return float(text) if text else None
        self.assertEqual([(line["setting"], line["transport"], line["flow"], line["measure"],
                           number(line["mean"]), number(line["difference_low"]), line["pairing"])
                          for line in lines], expected)
        self.assertEqual({line["unit"] for line in lines}, {"count", "ns", "bit/s", "ratio"})

    def test_a_report_goes_to_a_file(self):
        text = self.compare("--transports", "udp", "--runs", "2")
        self.assertEqual(self.compare("--transports", "udp", "--runs", "2", "-o", "report"), b"")
        self.assertEqual((self.folder / "report").read_bytes(), text)


class Interruption(Compare):
    def start(self, *words):
        self.write("endless.json", ENDLESS)
        process = subprocess.Popen([IPCSIM, "compare", "endless.json", "--transports", "udp",
                                    "--runs", "3", *words], cwd=self.folder,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.addCleanup(self.end, process)
        deadline = time.monotonic() + PATIENCE_S
        while not self.catches_sigint(process):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        return process

    @staticmethod
    def catches_sigint(process):
        with open("/proc/%d/status" % process.pid, encoding="ascii") as status:
            caught = int(status.read().split("SigCgt:")[1].split()[0], 16)
        return caught >> (signal.SIGINT - 1) & 1 == 1

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def test_an_interrupted_comparison_is_partial_and_says_so(self):
        for form, says in (("text", b"interrupted: 0 of 3 runs"), ("json", b'"interrupted": true')):
            process = self.start("--format", form)
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=PATIENCE_S)
            self.assertEqual(process.returncode, INTERRUPTED)
            self.assertIn(says, out)


class Plot(Compare):
    def setUp(self):
        super().setUp()
        if shutil.which("gnuplot") is None:
            self.skipTest("gnuplot is not installed")

    def plotted(self, *words):
        """The words in the plot."""
        done = self.run_ipcsim("compare", "way.json", "--runs", "3", "--plot", "plot.svg", "-o",
                               "report", *words)
        self.assert_status(done, OK)
        self.assertEqual(done.stderr, b"")
        root = xml.etree.ElementTree.parse(self.folder / "plot.svg").getroot()
        self.assertTrue(root.tag.endswith("svg"))
        return " ".join(part.strip() for part in root.itertext() if part.strip())

    def test_bars_name_the_transports_and_the_measures(self):
        words = self.plotted("--transports", "udp,rdt.gbn(window=4)")
        for name in ("udp", "rdt.gbn(window=4)", "messages delivered", "goodput [kbit/s]",
                     "incomplete", "means over 3 runs, with 95 % confidence intervals", "Small"):
            self.assertIn(name, words)

    def test_curves_name_what_is_swept(self):
        words = self.plotted("--transports", "udp,rdt.sr", "--vary", LOSS + "=0%:20%:10%",
                             "--measures", "latency_p50_ns")
        for name in ("loss probability [%]", "latency, median [", "confidence bands", "rdt.sr"):
            self.assertIn(name, words)

    def test_quotes_in_a_title_stay_text(self):
        self.write("way.json", dict(WAY, title="It's `date` \\n \"quoted\" {_x}"))
        self.assertIn("It's `date` \\n \"quoted\" {_x}", self.plotted("--transports", "udp"))

    def test_what_was_there_stays_when_the_plot_fails(self):
        self.write("plot.svg", "old")
        without = dict(os.environ, PATH=str(self.folder))
        done = self.run_ipcsim("compare", "way.json", "--transports", "udp", "--runs", "2",
                               "--plot", "plot.svg", env=without)
        self.assert_status(done, MACHINE)
        self.assertIn(b"gnuplot-nox", done.stderr)
        self.write("gnuplot", "#!/bin/sh\necho half; echo broken >&2; exit 1\n").chmod(0o755)
        done = self.run_ipcsim("compare", "way.json", "--transports", "udp", "--runs", "2",
                               "--plot", "plot.svg",
                               env=dict(os.environ, PATH="%s:/bin" % self.folder))
        self.assert_status(done, MACHINE)
        self.assertIn(b"broken", done.stderr)
        self.assertEqual((self.folder / "plot.svg").read_text(), "old")


class Shipped(CommandTest):
    NAMES = ["compare_delay", "compare_loss", "compare_reorder", "compare_small_messages"]
    GOLDEN = SOURCE / "tests" / "scenario" / "golden" / "compare"

    def test_tables_of_the_traces_are_what_was_agreed(self):
        for name in self.NAMES:
            with self.subTest(trace=name):
                text = self.run_well("compare", trace(name), "--runs", "5")
                path = self.GOLDEN / (name + ".txt")
                if os.environ.get("IPCSIM_UPDATE_GOLDEN") == "1":
                    path.parent.mkdir(exist_ok=True)
                    path.write_bytes(text)
                self.assertEqual(text.decode("utf-8"), path.read_text("utf-8"))
                self.assertLessEqual(max(map(len, text.decode("utf-8").splitlines())), 120)


if __name__ == "__main__":
    unittest.main()

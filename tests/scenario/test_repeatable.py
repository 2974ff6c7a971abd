"""The same trace and seed give the same bytes: twice, in whatever surroundings, whoever watches."""

import json
import os
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.environ["IPCSIM_SOURCE_DIR"], "tests", "support"))
from ipcsim import IPCSIM, OK, TRACES, CommandTest  # noqa: E402

# Traces in which something is decided by chance: faults, and in those with streams the initial
# sequence numbers.
RANDOM = {"compare_delay", "compare_loss", "compare_reorder", "compare_small_messages", "live",
          "rdt_abp", "rdt_gbn", "rdt_sr", "receive_omission", "send_omission", "synchronous",
          "udp_burst_loss", "udp_corrupt", "udp_duplicate", "udp_loss", "udp_reorder", "voice"}
STREAMS = ("tcp_", "ftp", "smtp", "telnet")

# What else may differ between two runs.
SURROUNDINGS = [
    {"LC_ALL": "tr_TR.UTF-8", "LANG": "ar_EG", "LANGUAGE": "de"},
    {"TZ": "Asia/Kathmandu", "HOME": "/nonexistent", "TMPDIR": "/nonexistent"},
    {"G_RANDOM_SEED": "1", "MALLOC_PERTURB_": "85", "COLUMNS": "200", "FORCE_COLOR": "1"},
]


class Repeatable(CommandTest):
    def test_every_trace_ends_well_and_twice_with_the_same_bytes(self):
        for path in TRACES:
            with self.subTest(trace=path.stem):
                first = self.run_ipcsim("run", path)
                self.assert_status(first, OK)
                self.assertEqual(first.stderr, b"")
                self.assertEqual(self.run_well("run", path), first.stdout)

    def test_locale_time_zone_and_environment_change_nothing(self):
        for path in TRACES:
            wanted = self.run_well("run", path, "--format", "json")
            for surroundings in SURROUNDINGS:
                got = self.run_well("run", path, "--format", "json",
                                    env=dict(os.environ, **surroundings))
                self.assertEqual(got, wanted, (path.stem, surroundings))

    def test_place_and_name_of_the_file_change_nothing(self):
        (self.folder / "elsewhere").mkdir()
        for path in TRACES:
            wanted = self.run_well("run", path, "--format", "json")
            shutil.copy(path, self.folder / "elsewhere" / "x")
            self.assertEqual(self.run_well("run", "../elsewhere/x", "--format", "json",
                                           cwd=self.folder / "elsewhere"), wanted, path.stem)
            self.assertEqual(self.run_well("run", "-", "--format", "json",
                                           input=path.read_bytes()), wanted, path.stem)

    def test_addresses_change_nothing(self):
        if shutil.which("setarch") is None:
            self.skipTest("there is no setarch")
        probe = subprocess.run(["setarch", "-R", "true"], capture_output=True, check=False)
        if probe.returncode != 0:
            self.skipTest("addresses cannot be fixed here")
        for path in TRACES:
            done = subprocess.run(["setarch", "-R", IPCSIM, "run", str(path), "--format", "json"],
                                  capture_output=True, check=False)
            self.assertEqual(done.stdout, self.run_well("run", path, "--format", "json"), path.stem)

    def test_the_seed_changes_what_is_decided_by_chance_and_nothing_else(self):
        for path in TRACES:
            one, two = (self.result(path, "--seed", seed)["digest"] for seed in ("1001", "1002"))
            is_random = path.stem in RANDOM or path.stem.startswith(STREAMS)
            self.assertEqual(one != two, is_random, path.stem)

    def test_observers_change_nothing(self):
        for path in TRACES:
            with self.subTest(trace=path.stem):
                wanted = self.run_well("run", path, "--format", "json")
                watched = self.run_well("run", path, "--format", "json", "--events", "events",
                                        "--pcap", "pcap")
                self.assertEqual(watched, wanted)
                drawn = self.run_well("run", path, "--timeline").decode("utf-8")
                report = self.run_well("run", path).decode("utf-8")
                self.assertTrue(drawn.endswith("\n\n" + report), path.stem)

    def test_files_about_a_run_are_the_same_twice(self):
        for path in TRACES:
            for number in "12":
                self.run_well("run", path, "--events", "events" + number, "--pcap", "pcap" + number)
            self.assertEqual(*((self.folder / ("events" + n)).read_bytes() for n in "12"))
            names = [sorted(os.listdir(self.folder / ("pcap" + n))) for n in "12"]
            self.assertEqual(names[0], names[1], path.stem)
            for name in names[0]:
                self.assertEqual(*((self.folder / ("pcap" + n) / name).read_bytes() for n in "12"))
            for number in "12":
                shutil.rmtree(self.folder / ("pcap" + number))

    def test_a_set_that_says_what_the_trace_says_changes_only_the_hash(self):
        path = next(path for path in TRACES if path.stem == "udp_loss")
        seed = json.loads(path.read_text("utf-8"))["seed"]
        plain, same = self.result(path), self.result(path, "--set", "/seed=%d" % seed)
        self.assertEqual(plain, same)
        other = self.result(path, "--set", "/title=Other")
        self.assertNotEqual(plain["trace"].pop("sha256"), other["trace"].pop("sha256"))
        plain["trace"]["title"] = other["trace"]["title"]
        self.assertEqual(plain, other)


if __name__ == "__main__":
    unittest.main()

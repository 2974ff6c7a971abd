"""The JSON result of every trace, and the diagrams of those that are about time, compared with
tests/scenario/golden/json and tests/scenario/golden/timeline. IPCSIM_UPDATE_GOLDEN=1 rewrites these
files; a person reads them before they are committed."""

import difflib
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.environ["IPCSIM_SOURCE_DIR"], "tests", "support"))
from ipcsim import SOURCE, TRACES, CommandTest, trace  # noqa: E402

GOLDEN = SOURCE / "tests" / "scenario" / "golden"
UPDATE = os.environ.get("IPCSIM_UPDATE_GOLDEN") == "1"
DRAWN = ["asynchronous", "host_crash", "partition", "ports", "rdt_abp_reordering",
         "synchronous", "tcp_close", "tcp_echo", "tcp_refused", "tcp_reset", "tcp_server_crash",
         "tcp_unknown_host", "udp_echo", "udp_queue_overflow", "udp_timeout"]
ROWS = "60"


class Golden(CommandTest):
    def compare(self, path, text):
        if UPDATE:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
        wanted = path.read_text("utf-8") if path.exists() else ""
        self.assertEqual("".join(difflib.unified_diff(
            wanted.splitlines(True), text.decode("utf-8").splitlines(True), path.name, "printed")),
            "")

    def test_every_result_is_what_was_agreed(self):
        for path in TRACES:
            with self.subTest(trace=path.stem):
                self.compare(GOLDEN / "json" / (path.stem + ".json"),
                             self.run_well("run", path, "--format", "json"))

    def test_diagrams_are_what_was_agreed(self):
        for name in DRAWN:
            with self.subTest(trace=name):
                text = self.run_well("run", trace(name), "--timeline-rows", ROWS)
                diagram = text.split(b"\n\n", 1)[0] + b"\n"
                self.compare(GOLDEN / "timeline" / (name + ".txt"), diagram)
                for line in diagram.decode("utf-8").splitlines():
                    self.assertLessEqual(len(line), 80)

    def test_there_is_no_file_without_its_trace(self):
        self.assertEqual({path.stem for path in (GOLDEN / "json").iterdir()},
                         {path.stem for path in TRACES})
        self.assertEqual({path.stem for path in (GOLDEN / "timeline").iterdir()}, set(DRAWN))


if __name__ == "__main__":
    unittest.main()

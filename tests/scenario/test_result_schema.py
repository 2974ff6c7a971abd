"""Every trace that ships gives a JSON result that its schema describes, key by key, and the same
bytes twice."""

import copy
import json
import os
import subprocess
import unittest
from pathlib import Path

import jsonschema

SOURCE = Path(os.environ["IPCSIM_SOURCE_DIR"])
IPCSIM = os.environ["IPCSIM"]
SCHEMA = json.loads((SOURCE / "tool/report/schema/result.schema.json").read_text("utf-8"))


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


def run(trace, *options):
    """The result of one run as bytes; expectations may fail, nothing else."""
    done = subprocess.run([IPCSIM, "run", str(trace), "--format", "json", *options],
                          capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise AssertionError("%s: exit %d: %s" % (trace, done.returncode, done.stderr.decode()))
    return done.stdout


class ResultSchema(unittest.TestCase):
    def setUp(self):
        self.validator = jsonschema.Draft202012Validator(closed(SCHEMA))

    def check(self, result):
        faults = ["/" + "/".join(map(str, error.absolute_path)) + ": " + error.message
                  for error in self.validator.iter_errors(result)]
        self.assertEqual(faults, [])

    def test_the_schema_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_every_trace_gives_a_valid_result(self):
        for trace in sorted((SOURCE / "traces").glob("*.json")):
            with self.subTest(trace=trace.name):
                self.check(json.loads(run(trace)))

    def test_two_runs_print_the_same_bytes(self):
        trace = SOURCE / "traces" / "udp_loss.json"
        self.assertEqual(run(trace), run(trace))

    def test_messages_and_packets_are_conserved(self):
        for trace in sorted((SOURCE / "traces").glob("*.json")):
            with self.subTest(trace=trace.name):
                result = json.loads(run(trace))
                for flow in result["flows"]:
                    decided = flow["delivered"] + sum(flow["lost"].values())
                    self.assertEqual(flow["sent"], decided + flow["undecided"], flow["name"])
                for link in result["links"]:
                    out = link["delivered"] + sum(link["dropped"].values()) + link["in_flight"]
                    self.assertEqual(link["offered"] + link["copies"], out, link["name"])

    def test_the_schema_refuses_what_is_not_a_result(self):
        good = json.loads(run(SOURCE / "traces" / "udp_loss.json"))
        for pointer, value in ((("ipcsim_result",), 2), (("digest",), "0"), (("flows", 0, "sent"), -1),
                               (("links", 0, "utilisation"), 0.5), (("surprise",), 1)):
            bad = copy.deepcopy(good)
            at = bad
            for step in pointer[:-1]:
                at = at[step]
            at[pointer[-1]] = value
            self.assertFalse(self.validator.is_valid(bad), pointer)


if __name__ == "__main__":
    unittest.main()

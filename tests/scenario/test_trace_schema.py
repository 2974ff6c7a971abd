#!/usr/bin/python3
"""The schema of traces accepts every trace that ships, and of the corpus exactly what it should.
tests/unit/traces/test_trace_schema.c holds the loader against the same corpus."""

import json
import sys
from pathlib import Path

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)

ROOT = Path(__file__).resolve().parent.parent.parent
SCHEMA = ROOT / "traces" / "schema" / "trace.schema.json"
CORPUS = ROOT / "tests" / "unit" / "traces" / "files" / "schema_corpus.json"


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main():
    schema = load(SCHEMA)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    corpus = load(CORPUS)
    accepted = [(entry["name"], entry["trace"]) for key in ("good", "refused-by-loader")
                for entry in corpus[key]]
    accepted += [(path.name, load(path)) for path in sorted((ROOT / "traces").glob("*.json"))]
    refused = [(entry["name"], entry["trace"]) for entry in corpus["refused-by-both"]]
    faults = []
    for name, trace in accepted:
        faults += ["%s: %s" % (name, error.message) for error in validator.iter_errors(trace)]
    faults += ["%s: is accepted" % name for name, trace in refused if validator.is_valid(trace)]
    for fault in faults:
        print(fault[:300])
    if not accepted or not refused:
        print("the corpus is empty")
    return 1 if faults or not accepted or not refused else 0


if __name__ == "__main__":
    sys.exit(main())

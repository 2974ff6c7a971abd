"""docs/RESULTS.md explains every column of the reports and every key of the event logs of the
traces that ship."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(os.environ["IPCSIM_SOURCE_DIR"])
IPCSIM = os.environ["IPCSIM"]
TEXT = (ROOT / "docs" / "RESULTS.md").read_text(encoding="utf-8")


def run(*arguments):
    return subprocess.run([IPCSIM, "run", *arguments], capture_output=True, text=True,
                          check=True).stdout


def columns(trace):
    """The heads of the tables that the report has."""
    for line in run(str(trace)).splitlines():
        words = re.split(r"  +", line)
        if words[0] in ("Flow", "Link", "Connection", "Process"):
            yield from words[1:]


def event_keys(trace):
    for line in run(str(trace), "--events", "-", "-o", os.devnull).splitlines():
        yield from json.loads(line)


def main():
    named = set(re.findall(r"`([^`\n]+)`", TEXT))
    missing = set()
    for trace in sorted((ROOT / "traces").glob("*.json")):
        missing |= {*columns(trace), *event_keys(trace)} - named
    for name in sorted(missing):
        print("FAILED: docs/RESULTS.md does not explain \"%s\"" % name)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())

"""docs/TRACE_FORMAT.md says what the program knows: its tables are what `ipcsim help` and `ipcsim
list` print, and its lists of keys are those of the schema. (test_documents.py runs its traces.)

Between the comments <!-- ipcsim ARGUMENTS --> and <!-- end --> stands a table that this test makes;
IPCSIM_UPDATE_GOLDEN=1 writes it. Between <!-- keys NAME --> and <!-- end --> stands one that a
person wrote: its first column must name every key that the schema has there, and no other."""

import difflib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

IPCSIM = os.environ["IPCSIM"]
DOCUMENT = Path(os.environ["IPCSIM_SOURCE_DIR"]) / "docs" / "TRACE_FORMAT.md"
UPDATE = os.environ.get("IPCSIM_UPDATE_GOLDEN") == "1"

LISTS = ("programs operations faults queues transports distributions actions metrics causes events "
         "errors")
WITH_PARAMETERS = ("program", "operation", "fault", "queue")
BLOCK = re.compile(r"<!-- (ipcsim|keys) ([^>]*) -->\n(.*?)<!-- end -->", re.DOTALL)


def run(*arguments, expect=0):
    done = subprocess.run([IPCSIM, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != expect:
        sys.exit("FAILED: ipcsim %s: exit %d: %s%s"
                 % (" ".join(arguments), done.returncode, done.stdout, done.stderr))
    return done.stdout


def difference(said, wanted):
    lines = difflib.unified_diff(said.splitlines(), wanted.splitlines(), "in the document",
                                 "from the program", n=0, lineterm="")
    return "\n".join(lines)


# ---- tables that the program prints ----


def cell(text):
    return text.replace("|", "\\|")


def table(heads, rows):
    lines = ["| %s |" % " | ".join(heads), "|%s" % ("---|" * len(heads))]
    lines += ["| %s |" % " | ".join([cell(word) for word in row]) for row in rows]
    return "\n".join(lines) + "\n"


def listed(kind):
    """Yields name and text of each line of `ipcsim list KIND`."""
    for line in run("list", kind).splitlines():
        name, text = re.split(r"  +", line, maxsplit=1)
        yield name, text


def list_table(kind):
    if kind == "metrics":
        rows = [("`%s`" % name, *text.split(": ", 1)[0].split(", "), text.split(": ", 1)[1])
                for name, text in listed(kind)]
        return table(("metric", "of a", "unit", "meaning"), rows)
    if kind == "actions":
        rows = [("`%s`" % name, text.split(": ", 1)[1]) for name, text in listed(kind)]
        return table(("action", "acts on"), rows)
    rows = [("`%s`" % name, text) for name, text in listed(kind)]
    return table((kind[:-1], "meaning"), rows)


def parameter_rows(text):
    """The parameters in one block of `ipcsim help KIND NAME`: name, type, default, meaning. Either
    all of it stands in one line, in columns, or the meaning stands below, indented."""
    rows = []
    for line in text.splitlines():
        start = re.match(r"  (\S+) +(.*)", line)
        if start is None:
            rows[-1][3] = ("%s %s" % (rows[-1][3], line.strip())).strip()
            continue
        columns = re.split(r"  +", start.group(2))
        if len(columns) > 1:
            rows.append([start.group(1), columns[0], " ".join(columns[1:-1]), columns[-1]])
        else:
            kind, _, default = columns[0].partition(", ")
            rows.append([start.group(1), kind, default, ""])
    return rows


def help_table(kind, name):
    text = run("help", kind, name)
    own = re.search(r"\nparameters:\n(.*?)(\n\n|\Z)", text, re.DOTALL)
    if own is None:
        return "It has no parameters.\n"
    rows = []
    for row in parameter_rows(own.group(1).strip("\n")):
        default = row[2]
        if default.startswith("default "):
            default = "`%s`" % default[len("default "):]
        rows.append(("`%s`" % row[0], row[1], default, row[3]))
    return table(("parameter", "type", "default", "meaning"), rows)


def made(arguments):
    words = arguments.split()
    if words[0] == "list":
        return list_table(words[1])
    return help_table(words[1], words[2])


# ---- lists of keys ----


def schema_keys(schema, name):
    """The keys of an object of the trace, by the schema."""
    parts = schema["$defs"]
    if name == "trace":
        return set(schema["properties"])
    if name == "fault":
        return set(parts["link-fault"]["properties"])
    return set(parts[name]["properties"])


def named_keys(text):
    """What stands in backquotes in the first column."""
    keys = set()
    for line in text.splitlines()[2:]:
        keys |= set(re.findall(r"`([^`]+)`", line.split("|")[1]))
    return keys


def main():
    text = DOCUMENT.read_text(encoding="utf-8")
    schema = json.loads(run("list", "schema"))
    faults = []
    seen = set()

    def replace(match):
        what, arguments, body = match.groups()
        seen.add("%s %s" % (what, arguments))
        if what == "keys":
            said, known = named_keys(body), schema_keys(schema, arguments) - {"comment"}
            if said != known:
                faults.append("keys of %s: only in the document %s, only in the schema %s"
                              % (arguments, sorted(said - known), sorted(known - said)))
            return match.group(0)
        wanted = made(arguments)
        if wanted != body and not UPDATE:
            faults.append("ipcsim %s:\n%s" % (arguments, difference(body, wanted)))
        return "<!-- %s %s -->\n%s<!-- end -->" % (what, arguments, wanted)

    updated = BLOCK.sub(replace, text)
    for kind in LISTS.split():
        if "ipcsim list %s" % kind not in seen:
            faults.append("no table of `ipcsim list %s`" % kind)
    for kind in WITH_PARAMETERS:
        for name, _ in listed(kind + "s"):
            if "ipcsim help %s %s" % (kind, name) not in seen:
                faults.append("no table of `ipcsim help %s %s`" % (kind, name))
    for name, _ in listed("actions"):
        if not re.search(r"^\| [^|]*`%s`[^|]* \| [^|]+ \| [^|]+ \|$" % name, text, re.MULTILINE):
            faults.append("the action %s is not explained" % name)
    if UPDATE:
        DOCUMENT.write_text(updated, encoding="utf-8")
    for fault in faults:
        print("FAILED: %s" % fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

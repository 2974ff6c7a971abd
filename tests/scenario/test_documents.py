"""The documents hold: in blocks of ```console the commands print what stands below them, links lead
to files and headings, paths exist, and complete traces run.

A command is a line that begins with "$ "; one that begins with ipcsim or scripts/run is run in the
repository (scripts/run as `ipcsim run`). IPCSIM_UPDATE_GOLDEN=1 writes what they print."""

import difflib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(os.environ["IPCSIM_SOURCE_DIR"])
IPCSIM = Path(os.environ["IPCSIM"])
UPDATE = os.environ.get("IPCSIM_UPDATE_GOLDEN") == "1"

CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FOLDERS = "base sim netmodel protocols traces tool tests docs scripts include bench cmake examples"
A_PATH = re.compile(r"`((?:%s)/[A-Za-z0-9_./*-]*)`" % FOLDERS.replace(" ", "|"))


def documents():
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/adr/*.md")])


# ---- commands ----


def output_of(command):
    """What the command prints on both outputs, in this order: standard output, then errors."""
    words = re.sub(r"^scripts/run\b", "ipcsim run", command)
    environment = dict(os.environ, PATH="%s:%s" % (IPCSIM.parent, os.environ["PATH"]))
    done = subprocess.run(["sh", "-c", words], cwd=ROOT, env=environment, capture_output=True,
                          text=True, check=False, stdin=subprocess.DEVNULL)
    return done.stdout + done.stderr


def is_ours(command):
    return re.search(r"\bipcsim\b|^scripts/run\b", command) is not None


def made_block(body):
    """The block with what its commands print now."""
    lines = []
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        lines.append("$ %s\n%s" % (command, output_of(command) if is_ours(command) else output))
    return "".join(lines)


def check_commands(path, text):
    faults = []

    def replace(match):
        wanted = made_block(match.group(1))
        if wanted != match.group(1) and not UPDATE:
            lines = difflib.unified_diff(match.group(1).splitlines(), wanted.splitlines(),
                                         "in the document", "from the program", n=0, lineterm="")
            faults.append("\n%s" % "\n".join(lines))
        return "```console\n%s```" % wanted

    updated = CONSOLE.sub(replace, text)
    if UPDATE and updated != text:
        path.write_text(updated, encoding="utf-8")
    return faults


# ---- links and paths ----


def anchors(path):
    """The headings of a document as GitHub names them."""
    names = set()
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.M)
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        names.add(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-"))
    return names


def check_links(path, text):
    for target in re.findall(r"\]\(([^)\s]+)\)|^\[\w+\]: (\S+)$", text, re.MULTILINE):
        target = target[0] or target[1]
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists():
            yield "the link %s leads nowhere" % target
        elif anchor and anchor not in anchors(there):
            yield "the link %s leads to no heading" % target


def check_paths(text):
    for name in A_PATH.findall(text):
        if not any(ROOT.glob(name.rstrip("/"))) and not any(ROOT.glob("%s.*" % name)):
            yield "there is no %s" % name


def check_index():
    """Every page of decisions is in their list."""
    folder = ROOT / "docs" / "adr"
    text = (folder / "README.md").read_text(encoding="utf-8")
    for page in sorted(folder.glob("0*.md")):
        if "(%s)" % page.name not in text:
            yield "docs/adr/README.md does not name %s" % page.name


# ---- traces ----


def check_traces(text):
    for block in re.findall(r"^```json\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        trace = json.loads(block)
        if "ipcsim" not in trace:
            continue
        done = subprocess.run([IPCSIM, "run", "-"], input=block, capture_output=True, text=True,
                              check=False)
        if done.returncode != 0 or done.stderr:
            yield "a trace: exit %d\n%s%s" % (done.returncode, done.stdout, done.stderr)


def main():
    faults = 0
    for fault in check_index():
        print("FAILED: %s" % fault)
        faults += 1
    for path in documents():
        text = path.read_text(encoding="utf-8")
        found = [*check_commands(path, text), *check_links(path, text), *check_paths(text),
                 *check_traces(text)]
        for fault in found:
            print("FAILED: %s: %s" % (path.relative_to(ROOT), fault))
        faults += len(found)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

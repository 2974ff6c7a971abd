"""docs/CHAPTER.md: every slide of both decks has a row, and every row that has a command shows what
it says: the command ends with 0, and what is quoted in the column "look at" is in its output."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(os.environ["IPCSIM_SOURCE_DIR"])
IPCSIM = os.environ["IPCSIM"]
CHAPTER = ROOT / "docs" / "CHAPTER.md"

# How many slides the decks have.
SLIDES = {"A": 46, "B": 46}
COLUMNS = ["slide", "claim", "command", "trace", "test", "look at", "Java", "here"]
LATER = r"comes? with (the reliable stream|IP multicast|marshalling|request-reply and HTTP)"


def rows(text):
    """Yields each row of the tables of the decks as a dictionary."""
    for line in re.findall(r"^\| [AB]\d+ \|.*$", text, re.MULTILINE):
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) != len(COLUMNS):
            sys.exit("FAILED: %d cells instead of %d: %s" % (len(cells), len(COLUMNS), line))
        yield dict(zip(COLUMNS, cells))


def quoted(cell):
    return re.findall(r"`([^`]+)`", cell)


def squeezed(text):
    return re.sub(r"[ \t]+", " ", text)


def has(output, pattern):
    words = [re.escape(part) for part in squeezed(pattern).split("...")]
    return re.search(r"[^\n]*?".join(words), output) is not None


class Runner:
    """Runs each command once."""

    def __init__(self):
        self.outputs = {}

    def run(self, command):
        if command not in self.outputs:
            words = shlex.split(command)
            done = subprocess.run([IPCSIM, *words[1:]], cwd=ROOT, capture_output=True, text=True,
                                  check=False, stdin=subprocess.DEVNULL)
            self.outputs[command] = (done.returncode, squeezed(done.stdout), done.stderr)
        return self.outputs[command]


def check_references(row, text):
    """Yields which names in brackets are not defined, and which files are missing."""
    for name in re.findall(r"\[(\w+)\]", row["trace"] + row["test"]):
        found = re.search(r"^\[%s\]: (\S+)$" % name, text, re.MULTILINE)
        if found is None:
            yield "[%s] is not defined" % name
        elif not (CHAPTER.parent / found.group(1)).exists():
            yield "there is no %s" % found.group(1)


def check_command(row, runner):
    command = quoted(row["command"])[0]
    if command.split()[0] != "ipcsim":
        yield "cannot run %s" % command
        return
    used = re.findall(r"traces/(\w+)\.json", command)
    if used != re.findall(r"\[(\w+)\]", row["trace"]):
        yield "the command and the column \"trace\" differ"
    if not quoted(row["look at"]) or not row["test"]:
        yield "there is nothing to look at, or no test"
    status, output, errors = runner.run(command)
    if status != 0:
        yield "%s: exit %d\n%s%s" % (command, status, output, errors)
    for pattern in quoted(row["look at"]):
        if not has(output, pattern):
            yield "%s prints no %r" % (command, pattern)


def check_row(row, text, runner):
    yield from check_references(row, text)
    if row["command"]:
        yield from check_command(row, runner)
    elif row["look at"] != "nothing to show" and not re.search(LATER, row["look at"]):
        yield "it has no command, and does not say what it comes with"


def check_slides(found):
    """Every slide, in order."""
    for deck, n in SLIDES.items():
        numbers = [int(row["slide"][1:]) for row in found if row["slide"][0] == deck]
        if sorted(set(numbers)) != list(range(1, n + 1)) or numbers != sorted(numbers):
            yield "deck %s: not every slide from 1 to %d, in order: %s" % (deck, n, numbers)


def main():
    text = CHAPTER.read_text(encoding="utf-8")
    found = list(rows(text))
    runner = Runner()
    faults = list(check_slides(found))
    for row in found:
        faults += ["%s (%s): %s" % (row["slide"], row["claim"], fault)
                   for fault in check_row(row, text, runner)]
    for fault in faults:
        print("FAILED: %s" % fault)
    shown = sum(1 for row in found if row["command"])
    print("%d rows, %d of them with a command" % (len(found), shown))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

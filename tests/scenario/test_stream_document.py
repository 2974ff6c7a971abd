"""docs/STREAM.md: every test that it names exists and runs, every row of a table of clauses has one
or says why not, and every RFC of the list has a table."""

import os
import re
import sys
from pathlib import Path

ROOT = Path(os.environ["IPCSIM_SOURCE_DIR"])
TESTS = ROOT / "tests"
DOCUMENT = ROOT / "docs" / "STREAM.md"

RFCS = (9293, 1122, 5681, 6298, 6582, 6675, 2018, 2883, 3042, 3168, 5961, 6528, 6928, 6937, 7323,
        8985, 9438, 1191, 5927, 6191, 1337, 2525)
NAME = re.compile(r"`((?:\w+/)*(?:test|fuzz)_\w+\.(?:c|py|sh))(?::(\w+))?`")


def files_of(name):
    return [path for path in TESTS.rglob(Path(name).name) if path.as_posix().endswith("/" + name)]


def defines(path, test):
    """A test of cmocka is a function that stands in the list of tests too."""
    text = path.read_text()
    function = re.search(r"^static void %s\([\w ]*\*\*state\)" % test, text, re.MULTILINE)
    return function is not None and len(re.findall(r"\b%s\b" % test, text)) > 1


def check_name(name, test):
    """Yields what is wrong with a name. A file's name may stand for several; one has the test."""
    files = files_of(name)
    if not files:
        yield "there is no tests/.../%s" % name
    elif test:
        having = [path for path in files if defines(path, test)]
        if len(having) != 1:
            yield "%d files called %s have a test %s" % (len(having), name, test)


def check_rows(text):
    """Yields the rows of clauses without a test and without a reason."""
    for table in re.findall(r"^## RFC.*?(?=^## )", text, re.MULTILINE | re.DOTALL):
        rows = re.findall(r"^\|.*\|$", table, re.MULTILINE)[2:]
        if not rows:
            yield "no table under %s" % table.splitlines()[0]
        for row in rows:
            cells = [cell.strip() for cell in row.split("|")[1:-1]]
            if len(cells) != 3:
                yield "%d cells: %s" % (len(cells), row)
            elif not NAME.search(cells[2]) and not re.match(r"none: \w+", cells[2]):
                yield "neither a test nor a reason: %s" % row


def check(text):
    for name, test in NAME.findall(text):
        yield from check_name(name, test)
    yield from check_rows(text)
    headings = " ".join(re.findall(r"^## (RFC.*)$", text, re.MULTILINE))
    for rfc in RFCS:
        if not re.search(r"\b%d\b" % rfc, headings):
            yield "there is no table for RFC %d" % rfc


def main():
    text = DOCUMENT.read_text()
    wrong = list(check(text))
    if wrong:
        sys.exit("FAILED: docs/STREAM.md:\n" + "\n".join(wrong))
    print("%d names of tests, %d RFCs" % (len(NAME.findall(text)), len(RFCS)))


if __name__ == "__main__":
    main()

"""The manual page is clean troff, and names every command, option and kind that the program has."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(os.environ["IPCSIM_SOURCE_DIR"])
IPCSIM = os.environ["IPCSIM"]
PAGE = ROOT / "docs" / "man" / "ipcsim.1"
SKIPPED = 77


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def lint():
    """Yields what groff says against the page."""
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", "-rLL=100n", str(PAGE)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0 or done.stderr:
        yield done.stderr


def page_text():
    """The page as a person reads it, without hyphenation and in one line."""
    text = subprocess.run(["groff", "-man", "-Tascii", "-P-cbou", "-rHY=0", "-rLL=1000n",
                           str(PAGE)], capture_output=True, text=True, check=True).stdout
    return re.sub(r"\s+", " ", text)


def names():
    """Yields what the page must name."""
    for line in run(IPCSIM, "list", "commands").splitlines():
        command = line.split()[0]
        yield command
        for option in re.findall(r"^ +(-\w, )?(--[a-z-]+)( [A-Z=]+)?  ",
                                 run(IPCSIM, "help", command), re.MULTILINE):
            yield "".join(option).strip()
    yield from run(IPCSIM, "list").split()


def main():
    if shutil.which("groff") is None:
        print("groff is not installed")
        return SKIPPED
    faults = list(lint())
    text = page_text()
    version = run(IPCSIM, "--version").strip()
    for name in [*names(), version]:
        if name not in text:
            faults.append("the page does not name %s" % name)
    for status in re.findall(r"\b(\d+) [a-z]", run(IPCSIM, "help", "run").partition("status:")[2]
                             .partition("options")[0]):
        if not re.search(r" %s (Done|An|The|Our|Interrupted)" % status, text):
            faults.append("the page does not explain the exit status %s" % status)
    for fault in faults:
        print("FAILED: %s" % fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

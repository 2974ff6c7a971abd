"""Scripts in packetdrill's language judge our TCP, through the table by which packetdrill drives a
stack in a shared object: tests/peer/packetdrill/*.pkt, in virtual time."""

import os
import subprocess
import sys
import unittest
from pathlib import Path

SOURCE = Path(os.environ["IPCSIM_SOURCE_DIR"])
LIBRARY = Path(os.environ["IPCSIM_BUILD_DIR"]) / "libipcsim-packetdrill.so"
SCRIPTS = sorted((SOURCE / "tests" / "peer" / "packetdrill").glob("*.pkt"))
SKIP = 77

# What a sanitizer's library must be loaded before Python for, by a symbol that the object lacks.
RUNTIMES = {b"__asan_init": ("libasan.so", "libclang_rt.asan-x86_64.so"),
            b"__tsan_init": ("libtsan.so", "libclang_rt.tsan-x86_64.so")}

sys.path.insert(0, str(SOURCE / "tests" / "support"))
from packetdrill import Mismatch, play  # noqa: E402


def runtime():
    """The path of the library that must come first, "" when there is none, None when missing."""
    image = LIBRARY.read_bytes()
    for symbol, names in RUNTIMES.items():
        if symbol in image:
            for name in names:
                done = subprocess.run([os.environ.get("IPCSIM_CC", "cc"),
                                       "-print-file-name=" + name],
                                      capture_output=True, text=True, check=True)
                if os.path.isabs(done.stdout.strip()):
                    return done.stdout.strip()
            return None
    return ""


def preload():
    """Starts again behind the sanitizer that the object was built with."""
    library = runtime()
    if library is None:
        print("the sanitizer's library is not there: skipped")
        sys.exit(SKIP)
    if library and os.environ.get("LD_PRELOAD") != library:
        leaks = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"  # Python's are not ours
        os.execve(sys.executable, [sys.executable, "-B"] + sys.argv,
                  dict(os.environ, LD_PRELOAD=library, ASAN_OPTIONS=leaks))


class ScriptTest(unittest.TestCase):
    """One test for each script."""


def add_test(path):
    def test(self):
        try:
            play(str(LIBRARY), path)
        except Mismatch as error:
            self.fail(str(error))

    setattr(ScriptTest, "test_" + path.stem.replace("-", "_"), test)


class LibraryTest(unittest.TestCase):
    def test_nothing_but_one_symbol_is_exported(self):
        done = subprocess.run(["nm", "-D", "--defined-only", str(LIBRARY)], capture_output=True,
                              text=True, check=True)
        names = [line.split()[-1] for line in done.stdout.splitlines()]
        own = [name for name in names if not name.startswith(("__asan", "__odr", "__tsan"))]
        self.assertEqual(own, ["packetdrill_interface_init"])

    def test_wrong_flags_are_refused_with_a_sentence(self):
        for flags, word in (("sakc=off", "sack"), ("local=300.1.1.1", "300.1.1.1"),
                            ("mtu=20", "68"), ("min-rto=5", "min-rto")):
            code = ("import sys; sys.path.insert(0, sys.argv[1]); "
                    "from packetdrill.table import Table; Table(sys.argv[2], sys.argv[3])")
            done = subprocess.run([sys.executable, "-B", "-c", code,
                                   str(SOURCE / "tests" / "support"), str(LIBRARY), flags],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(word, done.stderr)


for script in SCRIPTS:
    add_test(script)

if __name__ == "__main__":
    if not LIBRARY.exists():
        print("libipcsim-packetdrill.so has not been built: skipped")
        sys.exit(SKIP)
    preload()
    unittest.main(verbosity=1)

"""Traces of 100 MB and of 1,000,000 hosts end in a result or in a clear error, in bounded time and
memory. A fiftieth of that here; all of it with IPCSIM_SOAK."""

import os
import re
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.environ["IPCSIM_SOURCE_DIR"], "tests", "support"))
from ipcsim import INPUT, IPCSIM, MACHINE, OK, PATIENCE_S, CommandTest  # noqa: E402

SCALE = 1.0 if os.environ.get("IPCSIM_SOAK") else 0.02
HOSTS = int(1000000 * SCALE)
BYTES = int(100000000 * SCALE)

# The program itself and its libraries, which no estimate counts.
PROGRAM_MIB = 10


def document(**members):
    """A trace as text; the values are JSON already."""
    members = {"ipcsim": "1", "title": '"Large"', "hosts": '{"a":{}}', **members}
    return "{%s}" % ",".join('"%s":%s' % pair for pair in members.items())


def array(elements):
    return "[%s]" % ",".join(elements)


def hosts(n):
    return "{%s}" % ",".join('"h%d":{}' % i for i in range(n))


def many(element, extra):
    """So many elements that the file gets its size."""
    return array(element % i for i in range(BYTES // (len(element) + extra)))


# Name, text, status without a limit, what the first line then says.
LARGE = [
    ("hosts", lambda: document(hosts=hosts(HOSTS)), OK, "Large"),
    ("chain", lambda: document(
        hosts=hosts(HOSTS // 2),
        links=array('{"name":"l%d","ends":["h%d","h%d"],"delay":"1ms"}' % (i, i, i + 1)
                    for i in range(HOSTS // 2 - 1)),
        processes=array('{"name":"p%d","host":"h%d","program":"udp-sender","to":"h%d:9",'
                        '"messages":1,"interval":"1ms"}' % (i, i, i + 1)
                        for i in range(0, HOSTS // 2 - 1, 100)),
        stop='"1s"'), OK, "Large"),
    ("text", lambda: document(comment='"%s"' % ("x" * BYTES)), OK, "Large"),
    ("operations", lambda: document(processes=array(
        ['{"name":"p","host":"a","operations":%s}'
         % many('{"do":"wait","time":"1ms","comment":"%060d"}', 55)])), OK, "Large"),
    ("schedule", lambda: document(
        schedule=many('{"at":"%dms","action":"crash","host":"a","comment":"xxxxxxxxxxxxxxxxx"}', 4)),
     OK, "Large"),
    ("nesting", lambda: "[" * BYTES, INPUT, r"1:65: nested deeper than 64 levels"),
    ("numbers", lambda: document(seed="1" * BYTES), INPUT, r"1:\d+: .*(seed|number)"),
    ("nothing", lambda: " " * BYTES, INPUT, r"1:\d+: the document is empty"),
    ("unclosed", lambda: '{"ipcsim":1,"title":"%s' % ("x" * BYTES), INPUT, r"1:\d+: "),
    ("an-error-at-the-end", lambda: document(hosts=hosts(HOSTS), zzz="1"), INPUT,
     r'1:\d+: /zzz: unknown key "zzz"'),
    ("an-unknown-name", lambda: document(
        hosts=hosts(HOSTS),
        processes='[{"name":"p","host":"h%dx","program":"udp-sink"}]' % (HOSTS - 1)), INPUT,
     r"1:\d+: /processes/0/host: "),
]


def first_line(done):
    return (done.stdout or done.stderr).split(b"\n", 1)[0].decode("utf-8")


class LargeInput(CommandTest):
    def run_measured(self, *words):
        started = time.monotonic()
        done = self.run_ipcsim(*words)
        return done, time.monotonic() - started

    def test_large_traces_end_in_a_result_or_a_clear_error(self):
        for name, text, status, said in LARGE:
            with self.subTest(trace=name):
                path = self.write("large.json", text())
                done, seconds = self.run_measured("run", path)
                self.assert_status(done, status)
                self.assertRegex(first_line(done), said)
                self.assertLess(len(done.stdout) + len(done.stderr), 10000)
                self.assertLess(seconds, PATIENCE_S)

    def test_what_needs_more_memory_than_allowed_is_refused_with_an_estimate(self):
        limit_mib = max(1, int(100 * SCALE))
        for name, text, status, _ in LARGE:
            if status != OK or name == "text":
                continue
            with self.subTest(trace=name):
                path = self.write("large.json", text())
                done, seconds = self.run_measured("run", "--memory", "%dMiB" % limit_mib, path)
                self.assert_status(done, MACHINE)
                said = re.search(r"about (\d+) MiB of memory, and (\d+) MiB may be used",
                                 first_line(done))
                self.assertIsNotNone(said, first_line(done))
                self.assertGreater(int(said.group(1)), limit_mib)
                self.assertEqual(int(said.group(2)), limit_mib)
                self.assertEqual(done.stdout, b"")
                self.assertLess(seconds, PATIENCE_S)

    def test_the_estimate_is_hardly_less_than_what_is_taken(self):
        with open(IPCSIM, "rb") as program:
            if b"__asan_init" in program.read():
                return  # sanitizers take what they like; the coverage build runs this
        for name, text, status, _ in LARGE:
            if status != OK:
                continue
            with self.subTest(trace=name):
                path = self.write("large.json", text())
                taken_mib = self.peak_kib("run", path) / 1024 - PROGRAM_MIB
                done = self.run_ipcsim("run", "--memory", "%dMiB" % (taken_mib * 0.75), path)
                self.assert_status(done, MACHINE)

    def peak_kib(self, *words):
        """The most memory that the command had at once."""
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.dup2(write, 1)
            os.execv(IPCSIM, [IPCSIM, *map(str, words)])
        os.close(write)
        with os.fdopen(read, "rb") as stream:
            stream.read()
        _, status, usage = os.wait4(child, 0)
        self.assertEqual(status, 0)
        return usage.ru_maxrss


if __name__ == "__main__":
    unittest.main()

"""Traces that are malformed or contradict themselves: one line that says where, at which pointer,
and what was expected; status 2; nothing runs and nothing is written."""

import copy
import json
import os
import random
import sys
import unittest

sys.path.insert(0, os.path.join(os.environ["IPCSIM_SOURCE_DIR"], "tests", "support"))
from ipcsim import INPUT, OK, SMALL, TRACES, CommandTest  # noqa: E402

# Name, text, what is said behind the name of the file.
MALFORMED = [
    ("nothing", b"", "1:1: the document is empty"),
    ("blanks", b" \n\t ", r"2:3: the document is empty"),
    ("a byte order mark", b"\xef\xbb\xbf{}", "1:1: "),
    ("UTF-16", '{"ipcsim":1}'.encode("utf-16"), "1:1: "),
    ("invalid UTF-8", b'{"title":"\xff"}', "1:11: invalid UTF-8"),
    ("NUL", b'{"ipcsim":1}\0', "1:13: "),
    ("an escaped NUL", rb'{"title":"\u0000"}', "1:11: "),
    ("a lone surrogate", rb'{"title":"\ud800"}', "1:11: "),
    ("trailing text", b'{"ipcsim":1} x', "1:14: "),
    ("two documents", b'{"ipcsim":1}{"ipcsim":1}', "1:13: "),
    ("a trailing comma", b'{"ipcsim":1,}', "1:13: "),
    ("a comment", b'{"ipcsim":1/*x*/}', "1:12: "),
    ("single quotes", b"{'ipcsim':1}", "1:2: "),
    ("a duplicate key", b'{"seed":1,\n "seed":2}', r"2:2: .*seed.*"),
    ("a number with a leading zero", b'{"seed":01}', "1:"),
    ("NaN", b'{"seed":NaN}', "1:9: "),
    ("no object", b"[]", "1:1: "),
    ("an unclosed string", b'{"title":"x', "1:"),
    ("nesting over 64", b'{"a":' * 65 + b"1" + b"}" * 65, r"1:\d+: nested deeper than 64 levels"),
]


def link(**members):
    return {"links": [dict(SMALL["links"][0], **members)]}


def fault(**members):
    return link(faults=[members])


def asker(**members):
    return {"processes": [SMALL["processes"][0], dict(SMALL["processes"][1], **members)]}


def operations(*steps):
    return {"processes": [{"name": "p", "host": "client", "operations": list(steps)}]}


# What is changed in a good trace, and what is said: pointer, then text.
CONTRADICTORY = [
    ({"ipcsim": 2}, "/ipcsim: .*1"),
    ({"ipcsim": "1"}, "/ipcsim: expected an integer"),
    ({"ipcsim": None}, "/ipcsim: "),
    ({"hots": {}}, '/hots: unknown key "hots"; did you mean "hosts"?'),
    ({"seed": -1}, "/seed: "),
    ({"seed": 1.5}, "/seed: expected an integer"),
    ({"stop": 30}, "/stop: expected a time"),
    ({"stop": "30"}, '/stop: expected a time .*the unit is missing'),
    ({"stop": "30 parsecs"}, "/stop: expected a time"),
    ({"stop": "-1s"}, "/stop: "),
    ({"stop": "9999999999999999h"}, "/stop: "),
    ({"epoch": "yesterday"}, "/epoch: "),
    ({"epoch": "2000-02-30T00:00:00Z"}, "/epoch: "),
    ({"hosts": {}}, "/hosts: expected at least one host"),
    ({"hosts": []}, "/hosts: expected an object"),
    ({"hosts": {"client": {"address": "10.0.0.1"}, "server": {"address": "10.0.0.1"}}},
     '/hosts/server/address: the host "client" has this address already'),
    ({"hosts": {"client": {"address": "10.0.0.256"}, "server": {}}}, "/hosts/client/address: "),
    ({"hosts": {"client": {"adress": "10.0.0.1"}, "server": {}}},
     '/hosts/client/adress: unknown key "adress"; did you mean "address"?'),
    ({"hosts": {"a b": {}, "client": {}, "server": {}}}, "/hosts/a b: "),
    (link(ends=["client", "sever"]), '/links/0/ends/1: .*"sever".*"server"'),
    (link(ends=["client"]), "/links/0/ends: "),
    (link(ends=["client", "client"]), "/links/0/ends"),
    (link(rate="10"), "/links/0/rate: expected a rate .*the unit is missing"),
    (link(rate="0bit"), "/links/0/rate: "),
    (link(rate="10MiB"), "/links/0/rate: expected a rate"),
    (link(delay="-1ms"), "/links/0/delay: "),
    (link(queue={"discipline": "fifo"}), "/links/0/queue/discipline: .*fifo"),
    (link(queue={"discipline": "red", "min": 10, "max": 5}), "/links/0/queue"),
    (link(queue={"discipline": "droptail", "min": 1}), '/links/0/queue/min: unknown key "min"'),
    (fault(kind="los", probability="1%"), '/links/0/faults/0/kind: .*did you mean "loss"'),
    (fault(kind="loss", probability="110%"), "/links/0/faults/0/probability: "),
    (fault(kind="loss", probability=1.5), "/links/0/faults/0/probability: "),
    (fault(kind="loss", probability="1"), "/links/0/faults/0/probability: "),
    (fault(probability="1%"), '/links/0/faults/0: the key "kind" is missing'),
    (fault(kind="loss", nth=0), "/links/0/faults/0/nth: "),
    (fault(kind="loss", match="udp prot 7"), '/links/0/faults/0.*match: "prot" is no word of pcap-filter'),
    (fault(kind="loss", direction="client->sever"), "/links/0/faults/0/direction: .*sever"),
    (fault(kind="loss", **{"from": "2s", "until": "1s"}), "/links/0/faults/0"),
    (fault(kind="delay", time="1ms", jitter="1ms", distribution="gauss"),
     "/links/0/faults/0/distribution: .*gauss"),
    (asker(program="udp-clint"), '/processes/1/program: .*did you mean "udp-client"'),
    (asker(host="clent"), '/processes/1/host: .*did you mean "client"'),
    (asker(to="server"), "/processes/1/to: "),
    (asker(to="server:70000"), "/processes/1/to: "),
    (asker(name="echo"), "/processes/1/name: .*echo"),
    (asker(size="2MiB"), "/processes/1/size: "),
    (asker(frobnicate=1), '/processes/1/frobnicate: unknown key "frobnicate"'),
    (operations({"do": "sned", "socket": "s"}), '/processes/0/operations/0/do: .*"send"'),
    (operations({"do": "send", "socket": "s", "to": "server:9"}),
     '/processes/0/operations/0: send needs one of "text"'),
    (operations({"do": "send", "socket": "s", "to": "server:9", "text": "x"}),
     '/processes/0/operations/0/socket: .*"s"'),
    (operations({"do": "socket", "socket": "s"}, {"do": "receive", "socket": "s",
                                                 "expect": "ENOSUCHERROR"}),
     "/processes/0/operations/1/expect: .*ENOSUCHERROR"),
    ({"schedule": [{"at": "1s", "action": "dwon", "link": "wire"}]},
     '/schedule/0/action: .*did you mean "down"'),
    ({"schedule": [{"at": "1s", "action": "down", "link": "wier"}]},
     '/schedule/0/link: .*did you mean "wire"'),
    ({"schedule": [{"action": "down", "link": "wire"}]}, "/schedule/0: "),
    ({"schedule": [{"at": "1s", "action": "down"}]}, "/schedule/0: "),
    ({"schedule": [{"at": "1s", "action": "crash", "host": "servre"}]},
     '/schedule/0/host: .*did you mean "server"'),
    ({"schedule": [{"at": "1s", "action": "partition", "between": [["client"], ["client"]]}]},
     "/schedule/0/between"),
    ({"expect": [{"flow": "asker -> echo", "metric": "delivred", "min": 1}]},
     '/expect/0/metric: .*did you mean "delivered"'),
    ({"expect": [{"flow": "asker -> ecko", "metric": "delivered", "min": 1}]},
     "/expect/0/flow: .*ecko"),
    ({"expect": [{"flow": "asker -> echo", "metric": "delivered", "min": 5, "max": 4}]},
     "/expect/0"),
    ({"expect": [{"flow": "asker -> echo", "metric": "delivered"}]}, "/expect/0: "),
    ({"expect": [{"flow": "asker -> echo", "metric": "latency-p50", "max": 5}]},
     "/expect/0/max: expected a time"),
]


class BadInput(CommandTest):
    def refused(self, name):
        """What is said about a file that both commands refuse in the same words."""
        checked = self.run_ipcsim("check", name)
        ran = self.run_ipcsim("run", name, "-o", "report", "--events", "events", "--pcap", "pcap")
        for done in (checked, ran):
            self.assert_status(done, INPUT)
            self.assertEqual(done.stdout, b"")
        self.assertEqual(checked.stderr, ran.stderr)
        self.assertEqual([path.name for path in self.folder.iterdir()], [name])
        lines = checked.stderr.decode("utf-8").splitlines()
        self.assertEqual(len(lines), 1, lines)
        return lines[0]

    def test_malformed_traces_are_refused_with_their_place(self):
        for name, text, said in MALFORMED:
            with self.subTest(name):
                self.write("bad.json", text)
                self.assertRegex(self.refused("bad.json"), r"\Aipcsim: bad\.json:" + said)

    def test_contradictory_traces_are_refused_with_their_pointer(self):
        for change, said in CONTRADICTORY:
            with self.subTest(change=change):
                self.write("bad.json", json.dumps({**SMALL, **change}, indent=2))
                self.assertRegex(self.refused("bad.json"), r"\Aipcsim: bad\.json:\d+:\d+: " + said)

    def test_the_place_is_that_of_the_value(self):
        self.write("bad.json", json.dumps({**SMALL, "seed": "x"}, indent=2))
        lines = (self.folder / "bad.json").read_text().splitlines()
        row = next(i for i, line in enumerate(lines) if '"seed"' in line)
        column = lines[row].index('"x"')
        self.assertEqual(self.refused("bad.json"), 'ipcsim: bad.json:%d:%d: /seed: expected an '
                         'integer, got the string "x"' % (row + 1, column + 1))

    def test_every_key_that_is_needed_is_asked_for(self):
        for pointer in (["ipcsim"], ["links", 0, "ends"], ["processes", 1, "to"],
                        ["processes", 0, "name"], ["processes", 0, "host"]):
            bad = copy.deepcopy(SMALL)
            at = bad
            for step in pointer[:-1]:
                at = at[step]
            del at[pointer[-1]]
            self.write("bad.json", bad)
            where = "".join("/%s" % step for step in pointer[:-1])
            self.assertRegex(self.refused("bad.json"),
                             r'\Aipcsim: bad\.json:1:\d+: %sthe key "%s" is missing'
                             % (where + ": " if where else "", pointer[-1]))

    def test_damaged_traces_never_crash(self):
        """Bytes of good traces are replaced, removed and repeated; the seed is fixed."""
        chance = random.Random(1)
        for path in TRACES:
            good = path.read_bytes()
            for _ in range(12):
                bad = bytearray(good)
                for _ in range(chance.randint(1, 4)):
                    at = chance.randrange(len(bad))
                    n = chance.randint(0, 8)
                    bad[at:at + n] = chance.choice(
                        [b"", bytes([chance.randrange(256)]), bad[at:at + n] * 2, b"9" * 20, b"-",
                         b'"', b"{", b"]", b"1e9", b"null"])
                self.write("bad.json", bytes(bad))
                done = self.run_ipcsim("check", "bad.json")
                self.assertIn(done.returncode, (OK, INPUT), (done, bytes(bad)))
                if done.returncode == INPUT:
                    self.assertRegex(done.stderr.decode("utf-8"),
                                     r"\Aipcsim: bad\.json:\d+:\d+: [^\n]+\n\Z")


if __name__ == "__main__":
    unittest.main()

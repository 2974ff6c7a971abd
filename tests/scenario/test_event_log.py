"""The event log: its form, its order, and that the result can be counted from it."""

import collections
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.environ["IPCSIM_SOURCE_DIR"], "tests", "support"))
from ipcsim import SMALL, TRACES, CommandTest  # noqa: E402

PACKET = {"packet", "bytes", "class"}
MESSAGE = {"flow", "flow_id", "message", "sent_ns"}
ON_LINK = {"host", "link"} | PACKET
IN_PROCESS = {"host", "process"}
CONNECTION = {"host", "connection", "local", "peer"}

# What each kind always has beside at_ns and event, and what it may have.
KINDS = {
    "packet-offered": (ON_LINK, MESSAGE | {"copy_of"}),
    "packet-queued": (ON_LINK, MESSAGE | {"copy_of"}),
    "packet-departed": (ON_LINK, MESSAGE | {"copy_of"}),
    "packet-copied": (ON_LINK | {"copy_of"}, MESSAGE),
    "packet-damaged": (ON_LINK | {"by"}, MESSAGE | {"copy_of", "bits_flipped", "bytes_cut"}),
    "packet-reordered": (ON_LINK | {"overtaken_by"}, MESSAGE | {"copy_of"}),
    "packet-dropped": ({"host", "cause"} | PACKET, MESSAGE | {"link", "copy_of"}),
    "packet-arrived": (ON_LINK, MESSAGE | {"copy_of"}),
    "packet-looped": ({"host"} | PACKET, MESSAGE | {"copy_of"}),
    "message-sent": (IN_PROCESS | MESSAGE | {"payload_bytes"}, set()),
    "message-repeated": (IN_PROCESS | MESSAGE | {"payload_bytes"}, set()),
    "message-delivered": (IN_PROCESS | MESSAGE | {"payload_bytes", "damaged"},
                          PACKET | {"copy_of"}),
    "message-abandoned": ({"host", "cause"} | MESSAGE, set()),
    "socket-bound": (IN_PROCESS | {"transport", "port"}, set()),
    "socket-closed": (IN_PROCESS | {"transport", "port"}, set()),
    "packet-marked": (ON_LINK, MESSAGE | {"copy_of"}),
    "connection-state": (CONNECTION | {"from", "to"}, set()),
    "segment-repeated": (CONNECTION | {"why", "payload_bytes"}, MESSAGE),
    "congestion-window": (CONNECTION | {"cwnd_bytes"}, {"ssthresh_bytes"}),
    "round-trip": (CONNECTION | {"srtt_ns", "rto_ns"}, set()),
    "recovery": (CONNECTION | {"phase", "until_sequence"}, set()),
    "scoreboard": (CONNECTION | {"sacked_bytes", "lost_bytes"}, set()),
    "peer-window": (CONNECTION | {"window_bytes", "under_way_bytes"}, set()),
    "process-started": (IN_PROCESS, set()),
    "process-blocked": (IN_PROCESS | {"in"}, set()),
    "process-resumed": (IN_PROCESS | {"in"}, set()),
    "process-ended": (IN_PROCESS | {"outcome", "exit_code"}, set()),
    "process-logged": (IN_PROCESS | {"text"}, set()),
    "operation-failed": (IN_PROCESS | {"text"}, set()),
    "host-changed": ({"host", "action"}, set()),
    "link-changed": ({"host", "link", "action"}, {"rate_bps", "delay_ns"}),
    "schedule-acted": ({"action", "entry"}, {"host"}),
}

# A trace in which everything happens.
EVERYTHING = dict(
    SMALL,
    stream={"ecn": True},
    links=[dict(SMALL["links"][0], queue={
        "discipline": "red", "min": 1, "max": 50, "weight": 1, "probability": 1, "ecn": True},
        faults=[
        {"kind": "duplicate", "probability": "20%"}, {"kind": "loss", "probability": "10%"},
        {"kind": "corrupt", "probability": "10%", "bits": 3},
        {"kind": "truncate", "probability": "5%", "to": "60B"},
        {"kind": "reorder", "probability": "10%", "displacement": 2}])],
    processes=SMALL["processes"] + [
        {"name": "talker", "host": "client", "operations": [
            {"do": "socket", "socket": "s", "type": "synchronous"},
            {"do": "socket", "socket": "d"},
            {"do": "bind", "socket": "d", "port": 7},
            {"do": "log", "text": "here"},
            {"do": "send", "socket": "d", "to": "client:7", "text": "me"},
            {"do": "receive", "socket": "d", "expect-text": "you"},
            {"do": "send", "socket": "s", "to": "server:8", "text": "x"},
            {"do": "repeat", "times": 20, "operations": [
                {"do": "send", "socket": "s", "to": "server:8", "text": "y"}]},
            {"do": "exit", "code": 3}]},
        {"name": "listener", "host": "server", "operations": [
            {"do": "socket", "socket": "s", "type": "synchronous"},
            {"do": "bind", "socket": "s", "port": 8},
            {"do": "repeat", "times": 21, "operations": [{"do": "receive", "socket": "s"}]}]},
        {"name": "store", "host": "server", "operations": [
            {"do": "socket", "socket": "l", "type": "stream"},
            {"do": "bind", "socket": "l", "port": 21},
            {"do": "listen", "socket": "l"},
            {"do": "repeat", "times": 8, "operations": [
                {"do": "accept", "socket": "l", "connection": "c"},
                {"do": "receive", "socket": "c", "fill": True, "buffer": "60000B"}]},
            {"do": "wait", "time": "1h"}]},
        {"name": "load", "host": "client", "operations": [
            {"do": "repeat", "times": 8, "operations": [
                {"do": "socket", "socket": "s", "type": "stream"},
                {"do": "connect", "socket": "s", "to": "server:21"},
                {"do": "repeat", "times": 8, "operations": [
                    {"do": "send", "socket": "s", "size": "10000B"}]},
                {"do": "close", "socket": "s"}]}]},
    ],
    schedule=[
        {"at": "100ms", "action": "down", "link": "wire"},
        {"at": "120ms", "action": "up", "link": "wire"},
        {"at": "130ms", "action": "rate", "link": "wire", "rate": "5Mbit",
         "direction": "client->server"},
        {"at": "140ms", "action": "delay", "link": "wire", "delay": "10ms"},
        {"at": "15s", "action": "crash", "host": "server"},
        {"at": "16s", "action": "restart", "host": "server"},
    ],
)


def counted(pairs):
    """The key of each pair, and how often it comes."""
    return dict(collections.Counter(pairs))


class Message:
    """What became of one message, by the rules of SEMANTICS, "Counting"."""

    def __init__(self, in_stream):
        self.in_stream = in_stream  # packets are no copies of it
        self.outstanding = 1
        self.received = 0
        self.cause = None

    def see(self, event):
        kind = event["event"]
        if kind == "message-abandoned":
            self.outstanding = 0
            self.cause = self.cause or event["cause"]
        elif kind == "packet-dropped":
            self.outstanding -= 0 if self.in_stream else 1
            self.cause = event["cause"]
        elif kind == "message-repeated" or (kind == "packet-copied" and not self.in_stream):
            self.outstanding += 1
        elif kind == "message-delivered":
            self.outstanding -= 1
            self.received += 1


class EventLog(CommandTest):
    ran = {}

    def lines(self, trace):
        """The lines of the log, and the result."""
        result = self.result(trace, "--events", "events")
        return (self.folder / "events").read_text("utf-8").splitlines(), result

    def both(self, name, trace):
        """The log as a list, and the result; each trace runs once."""
        if name not in self.ran:
            lines, result = self.lines(trace)
            self.ran[name] = ([json.loads(line) for line in lines], result)
        return self.ran[name]

    def everything(self):
        return self.both("everything", self.write("everything.json", EVERYTHING))

    def each(self):
        for path in TRACES:
            with self.subTest(trace=path.stem):
                yield self.both(path.stem, path)
        with self.subTest(trace="everything"):
            yield self.everything()

    def test_every_line_is_an_object_without_white_space(self):
        for line in self.lines(self.write("everything.json", EVERYTHING))[0]:
            self.assertEqual(json.dumps(json.loads(line), separators=(",", ":"),
                                        ensure_ascii=False), line)

    def test_every_event_has_its_fields_and_no_others(self):
        for events, _ in self.each():
            for event in events:
                needed, allowed = KINDS[event["event"]]
                fields = set(event) - {"at_ns", "event"}
                self.assertLessEqual(needed, fields, event)
                self.assertLessEqual(fields, needed | allowed, event)
                if "flow" in event:
                    self.assertLessEqual(MESSAGE, fields, event)
                self.assertEqual(list(event)[:2], ["at_ns", "event"])

    def test_every_kind_is_listed_and_every_listed_kind_can_happen(self):
        listed = {line.split()[0] for line in self.run_well("list", "events").decode().splitlines()}
        self.assertEqual(listed, set(KINDS))
        events, _ = self.everything()
        self.assertEqual({event["event"] for event in events}, set(KINDS))

    def test_time_never_goes_back_and_ends_with_the_run(self):
        for events, result in self.each():
            times = [event["at_ns"] for event in events]
            self.assertEqual(times, sorted(times))
            self.assertGreaterEqual(times[0], 0)
            self.assertLessEqual(times[-1], result["virtual_ns"])

    def test_links_are_conserved_and_counted_as_in_the_result(self):
        names = {"offered": "packet-offered", "copies": "packet-copied",
                 "departed": "packet-departed", "delivered": "packet-arrived",
                 "damaged": "packet-damaged"}
        for events, result in self.each():
            for link in result["links"]:
                own = [event for event in events if event.get("link") == link["name"]]
                count = counted(event["event"] for event in own)
                for field, kind in names.items():
                    self.assertEqual(count.get(kind, 0), link[field], (link["name"], field))
                dropped = counted(e["cause"] for e in own if e["event"] == "packet-dropped")
                self.assertEqual(dropped, link["dropped"], link["name"])
                self.assertEqual(link["offered"] + link["copies"],
                                 link["delivered"] + sum(dropped.values()) + link["in_flight"])
                for field, kind in (("offered_bytes", "packet-offered"),
                                    ("delivered_bytes", "packet-arrived")):
                    self.assertEqual(sum(e["bytes"] for e in own if e["event"] == kind),
                                     link[field], (link["name"], field))

    def test_what_hosts_dropped_is_counted_as_in_the_result(self):
        for events, result in self.each():
            for host in result["hosts"]:
                dropped = counted(e["cause"] for e in events if e["event"] == "packet-dropped"
                                  and e["host"] == host["name"] and "link" not in e)
                self.assertEqual(dropped, host["dropped"], host["name"])

    def test_a_packet_is_offered_or_copied_before_anything_else_and_dies_once(self):
        for events, _ in self.each():
            known, dead = set(), set()
            for event in events:
                if "packet" not in event:
                    continue
                packet = event["packet"]
                self.assertNotIn(packet, dead, event)
                if event["event"] == "packet-copied":
                    self.assertIn(event["copy_of"], known, event)
                    self.assertNotIn(packet, known, event)
                elif event["event"] not in ("packet-offered", "packet-looped"):
                    self.assertTrue(packet in known or event.get("cause") == "send-omission", event)
                known.add(packet)
                if event["event"] == "packet-dropped":
                    dead.add(packet)

    @staticmethod
    def flow_names(events, flows):
        """Flows by what the result calls them: the receiver's process, if somebody received."""
        receivers = {(e["transport"], e["host"], e["port"]): e["process"] for e in events
                     if e["event"] == "socket-bound"}
        names = {}
        for event in events:
            if event["event"] == "message-sent":
                sender, peer = event["flow"].split(" -> ")
                host, port = peer.rsplit(":", 1)
                candidates = ["%s -> %s" % (sender, receivers.get((kind, host, int(port)), peer))
                              for kind in ("tcp", "udp")]
                names[event["flow_id"]] = next(name for name in candidates if name in flows)
        return names

    def test_messages_are_counted_as_in_the_result(self):
        for events, result in self.each():
            flows = {flow["name"]: flow for flow in result["flows"]}
            names = self.flow_names(events, flows)
            messages = collections.defaultdict(dict)
            totals = collections.defaultdict(collections.Counter)
            for event in events:
                if "flow" not in event:
                    continue
                name, key = names[event["flow_id"]], (event["flow_id"], event["message"])
                if event["event"] == "message-sent":
                    in_stream = flows[name]["transport"].startswith(("tcp", "stream"))
                    messages[name][key] = Message(in_stream)
                    continue
                messages[name][key].see(event)
                totals[name][event["event"]] += 1
                if event["event"] == "message-delivered":
                    totals[name]["damaged"] += event["damaged"]
            for flow in result["flows"]:
                self.check_flow(flow, messages[flow["name"]].values(), totals[flow["name"]])
            self.assertEqual({flow["name"] for flow in result["flows"]}, set(messages))

    def check_flow(self, flow, messages, totals):
        delivered = [message for message in messages if message.received > 0]
        missing = [message for message in messages if message.received == 0]
        lost = counted(m.cause for m in missing if m.outstanding == 0)
        self.assertEqual(len(messages), flow["sent"], flow["name"])
        self.assertEqual(len(delivered), flow["delivered"], flow["name"])
        self.assertEqual(sum(m.received - 1 for m in delivered), flow["duplicates"], flow["name"])
        self.assertEqual(lost, flow["lost"], flow["name"])
        self.assertEqual(len(missing) - sum(lost.values()), flow["undecided"], flow["name"])
        self.assertEqual(totals["message-repeated"] + totals["segment-repeated"],
                         flow["repeated"], flow["name"])
        self.assertEqual(totals["damaged"], flow["damaged"], flow["name"])

    def test_processes_are_as_in_the_result(self):
        for events, result in self.each():
            lives = collections.defaultdict(list)
            for event in events:
                if event["event"] == "process-started":
                    lives[event["process"]].append([])
                elif event["event"] in ("process-blocked", "process-resumed", "process-ended"):
                    lives[event["process"]][-1].append(event)
            of_result = collections.defaultdict(list)
            for process in result["processes"]:
                of_result[process["name"]].append(process)
            for name, lived in lives.items():
                self.assertEqual(len(lived), len(of_result[name]), name)
                for life, process in zip(lived, of_result[name]):
                    self.check_life(life, process, result["virtual_ns"])

    def check_life(self, life, process, end_ns):
        since, reason, times = None, None, collections.Counter()
        for event in life:
            if since is not None:
                times[reason] += event["at_ns"] - since
            blocked = event["event"] == "process-blocked"
            since, reason = (event["at_ns"], event["in"]) if blocked else (None, None)
            if event["event"] == "process-ended":
                self.assertEqual((event["outcome"], event["at_ns"]),
                                 (process["outcome"], process["ended_ns"]), process["name"])
        if since is not None:
            times[reason] += end_ns - since
        wanted = {reason: times["total_ns"]
                  for reason, times in process["blocked"]["by_reason"].items()}
        self.assertEqual(dict(times), wanted, process["name"])

    def test_actions_say_what_they_act_on(self):
        events, _ = self.everything()
        acted = [(e["action"], e["entry"], e.get("host")) for e in events
                 if e["event"] == "schedule-acted"]
        self.assertEqual(acted, [
            ("down wire", "/schedule/0", None), ("up wire", "/schedule/1", None),
            ("rate wire client->server: 5 Mbit/s", "/schedule/2", None),
            ("delay wire: 10 ms", "/schedule/3", None),
            ("crash server", "/schedule/4", "server"),
            ("restart server", "/schedule/5", "server")])


if __name__ == "__main__":
    unittest.main()

"""Wireshark reads the captures of every trace: whole packets, good checksums unless a fault damaged
them, and exactly the packets that the event log says the host sent and received, at their times."""

import collections
import datetime
import json
import os
import shutil
import struct
import subprocess
import sys
import unittest

SKIP = 77

sys.path.insert(0, os.path.join(os.environ["IPCSIM_SOURCE_DIR"], "tests", "support"))
from ipcsim import SMALL, TRACES, CommandTest, trace  # noqa: E402

FIELDS = ["frame.time_epoch", "frame.len", "ip.src", "ip.checksum.status", "udp.checksum.status",
          "tcp.checksum.status", "icmp.checksum.status", "_ws.malformed", "_ws.expert.severity", "frame.protocols"]
BAD, GOOD, NONE = "0", "1", "3"
WARNING, ERROR = 6291456, 8388608  # a reset is worth a warning to Wireshark

EPOCH = int(datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone.utc).timestamp()) * 10**9

# A host that talks to itself beside one that damages what it hears.
LOOPED = dict(
    SMALL,
    epoch="1999-12-31T23:59:59.5Z",
    links=[dict(SMALL["links"][0], faults=[
        {"kind": "corrupt", "probability": "30%", "bits": 5},
        {"kind": "truncate", "probability": "10%", "to": "30B"},
        {"kind": "duplicate", "probability": "20%"}])],
    processes=SMALL["processes"] + [
        {"name": "alone", "host": "client", "program": "udp-client", "to": "localhost:6789",
         "messages": 5, "interval": "7ms"},
        {"name": "alone-too", "host": "server", "program": "udp-client", "to": "server:6789",
         "messages": 5, "interval": "7ms"}],
)

Packet = collections.namedtuple("Packet", "at_ns length sent damaged")


def tshark(path, fields, *options):
    """A list of values for each packet."""
    command = ["tshark", "-n", "-r", str(path), "-T", "fields", "-E", "occurrence=f",
               "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
               "-o", "udp.try_heuristic_first:FALSE", "-o", "tcp.check_checksum:TRUE",
               # Losses and repetitions are no faults of a capture.
               "-o", "tcp.analyze_sequence_numbers:FALSE", "-o", "tcp.desegment_tcp_streams:FALSE",
               *options]
    for field in fields:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


def count(path):
    """How many packets a file holds."""
    data, at, packets = path.read_bytes(), 24, 0
    while at < len(data):
        at += 16 + struct.unpack_from("=I", data, at + 8)[0]
        packets += 1
    return packets


def nanoseconds(text):
    """Of "946684800.000000001"."""
    seconds, fraction = text.split(".")
    return int(seconds) * 10**9 + int(fraction.ljust(9, "0"))


def seen(events):
    """What each host saw on its links, and on itself, in the order of the log."""
    damaged, crashed = set(), set()
    links, selves = collections.defaultdict(list), collections.defaultdict(list)
    for event in events:
        kind, host = event["event"], event.get("host")
        if kind == "packet-damaged":
            damaged.add(event["packet"])
        elif kind == "host-changed":
            (crashed.add if event["action"] == "crash" else crashed.discard)(host)
        elif kind == "packet-queued" or kind == "packet-arrived" and host not in crashed:
            links[host].append(Packet(event["at_ns"], event["bytes"], kind == "packet-queued",
                                      event["packet"] in damaged))
        elif kind == "packet-looped":
            selves[host].append(Packet(event["at_ns"], event["bytes"], True, False))
    return links, selves


class Captures(CommandTest):
    def capture(self, path):
        """The events and the result of a run; its captures are in the folder pcap."""
        shutil.rmtree(self.folder / "pcap", ignore_errors=True)
        result = self.result(path, "--events", "events", "--pcap", "pcap")
        lines = (self.folder / "events").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines], result

    def files(self, host, on_itself=False):
        name = host + ("-lo.pcap" if on_itself else "-eth*.pcap")
        return sorted((self.folder / "pcap").glob(name))

    def check_header(self, path):
        magic, major, minor, zone, _, snap, link = struct.unpack("=IHHiIII", path.read_bytes()[:24])
        self.assertEqual((magic, major, minor, zone), (0xA1B23C4D, 2, 4, 0), path.name)
        self.assertEqual(link, 101, path.name)
        self.assertGreaterEqual(snap, 65535)

    def check_packet(self, row, packet, epoch):
        values = dict(zip(FIELDS, row))
        self.assertEqual(nanoseconds(values["frame.time_epoch"]), epoch + packet.at_ns)
        self.assertEqual(int(values["frame.len"]), packet.length)
        if packet.damaged:
            return
        self.assertEqual(values["ip.checksum.status"], GOOD, values)
        self.assertIn(values["udp.checksum.status"], ("", GOOD, NONE), values)
        self.assertIn(values["tcp.checksum.status"], ("", GOOD), values)
        self.assertIn(values["icmp.checksum.status"], ("", GOOD), values)
        if ":tcp:" in values["frame.protocols"]:
            return  # what Wireshark takes a stretch of a stream for is a guess
        self.assertEqual(values["_ws.malformed"], "", values)
        limit = ERROR if ":tcp" in values["frame.protocols"] else WARNING
        self.assertLess(int(values["_ws.expert.severity"] or "0"), limit, values)

    def check_host(self, paths, packets, epoch):
        rows = []
        for path in paths:
            self.check_header(path)
            of_file = tshark(path, FIELDS)
            times = [nanoseconds(row[0]) for row in of_file]
            self.assertEqual(times, sorted(times), path.name)
            rows += of_file
        if len(paths) > 1:
            rows.sort(key=lambda row: (nanoseconds(row[0]), int(row[1])))
            packets = sorted(packets)
        self.assertEqual(len(rows), len(packets))
        for row, packet in zip(rows, packets):
            self.check_packet(row, packet, epoch)

    def check_trace(self, path, epoch=EPOCH):
        events, result = self.capture(path)
        links, selves = seen(events)
        self.assertEqual(len(list((self.folder / "pcap").iterdir())),
                         sum(len(self.files(host)) for host in links) + len(selves))
        for host, packets in links.items():
            self.check_host(self.files(host), packets, epoch)
        for host, packets in selves.items():
            self.check_host(self.files(host, True), packets, epoch)
        return events, result, links, selves

    def test_wireshark_reads_every_capture_of_every_trace(self):
        for path in TRACES:
            with self.subTest(trace=path.stem):
                self.check_trace(path)

    def test_packets_to_oneself_and_damaged_ones_are_captured(self):
        path = self.write("looped.json", LOOPED)
        _, _, links, selves = self.check_trace(path, EPOCH - 500000000)
        self.assertEqual(len(selves["client"]), 10)
        self.assertEqual(len(selves["server"]), 10)
        self.assertTrue(any(packet.damaged for packet in links["server"]))

    def test_damage_is_seen_by_wireshark_too(self):
        """A flipped bit of payload changes the sum; that of an unchecked datagram does not."""
        events, _ = self.capture(trace("udp_corrupt"))
        packets = seen(events)[0]["server"]
        rows = tshark(self.files("server")[0], ["udp.checksum.status", "udp.dstport"])
        bad = sum(1 for row in rows if row[0] == BAD)
        damaged = sum(1 for row, packet in zip(rows, packets) if packet.damaged and row[0] != NONE)
        self.assertEqual(bad, damaged)
        self.assertGreater(bad, 50)

    def test_counts_are_those_of_the_result(self):
        for path in TRACES:
            with self.subTest(trace=path.stem):
                _, result = self.capture(path)
                packets = sum(map(count, (self.folder / "pcap").glob("*-eth*.pcap")))
                refused = ("queue-full", "early-drop", "too-big")
                taken = sum(link["offered"] - sum(link["dropped"].get(c, 0) for c in refused)
                            for link in result["links"])
                down = sum(host["dropped"].get("host-down", 0) for host in result["hosts"])
                if any(link["dropped"].get("link-down") for link in result["links"]):
                    continue  # some of those were on their way already
                delivered = sum(link["delivered"] for link in result["links"])
                self.assertEqual(packets, taken + delivered - down)

    def test_what_the_queue_refused_was_not_sent(self):
        _, result = self.capture(trace("udp_queue_overflow"))
        link = result["links"][0]
        self.assertGreater(link["dropped"]["queue-full"], 0)
        self.assertEqual(count(self.files("client")[0]),
                         link["offered"] - link["dropped"]["queue-full"])

    def test_what_the_link_lost_was_sent_and_did_not_come(self):
        _, result = self.capture(trace("udp_burst_loss"))
        link = result["links"][0]
        self.assertGreater(link["dropped"]["loss"], 0)
        sender, receiver = link["name"].split()[1].split("->")
        self.assertEqual(count(self.files(sender)[0]), link["offered"])
        self.assertEqual(count(self.files(receiver)[0]), link["delivered"])

    def test_omissions_are_told_apart_by_the_captures(self):
        """A send omission happens before the network; a receive omission behind it."""
        events, result = self.capture(trace("send_omission"))
        omitted = sum(1 for e in events if e.get("cause") == "send-omission")
        self.assertGreater(omitted, 0)
        self.assertEqual(count(self.files("client")[0]),
                         result["flows"][0]["sent"] - omitted)
        events, result = self.capture(trace("receive_omission"))
        self.assertTrue(any(e.get("cause") == "receive-omission" for e in events))
        self.assertEqual(count(self.files("server")[0]),
                         result["flows"][0]["sent"])

    def test_voice_is_rtp(self):
        self.capture(trace("voice"))
        fields = ["rtp.version", "rtp.p_type", "rtp.seq", "rtp.timestamp", "rtp.ssrc", "rtp.marker"]
        rows = tshark(self.files("caller")[0], fields, "-d", "udp.port==5004,rtp")
        self.assertEqual({row[0] for row in rows}, {"2"})
        self.assertEqual({row[1] for row in rows}, {"0"})
        self.assertEqual(len({row[4] for row in rows}), 1)
        numbers = [int(row[2]) for row in rows]
        times = [int(row[3]) for row in rows]
        self.assertEqual({(b - a) % 65536 for a, b in zip(numbers, numbers[1:])}, {1})
        self.assertEqual({(b - a) % 2**32 for a, b in zip(times, times[1:])}, {160})

    def test_port_unreachable_quotes_the_datagram(self):
        self.capture(trace("ports"))
        rows = tshark(self.files("bob")[0], ["icmp.type", "icmp.code", "udp.dstport"], "-Y", "icmp")
        self.assertEqual(rows, [["3", "3", "7"]])


if __name__ == "__main__":
    if shutil.which("tshark") is None:
        sys.exit(SKIP)
    unittest.main()

"""Plays the events of a script against a stack."""

import dataclasses
import os
import socket as sockets

from . import wire
from .calls import CallMismatch, Calls, pattern
from .script import ELLIPSIS, parse
from .table import Blocked, Table

LOCAL, REMOTE, PORT = "192.168.0.1", "192.0.2.1", 8080
SPIN_US = 20
TOLERANCE_US = 1000
TS_TOLERANCE = 3  # ticks of 1 ms


class Mismatch(Exception):
    """The stack does not do what the script says."""


@dataclasses.dataclass
class Connection:
    """What a script's packets belong to: a pair of ports, and where its numbers begin."""
    local_port: int = 0
    remote_port: int = 0
    live_isn: int = 0  # of the stack
    script_isn: int = 0
    remote_isn: int = 0
    last_syn: int = -1  # the number of the last SYN that was injected
    knows_isn: bool = False
    expects_syn: bool = False  # connect() was called
    timestamp: object = None  # live value - script's
    fd: int = -1
    written: int = 0
    read: int = 0


class Player:
    """One script, one stack."""

    def __init__(self, library, path):
        self.options, self.events = parse(path)
        self.path = path
        self.table = Table(library, self.options.get("so_flags"))
        self.calls = Calls(self.table, self)
        self.tolerance_us = int(self.options.get("tolerance_usecs", TOLERANCE_US))
        self.local = (self.options.get("local_ip", LOCAL), PORT)
        self.remote = (REMOTE, PORT)
        self.fds, self.streams = {}, {}
        self.connection = Connection(PORT, PORT)
        self.listening = False
        self.next_port = 50000
        self.start_us = self.last = self.blocked = None

    # ---- descriptors ----

    def live_fd(self, name):
        return self.fds.get(name, name if name < 0 else 1000 + name)

    def add_fd(self, name, fd):
        if name in self.fds:
            raise CallMismatch(f"the descriptor {name} is open already")
        self.fds[name] = fd

    def stream(self, name):
        return self.streams.setdefault(name, Connection())

    def on_socket(self, name, kind):
        self.connection = Connection(PORT, PORT, fd=name)
        self.streams[name] = self.connection
        self.listening = False
        if kind & 0xF == sockets.SOCK_DGRAM:
            self.connection.expects_syn = False

    def on_bind(self, name):
        self.stream(name).local_port = PORT

    def on_listen(self, name):
        self.listening = True
        self.stream(name).remote_port = 0

    def on_accept(self, name, port):
        if port != self.connection.remote_port:
            raise CallMismatch(f"accept has given the peer's port {port}")
        self.connection.fd = name
        self.streams[name] = self.connection

    def on_connect(self, name):
        stream = self.stream(name)
        if not stream.knows_isn:
            stream.expects_syn, stream.remote_port = True, PORT

    def on_close(self, name):
        self.fds.pop(name, None)

    def on_splice(self, name, n, is_out):
        if n > 0 and name in self.streams:
            self.streams[name].written += n if is_out else 0
            self.streams[name].read += 0 if is_out else n

    def outgoing(self, name, n):
        return pattern(self.stream(name).written, n)

    def incoming(self, name, data, peek=False, thrown=False):
        stream = self.stream(name)
        if data and not thrown and data != pattern(stream.read, len(data)):
            raise CallMismatch("other bytes than those that were sent")
        if not peek:
            stream.read += len(data)

    # ---- time ----

    def now_us(self):
        return self.table.now_us() - self.start_us

    def _adjust(self, event):
        """Makes its times absolute, from the beginning of the script."""
        if not event.relative:
            return
        both_in = self.last is not None and self.last.kind == event.kind == "in"
        offset = self.last.time_us if both_in else self.now_us()
        event.time_us += offset
        event.end_us += offset

    def _wait(self, event):
        while (wait_us := event.time_us - self.now_us()) > 0:
            if wait_us > SPIN_US:
                self.table.call("usleep", wait_us - SPIN_US)
        self._check_time(event, event.time_us, event.time_us, self.now_us(), "event")

    def _check_time(self, event, first_us, last_us, at_us, what):
        low, high = first_us - self.tolerance_us, last_us + self.tolerance_us
        if not event.is_any and not low <= at_us <= high:
            span = f"{first_us / 1e6:.6f}" + (f"~{last_us / 1e6:.6f}" if event.is_range else "")
            raise Mismatch(f"timing error: expected {what} at {span} sec but happened at "
                           f"{at_us / 1e6:.6f} sec")

    # ---- packets in ----

    def _begin_passive(self, packet):
        """A SYN for a listening socket: another connection."""
        self.connection = Connection(self.connection.local_port, self.next_port,
                                     remote_isn=packet.seq, fd=-1)
        self.next_port += 1
        self.listening = "S" not in packet.flags

    def _live_timestamp(self, value):
        base = self.connection.timestamp
        return value if base is None or value == 0 else (value + base) % 2**32

    def _live_ack(self, ack):
        connection = self.connection
        return ack - connection.script_isn + connection.live_isn if connection.knows_isn else ack

    def _live_options(self, options):
        live = []
        for option in options:
            if option[0] == "TS":
                option = ("TS", option[1], self._live_timestamp(option[2]))
            elif option[0] == "sack":
                option = ("sack", [(self._live_ack(a) % 2**32, self._live_ack(b) % 2**32)
                                   for a, b in option[1]])
            live.append(option)
        return live

    def _inject_tcp(self, packet):
        if self.listening:
            self._begin_passive(packet)
        connection = self.connection
        if "S" in packet.flags:
            connection.last_syn = packet.seq
            if not connection.knows_isn or connection.expects_syn:
                connection.remote_isn = packet.seq
        ack = self._live_ack(packet.ack) if "." in packet.flags else 0
        offset = (packet.seq - connection.remote_isn - 1 + ("S" in packet.flags)) % 2**32
        payload = pattern(offset if offset < 2**31 else 0, packet.length)
        ports = (connection.remote_port, connection.local_port)
        live = dataclasses.replace(packet, options=self._live_options(packet.options))
        return wire.TCP, wire.tcp(self.remote[0], self.local[0], ports, live, packet.seq, ack,
                                  payload)

    def _inject_udp(self, packet):
        ports = (self.connection.remote_port or PORT, self.connection.local_port)
        return wire.UDP, wire.udp(self.remote[0], self.local[0], ports,
                                  pattern(self.connection.read, packet.length))

    def _inject_icmp(self, packet):
        """An error about a segment that the stack has sent, or might have."""
        seq, length = packet.quoted or (0, 0)
        ports = (self.connection.local_port, self.connection.remote_port)
        head = wire.tcp(self.local[0], self.remote[0], ports,
                        dataclasses.replace(packet, protocol="tcp", flags=".", options=[]),
                        self._live_ack(seq), 0, b"")
        quoted = wire.ipv4(self.local[0], self.remote[0], wire.TCP, 0, head + bytes(length))
        return wire.ICMP, wire.icmp(*packet.icmp, quoted[:28])

    def _inject(self, packet):
        make = {"tcp": self._inject_tcp, "udp": self._inject_udp, "icmp": self._inject_icmp}
        protocol, segment = make[packet.protocol](packet)
        ecn = wire.ECN[packet.ecn or "noecn"]
        self.table.push(wire.ipv4(self.remote[0], self.local[0], protocol, ecn, segment))

    # ---- packets out ----

    def _take(self):
        """The next packet to the remote host, and when it left."""
        data, at_us = self.table.take()
        if not data:
            raise Mismatch("the stack sends nothing more, ever")
        try:
            return wire.read(data), at_us - self.start_us
        except wire.WireError as error:
            raise Mismatch(f"the stack has sent {error}") from error

    def _learn(self, live, packet):
        """Where the stack's numbers begin; once more for a new connection of the same ports."""
        connection = self.connection
        again = live.seq != connection.live_isn and live.ack == connection.last_syn + 1
        if "S" in live.flags and "S" in packet.flags and (again or not connection.knows_isn):
            connection.remote_isn = connection.last_syn if again else connection.remote_isn
            connection.live_isn, connection.script_isn = live.seq, packet.seq
            connection.knows_isn, connection.timestamp = True, None
            connection.written = connection.read = 0
            if connection.expects_syn:
                connection.local_port = live.ports[0]
                connection.expects_syn = False
                self.local = (live.source, self.local[1])

    def _script_seq(self, seq):
        connection = self.connection
        if not connection.knows_isn:
            return seq
        return (seq - connection.live_isn + connection.script_isn) % 2**32

    def _script_timestamp(self, live, script):
        """The live value as the script counts."""
        if self.connection.timestamp is None:
            self.connection.timestamp = (live - script) % 2**32
        return (live - self.connection.timestamp) % 2**32

    def _same_option(self, live, script):
        if live[0] != "TS" or script[0] != "TS":
            return live == script
        value = self._script_timestamp(live[1], script[1])
        late = (value - script[1] + 2**31) % 2**32 - 2**31
        return live[2] == script[2] and abs(late) <= TS_TOLERANCE

    def _same_tcp(self, live, packet):
        options = packet.options == ELLIPSIS or (
            len(live.options) == len(packet.options) and
            all(map(self._same_option, live.options, packet.options)))
        return (options and sorted(live.flags) == sorted(packet.flags) and
                self._script_seq(live.seq) == packet.seq and len(live.payload) == packet.length and
                ("." not in packet.flags or live.ack == packet.ack) and
                packet.window in (None, live.window))

    def _check_tcp(self, live, packet):
        connection = self.connection
        if live.protocol != wire.TCP:
            raise Mismatch(f"expected TCP, got protocol {live.protocol}")
        self._learn(live, packet)
        same = self._same_tcp(live, packet)
        if live.ports != (connection.local_port, connection.remote_port) or not same:
            shown = wire.show_tcp(live.flags, self._script_seq(live.seq), len(live.payload),
                                  live.ack, live.window, self._shown_options(live))
            expected = wire.show_tcp(packet.flags, packet.seq, packet.length, packet.ack,
                                     packet.window, packet.options)
            raise Mismatch(f"another segment\n  expected: {expected}\n  got:      {shown}")
        offset = (live.seq - connection.live_isn - 1 + ("S" in live.flags)) % 2**32
        if live.payload and live.payload != self._expected_bytes(offset, live):
            raise Mismatch("other bytes than those that were written")

    def _expected_bytes(self, offset, live):
        """What the probe of a keep-alive carries is not of the stream."""
        return pattern(offset, len(live.payload)) if offset < 2**31 else live.payload

    def _shown_options(self, live):
        return [("TS", self._script_timestamp(option[1], option[1]), option[2])
                if option[0] == "TS" else option for option in live.options]

    def _check_udp(self, live, packet):
        if live.protocol != wire.UDP or len(live.payload) != packet.length:
            raise Mismatch(f"expected udp ({packet.length}), got protocol {live.protocol} with "
                           f"{len(live.payload)} bytes")
        self.connection.local_port = live.ports[0]

    def _check_icmp(self, live, packet):
        if live.protocol != wire.ICMP or live.icmp != packet.icmp[:2]:
            raise Mismatch(f"expected ICMP {packet.icmp[:2]}, got {live.icmp or live.protocol}")

    def _take_all(self, packet):
        """The next packet; several segments where the script has written one for them."""
        live, at_us = self._take()
        while (packet.protocol == "tcp" and live.protocol == wire.TCP and
               0 < len(live.payload) < packet.length):
            more, at_us = self._take()
            if more.protocol != wire.TCP or more.seq != (live.seq + len(live.payload)) % 2**32:
                raise Mismatch(f"{len(live.payload)} bytes and then something else, expected "
                               f"{packet.length}")
            live = dataclasses.replace(more, seq=live.seq, payload=live.payload + more.payload)
        return live, at_us

    def _expect(self, event):
        packet = event.packet
        live, at_us = self._take_all(packet)
        check = {"tcp": self._check_tcp, "udp": self._check_udp, "icmp": self._check_icmp}
        check[packet.protocol](live, packet)
        if packet.ecn and live.ecn != wire.ECN[packet.ecn]:
            raise Mismatch(f"expected {packet.ecn}, got the ECN field {live.ecn}")
        self._check_time(event, event.time_us, event.end_us, at_us, "outbound packet")

    # ---- calls ----

    def _finish_blocked(self):
        if self.blocked is None:
            return
        (event, call), self.blocked = self.blocked, None
        call.finish()
        if call.error is not None:
            raise Mismatch(f"line {event.line}, {event.call.name}: {call.error}")
        at_us = call.end_us - self.start_us
        try:
            self._check_time(event, event.end_us, event.end_us, at_us, "system call return")
        except Mismatch as error:
            raise Mismatch(f"line {event.line}: {error}") from error

    def _begin_blocked(self, event):
        call = Blocked(lambda: self.calls.run(event.call), self.table.now_us)
        self.blocked = (event, call)
        call.begin()

    def _call(self, event):
        self._finish_blocked()
        self._wait(event)
        if event.blocks:
            self._begin_blocked(event)
        else:
            self.calls.run(event.call)

    def _code(self, event):
        """Python's assert about what TCP_INFO says of the socket."""
        self._wait(event)
        try:
            exec(event.call, self.calls.tcp_info(self.connection.fd))  # pylint: disable=exec-used
        except AssertionError as error:
            raise Mismatch(f"assertion failed: {error}") from error

    # ---- all of it ----

    def _play(self, event):
        self._adjust(event)
        if event.kind == "call":
            self._call(event)
        elif event.kind == "code":
            self._code(event)
        elif event.kind == "in":
            self._wait(event)
            self._inject(event.packet)
        else:
            self._expect(event)
        self.last = event

    def _check_silence(self):
        """The script says all that the stack sends up to its end."""
        end_us = self.now_us()
        data, at_us = self.table.take()
        if data and at_us - self.start_us <= end_us:
            live = wire.read(data)
            raise Mismatch("a packet that the script does not expect: " + wire.show_tcp(
                live.flags, self._script_seq(live.seq), len(live.payload), live.ack, live.window,
                live.options))

    def run(self):
        event = None
        self.start_us = self.table.now_us()
        try:
            for event in self.events:
                self._play(event)
            self._finish_blocked()
            self._check_silence()
        except (Mismatch, CallMismatch) as error:
            raise Mismatch(f"{self.path}:{event.line}: {error}\n  {event.text}") from error

    def end(self):
        for fd in self.fds.values():
            os.close(fd)
        self.fds = {}
        self.table.free()


def play(library, path):
    """Plays a script. Mismatch, ScriptError."""
    player = Player(library, str(path))
    try:
        player.run()
    finally:
        if player.blocked is None:
            player.end()

"""IPv4 packets as bytes: made from what a script says, and read back."""

import dataclasses
import socket
import struct

TCP, UDP, ICMP = 6, 17, 1
ECN = {"noecn": 0, "ect1": 1, "ect0": 2, "ce": 3}
_FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, ".": 16, "E": 64, "W": 128}
_FLAG_ORDER = "FSRPEW."


class WireError(Exception):
    """The stack has sent what is no proper packet."""


@dataclasses.dataclass
class Live:
    """A packet that the stack has sent."""
    source: str
    destination: str
    protocol: int
    ecn: int
    payload: bytes
    ports: tuple = (0, 0)  # source, destination
    flags: str = ""
    seq: int = 0
    ack: int = 0
    window: int = 0
    options: list = dataclasses.field(default_factory=list)
    icmp: tuple = ()


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _pseudo(source, destination, protocol, n):
    return (socket.inet_aton(source) + socket.inet_aton(destination) +
            struct.pack("!BBH", 0, protocol, n))


def ipv4(source, destination, protocol, ecn, segment):
    head = struct.pack("!BBHHHBBH", 0x45, ecn, 20 + len(segment), 0, 0x4000, 64, protocol, 0)
    head += socket.inet_aton(source) + socket.inet_aton(destination)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + segment


def _with_sum(segment, at, source, destination, protocol):
    value = checksum(_pseudo(source, destination, protocol, len(segment)) + segment)
    return segment[:at] + struct.pack("!H", value) + segment[at + 2:]


def _option_bytes(option):
    name = option[0]
    if name == "eol":
        return b"\x00"
    if name == "nop":
        return b"\x01"
    if name == "mss":
        return struct.pack("!BBH", 2, 4, option[1])
    if name == "wscale":
        return struct.pack("!BBB", 3, 3, option[1])
    if name == "sackOK":
        return b"\x04\x02"
    if name == "sack":
        blocks = b"".join(struct.pack("!II", *block) for block in option[1])
        return struct.pack("!BB", 5, 2 + len(blocks)) + blocks
    return struct.pack("!BBII", 8, 10, option[1], option[2])


def tcp(source, destination, ports, packet, seq, ack, payload):
    """A segment with the flags, window and options of a script's packet."""
    options = b"".join(_option_bytes(option) for option in packet.options)
    options += b"\0" * (-len(options) % 4)
    flags = sum(_FLAGS[flag] for flag in packet.flags)
    head = struct.pack("!HHIIBBHHH", *ports, seq % 2**32, ack % 2**32, (20 + len(options)) << 2,
                       flags, packet.window or 0, 0, 0)
    return _with_sum(head + options + payload, 16, source, destination, TCP)


def udp(source, destination, ports, payload):
    head = struct.pack("!HHHH", *ports, 8 + len(payload), 0)
    return _with_sum(head + payload, 6, source, destination, UDP)


def icmp(kind, code, mtu, quoted):
    head = struct.pack("!BBHHH", kind, code, 0, 0, mtu)
    value = checksum(head + quoted)
    return head[:2] + struct.pack("!H", value) + head[4:] + quoted


# ---- reading ----

def _read_option(data, at):
    """The option at that place, and where the next one is."""
    kind = data[at]
    if kind < 2:
        return (("eol", "nop")[kind],), at + 1
    n = data[at + 1]
    body = data[at + 2:at + n]
    if n < 2 or len(body) != n - 2:
        raise WireError(f"an option of kind {kind} has the length {n}")
    if kind == 2:
        return ("mss", struct.unpack("!H", body)[0]), at + n
    if kind == 3:
        return ("wscale", body[0]), at + n
    if kind == 4:
        return ("sackOK",), at + n
    if kind == 5:
        edges = struct.unpack(f"!{len(body) // 4}I", body)
        return ("sack", list(zip(edges[::2], edges[1::2]))), at + n
    if kind == 8:
        return ("TS", *struct.unpack("!II", body)), at + n
    raise WireError(f"an option of kind {kind}")


def _read_options(data):
    options, at = [], 0
    while at < len(data):
        option, at = _read_option(data, at)
        options.append(option)
    return options


def _read_tcp(live, segment):
    source, destination, live.seq, live.ack, offset, flags, live.window, _, urgent = (
        struct.unpack("!HHIIBBHHH", segment[:20]))
    if urgent != 0 or offset & 0xF != 0 or flags & 0x20 != 0:
        raise WireError("an urgent pointer or reserved bits are set")
    header = (offset >> 4) * 4
    live.ports = (source, destination)
    live.flags = "".join(flag for flag in _FLAG_ORDER if flags & _FLAGS[flag])
    live.options = _read_options(segment[20:header])
    live.payload = segment[header:]


def read(data):
    header = (data[0] & 15) * 4
    total, = struct.unpack("!H", data[2:4])
    if data[0] >> 4 != 4 or total != len(data) or checksum(data[:header]) != 0:
        raise WireError("a bad IPv4 header")
    segment = data[header:]
    live = Live(socket.inet_ntoa(data[12:16]), socket.inet_ntoa(data[16:20]), data[9], data[1] & 3,
                segment)
    pseudo = b"" if live.protocol == ICMP else _pseudo(live.source, live.destination,
                                                       live.protocol, len(segment))
    if checksum(pseudo + segment) != 0:
        raise WireError("a bad checksum")
    if live.protocol == TCP:
        _read_tcp(live, segment)
    elif live.protocol == UDP:
        live.ports = struct.unpack("!HH", segment[:4])
        live.payload = segment[8:]
    else:
        live.icmp = (segment[0], segment[1])
    return live


# ---- for people ----

def show_option(option):
    if option[0] == "TS":
        return f"TS val {option[1]} ecr {option[2]}"
    if option[0] == "sack":
        return "sack " + " ".join(f"{first}:{end}" for first, end in option[1])
    return " ".join(map(str, option))


def show_tcp(flags, seq, length, ack, window, options):
    text = f"{flags or '-'} {seq}:{(seq + length) % 2**32}({length})"
    text += f" ack {ack}" if "." in flags else ""
    text += f" win {window}" if window is not None else ""
    if options == "...":
        return text + " <...>"
    return text + (f" <{','.join(map(show_option, options))}>" if options else "")

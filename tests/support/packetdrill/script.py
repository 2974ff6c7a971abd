"""The language: text becomes a list of events.

An event is one line, or several while a bracket is open:

    TIME < PACKET                inject        0.100, +.1, *, 0.1~0.2, +0~+0.1
    TIME > PACKET                expect
    TIME[...TIME] CALL = RESULT  a system call; with two times it blocks between them
    TIME %{ PYTHON }%            statements about tcpi_* of the socket
"""

import dataclasses
import re
import textwrap

from . import symbols

ELLIPSIS = "..."


class ScriptError(Exception):
    """The script is wrong."""


@dataclasses.dataclass
class Event:
    line: int
    text: str
    kind: str  # "in", "out", "call", "code"
    time_us: int = 0
    end_us: int = 0  # of a range, or of a call that blocks
    relative: bool = True
    is_range: bool = False
    is_any: bool = False
    blocks: bool = False
    packet: object = None
    call: object = None


@dataclasses.dataclass
class Packet:
    protocol: str  # "tcp", "udp", "icmp"
    ecn: str = ""  # "", "noecn", "ect0", "ect1", "ce"
    flags: str = ""
    seq: int = 0
    length: int = 0
    ack: int = 0
    window: object = None  # None: not said
    options: object = dataclasses.field(default_factory=list)  # ELLIPSIS: not looked at
    icmp: object = None  # (type, code, mtu)
    quoted: object = None  # (seq, length) in an ICMP error


@dataclasses.dataclass
class Call:
    name: str
    arguments: list
    result: object  # a number, or ELLIPSIS
    errno: object = None


# ---- lines ----

def _without_comments(text):
    keep_lines = lambda match: "\n" * match.group().count("\n")  # noqa: E731
    text = re.sub(r"/\*.*?\*/", keep_lines, text, flags=re.S)
    return re.sub(r"//[^\n]*", "", text)


def _events(text, path):
    """(line, event) for each, brackets closed."""
    begun, held = 0, ""
    for number, line in enumerate(_without_comments(text).split("\n"), 1):
        if not held:
            begun = number
        held = held + line if "%{" in held else (held + " " + line.strip()).strip()
        bare = re.sub(r'"[^"]*"', "", held)
        if "%{" in held and "}%" not in held:
            held += "\n"
        elif held and all(bare.count(a) <= bare.count(b) for a, b in ("()", "[]", "{}")):
            yield begun, held
            held = ""
    if held:
        raise ScriptError(f"{path}:{begun}: a bracket stays open")


# ---- times ----

_NUMBER = r"\d*\.?\d+"
_TIME = re.compile(
    rf"(?:(?P<any>\*)|(?P<plus>\+)?\s*(?P<from>{_NUMBER})"
    rf"(?:\s*~\s*\+?(?P<to>{_NUMBER})|\.\.\.(?P<end>{_NUMBER}))?)\s+(?=[<>a-z%])")


def _us(text):
    return round(float(text) * 1_000_000)


def _read_time(event, text):
    found = _TIME.match(text)
    if not found:
        return text
    event.is_any = found["any"] is not None
    if not event.is_any:
        event.relative = found["plus"] is not None
        event.time_us = _us(found["from"])
        event.is_range = found["to"] is not None
        event.blocks = found["end"] is not None
        event.end_us = _us(found["to"] or found["end"] or found["from"])
    return text[found.end():]


# ---- packets ----

_TCP = re.compile(
    r"(?P<flags>[SFRPEW.]+|-)\s+(?P<seq>\d+):(?P<end>\d+)\s*\((?P<length>\d+)\)"
    r"(?:\s+ack\s+(?P<ack>\d+))?(?:\s+win\s+(?P<win>\d+))?(?:\s*<(?P<options>[^>]*)>)?\s*$")
_ICMP = re.compile(
    r"icmp\s+unreachable\s+(?P<code>\w+)(?:\s+mtu\s+(?P<mtu>\d+))?"
    r"(?:\s*\[(?P<seq>\d+):\d+\((?P<length>\d+)\)\])?\s*$")
_UDP = re.compile(r"udp\s*\((?P<length>\d+)\)\s*$")
_UNREACHABLE = {
    "net_unreachable": 0, "host_unreachable": 1, "protocol_unreachable": 2, "port_unreachable": 3,
    "frag_needed": 4, "source_route_failed": 5, "net_unknown": 6, "host_unknown": 7,
}


def _read_option(text):
    words = text.split()
    name = words[0]
    if name == "mss":
        return ("mss", int(words[1]))
    if name == "wscale":
        return ("wscale", int(words[1]))
    if name in ("sackOK", "nop", "eol"):
        return (name,)
    if name == "TS":
        return ("TS", int(words[2]), int(words[4]))
    if name == "sack":
        return ("sack", [tuple(map(int, block.split(":"))) for block in words[1:]])
    raise ScriptError(f"unknown option {text}")


def _read_options(text):
    if text is None:
        return []
    if text.strip() == ELLIPSIS:
        return ELLIPSIS
    return [_read_option(option.strip()) for option in text.split(",")]


def _read_tcp(found, ecn):
    seq, end, length = int(found["seq"]), int(found["end"]), int(found["length"])
    if (end - seq) % 2**32 != length:
        raise ScriptError(f"{seq}:{end} is not {length} bytes")
    return Packet("tcp", ecn, found["flags"].replace("-", ""), seq, length,
                  int(found["ack"] or 0), int(found["win"]) if found["win"] else None,
                  _read_options(found["options"]))


def _read_packet(text):
    ecn = ""
    found = re.match(r"\[(noecn|ect0|ect1|ce)\]\s*", text)
    if found:
        ecn, text = found[1], text[found.end():]
    found = _UDP.match(text)
    if found:
        return Packet("udp", ecn, length=int(found["length"]))
    found = _ICMP.match(text)
    if found:
        quoted = (int(found["seq"]), int(found["length"])) if found["seq"] else None
        return Packet("icmp", ecn, icmp=(3, _UNREACHABLE[found["code"]], int(found["mtu"] or 0)),
                      quoted=quoted)
    found = _TCP.match(text)
    if not found:
        raise ScriptError(f"not a packet: {text}")
    return _read_tcp(found, ecn)


# ---- calls ----

_TOKEN = re.compile(r'\s*(\.\.\.|0x[0-9a-fA-F]+|\d+|[A-Za-z_]\w*|"[^"]*"|[-()\[\]{},=|])')


class _Arguments:
    """Numbers, names joined by |, "text", ..., [lists] and {key=value} structs."""

    def __init__(self, text):
        self.tokens, at = [], 0
        text = text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if not found:
                raise ScriptError(f"cannot read {text[at:]}")
            self.tokens.append(found[1])
            at = found.end()

    def peek(self):
        return self.tokens[0] if self.tokens else None

    def take(self, expected=None):
        if not self.tokens or (expected is not None and self.tokens[0] != expected):
            raise ScriptError(f"expected {expected} before {' '.join(self.tokens)}")
        return self.tokens.pop(0)

    def list(self, end):
        items = []
        while self.peek() != end:
            items.append(self.item())
            if self.peek() == ",":
                self.take()
        self.take(end)
        return items

    def item(self):
        if self.peek() == "[":
            self.take()
            return self.list("]")
        if self.peek() == "{":
            self.take()
            return self.struct()
        if self.peek() == ELLIPSIS or self.peek()[0] == '"':
            return self.take().strip('"')
        value = self.number()
        while self.peek() == "|":
            self.take()
            value |= self.number()
        return value

    def struct(self):
        """A dictionary; what has no name is under its place: 0, 1."""
        items = {}
        while self.peek() != "}":
            is_named = len(self.tokens) > 1 and self.tokens[1] == "="
            name = self.take() if is_named else len(items)
            if is_named:
                self.take("=")
            items[name] = self.item()
            if self.peek() == ",":
                self.take()
        self.take("}")
        return items

    def number(self):
        token = self.take()
        if token == "-":
            return -self.number()
        if token[0].isdigit():
            return int(token, 0)
        value = symbols.value(token)
        if value is None:
            raise ScriptError(f"unknown name {token}")
        return value


_CALL = re.compile(r"(?P<name>\w+)\s*\((?P<arguments>.*)\)\s*=\s*(?P<result>-?\w+|\.\.\.)"
                   r"(?:\s+(?P<errno>E\w+))?(?:\s*\([^()]*\))?\s*$")


def _read_call(text):
    found = _CALL.match(text)
    if not found:
        raise ScriptError(f"not a call: {text}")
    arguments = _Arguments(found["arguments"] + ")").list(")")
    result = found["result"] if found["result"] == ELLIPSIS else int(found["result"], 0)
    return Call(found["name"], arguments, result, found["errno"])


# ---- all of it ----

def _read_event(line, text):
    event = Event(line, text, "call")
    rest = _read_time(event, text)
    if rest[:1] in "<>":
        event.kind = "in" if rest[0] == "<" else "out"
        event.packet = _read_packet(rest[1:].strip())
    elif rest.startswith("%{"):
        event.kind, event.call = "code", textwrap.dedent(rest[2:].replace("}%", "")).strip()
    else:
        event.call = _read_call(rest)
    return event


def parse(path):
    """The options of the script ({name: value}) and its events."""
    options, events = {}, []
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for line, event in _events(text, path):
        try:
            if event.startswith("--"):
                name, _, value = event[2:].partition("=")
                options[name] = value
            else:
                events.append(_read_event(line, event))
        except (ScriptError, KeyError, IndexError, ValueError) as error:
            raise ScriptError(f"{path}:{line}: {error}") from error
    return options, events

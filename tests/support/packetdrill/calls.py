"""The system calls of scripts, with their arguments and results translated."""

import ctypes
import os
import struct

from . import symbols
from .script import ELLIPSIS
from .table import EpollEvent, Iovec, Msghdr, Pollfd, address


# Of struct tcp_info, from byte 8 on.
TCP_INFO = ["rto", "ato", "snd_mss", "rcv_mss", "unacked", "sacked", "lost", "retrans", "fackets",
            "last_data_sent", "last_ack_sent", "last_data_recv", "last_ack_recv", "pmtu",
            "rcv_ssthresh", "rtt", "rttvar", "snd_ssthresh", "snd_cwnd", "advmss", "reordering",
            "rcv_rtt", "rcv_space", "total_retrans"]
TCP_INFO_BYTES = 8 + 4 * len(TCP_INFO)


class CallMismatch(Exception):
    """A call has not returned what the script says."""


def pattern(offset, n):
    """Bytes of a stream from that offset on."""
    return bytes((7 * i + i // 251) & 0xFF for i in range(offset, offset + n))


class Calls:
    """Runs calls for a player, which knows descriptors and the bytes of streams."""

    def __init__(self, table, player):
        self.table, self.player = table, player

    def run(self, call):
        method = getattr(self, f"_do_{call.name}", None)
        if method is None:
            raise CallMismatch(f"unknown system call {call.name}")
        return method(call)

    def check(self, call, result, number):
        """Judges what came back."""
        if call.result == ELLIPSIS:
            return
        if result != call.result:
            why = f" with errno {symbols.errno_name(number)}" if result < 0 else ""
            raise CallMismatch(f"expected result {call.result} but got {result}{why}")
        if call.errno is not None and number != symbols.value(call.errno):
            raise CallMismatch(
                f"expected errno {call.errno} but got {symbols.errno_name(number)}")

    def _simple(self, call, *arguments):
        fd = self.player.live_fd(call.arguments[0])
        result, number = self.table.call(call.name, fd, *arguments)
        self.check(call, result, number)
        return result

    # ---- making and ending ----

    def _new_fd(self, call, result, number):
        """A new descriptor: its number is the script's choice."""
        if (result >= 0) != (call.result >= 0) or result < 0:
            self.check(call, result, number)
            return result
        self.player.add_fd(call.result, result)
        return result

    def _do_socket(self, call):
        domain, kind, protocol = call.arguments
        result, number = self.table.call("socket", 2 if domain == ELLIPSIS else domain, kind,
                                         protocol)
        self._new_fd(call, result, number)
        if result >= 0:
            self.player.on_socket(call.result, kind)

    def _do_bind(self, call):
        self._simple(call, address(*self.player.local), 16)
        if call.result == 0:
            self.player.on_bind(call.arguments[0])

    def _do_listen(self, call):
        self._simple(call, call.arguments[1])
        if call.result == 0:
            self.player.on_listen(call.arguments[0])

    def _do_accept(self, call):
        fd = self.player.live_fd(call.arguments[0])
        buffer, n = ctypes.create_string_buffer(128), ctypes.c_uint32(128)
        result, number = self.table.call("accept", fd, buffer, ctypes.byref(n))
        self._new_fd(call, result, number)
        if result >= 0:
            family, port = struct.unpack("=H", buffer.raw[:2])[0], buffer.raw[2:4]
            if family != 2 or n.value != 16:
                raise CallMismatch("accept has given no address")
            self.player.on_accept(call.result, struct.unpack("!H", port)[0])

    def _do_connect(self, call):
        if call.arguments[1] == ELLIPSIS:
            self.player.on_connect(call.arguments[0])
            self._simple(call, address(*self.player.remote), 16)
        else:
            self._simple(call, struct.pack("=H14x", call.arguments[1]), 16)

    def _do_close(self, call):
        self._simple(call)
        self.player.on_close(call.arguments[0])

    def _do_shutdown(self, call):
        self._simple(call, call.arguments[1])

    # ---- data ----

    def _sent(self, call, result):
        if result > 0:
            self.player.stream(call.arguments[0]).written += result

    def _outgoing(self, call, n):
        return self.player.outgoing(call.arguments[0], n)

    def _do_write(self, call):
        n = call.arguments[2]
        self._sent(call, self._simple(call, self._outgoing(call, n), n))

    def _do_send(self, call):
        n = call.arguments[2]
        self._sent(call, self._simple(call, self._outgoing(call, n), n, call.arguments[3]))

    def _do_sendto(self, call):
        n = call.arguments[2]
        self._sent(call, self._simple(call, self._outgoing(call, n), n, call.arguments[3],
                                      address(*self.player.remote), 16))

    @staticmethod
    def _vector(items):
        sizes = [item[1] for item in items]
        vector = (Iovec * len(sizes))()
        memory = [ctypes.create_string_buffer(size + 1) for size in sizes]
        for entry, buffer, size in zip(vector, memory, sizes):
            entry.base, entry.n = ctypes.cast(buffer, ctypes.c_void_p), size
        return vector, memory, sizes

    def _fill(self, call, memory, sizes):
        data = self._outgoing(call, sum(sizes))
        for buffer, size in zip(memory, sizes):
            buffer[:size], data = data[:size], data[size:]

    def _do_writev(self, call):
        vector, memory, sizes = self._vector(call.arguments[1])
        self._fill(call, memory, sizes)
        self._sent(call, self._simple(call, vector, len(sizes)))

    def _do_readv(self, call):
        vector, memory, sizes = self._vector(call.arguments[1])
        result = self._simple(call, vector, len(sizes))
        data = b"".join(buffer.raw[:size] for buffer, size in zip(memory, sizes))
        self.player.incoming(call.arguments[0], data[:max(result, 0)])

    def _message(self, call):
        said = call.arguments[1]
        vector, memory, sizes = self._vector(said["msg_iov"])
        name = ctypes.create_string_buffer(128)
        message = Msghdr(iov=vector, iov_n=len(sizes))
        if "msg_name" in said:
            message.name, message.name_n = ctypes.cast(name, ctypes.c_void_p), 128
        return message, memory, sizes, (vector, name)

    def _do_sendmsg(self, call):
        message, memory, sizes, _kept = self._message(call)
        message.name, message.name_n = None, 0
        self._fill(call, memory, sizes)
        self._sent(call, self._simple(call, ctypes.byref(message), call.arguments[2]))

    def _do_recvmsg(self, call):
        message, memory, sizes, _kept = self._message(call)
        result = self._simple(call, ctypes.byref(message), call.arguments[2])
        data = b"".join(buffer.raw[:size] for buffer, size in zip(memory, sizes))
        self.player.incoming(call.arguments[0], data[:max(result, 0)])
        if result >= 0 and message.flags != call.arguments[1].get("msg_flags", 0):
            raise CallMismatch(f"expected msg_flags {call.arguments[1].get('msg_flags', 0):#x} but "
                               f"got {message.flags:#x}")

    def _receive(self, call, n, *more):
        flags = more[0] if more else 0
        buffer = ctypes.create_string_buffer(n + 1)
        where = None if call.arguments[1] == 0 else buffer
        result = self._simple(call, where, n, *more)
        peek, cut = flags & 2, flags & 0x20
        self.player.incoming(call.arguments[0], buffer.raw[:min(max(result, 0), n)], peek=peek,
                             thrown=where is None or cut)

    def _do_read(self, call):
        self._receive(call, call.arguments[2])

    def _do_recv(self, call):
        self._receive(call, call.arguments[2], call.arguments[3])

    def _do_recvfrom(self, call):
        buffer, n = ctypes.create_string_buffer(128), ctypes.c_uint32(128)
        self._receive(call, call.arguments[2], call.arguments[3], buffer, ctypes.byref(n))

    # ---- options ----

    def _do_fcntl(self, call):
        self._simple(call, call.arguments[1], call.arguments[2] if len(call.arguments) > 2 else 0)

    def _do_ioctl(self, call):
        value = ctypes.c_int(-1)
        result = self._simple(call, call.arguments[1], ctypes.byref(value))
        if result == 0 and [value.value] != call.arguments[2]:
            raise CallMismatch(f"expected {call.arguments[2]} but got [{value.value}]")

    @staticmethod
    def _option(value):
        """The bytes of an option's value."""
        if isinstance(value, str):
            return value.encode() + b"\0"
        if isinstance(value, dict):
            if "onoff" in value:
                return struct.pack("=ii", value["onoff"], value["linger"])
            return struct.pack("@ll", value["sec"], value["usec"])
        return struct.pack("=i", value[0])

    def _do_setsockopt(self, call):
        _, level, name, value, n = call.arguments
        self._simple(call, level, name, self._option(value), n)

    def _do_getsockopt(self, call):
        _, level, name, value, n = call.arguments
        buffer, length = ctypes.create_string_buffer(256), ctypes.c_uint32(n[0])
        result = self._simple(call, level, name, buffer, ctypes.byref(length))
        if result < 0 or value == ELLIPSIS:
            return
        got = buffer.raw[:length.value]
        if got != self._option(value)[:len(got)]:
            shown = struct.unpack("=i", got)[0] if len(got) == 4 else got
            raise CallMismatch(f"expected the value {value} but got {shown}")

    def tcp_info(self, fd):
        """{tcpi_rto: ...} of a descriptor of the script."""
        buffer, n = ctypes.create_string_buffer(256), ctypes.c_uint32(256)
        result, number = self.table.call("getsockopt", self.player.live_fd(fd), 6, 11, buffer,
                                         ctypes.byref(n))
        if result != 0 or n.value < TCP_INFO_BYTES:
            raise CallMismatch(f"no TCP_INFO: {symbols.errno_name(number)}")
        values = struct.unpack_from(f"={len(TCP_INFO)}I", buffer.raw, 8)
        info = {"tcpi_" + name: value for name, value in zip(TCP_INFO, values)}
        return dict(info, tcpi_state=buffer.raw[0])

    # ---- readiness ----

    def _do_poll(self, call):
        said, n, timeout = call.arguments
        entries = (Pollfd * max(n, 1))()
        for entry, item in zip(entries, said):
            entry.fd = self.player.live_fd(item["fd"])
            entry.events, entry.revents = item["events"], item["revents"]
        result, number = self.table.call("poll", entries, n, timeout)
        self.check(call, result, number)
        for entry, item in zip(entries, said):
            if entry.revents != item["revents"]:
                raise CallMismatch(f"expected revents {item['revents']:#x} but got "
                                   f"{entry.revents:#x} for descriptor {item['fd']}")

    def _do_epoll_create(self, call):
        result, number = self.table.call("epoll_create", call.arguments[0])
        self._new_fd(call, result, number)

    def _do_epoll_ctl(self, call):
        _, operation, fd, said = call.arguments
        event = EpollEvent(said["events"], fd)
        self._simple(call, operation, self.player.live_fd(fd), ctypes.byref(event))

    def _do_epoll_wait(self, call):
        _, said, n, timeout = call.arguments
        events = (EpollEvent * max(n, 1))()
        result = self._simple(call, events, n, timeout)
        got = events[0]
        if result > 0 and (got.events, got.data) != (said["events"], said["fd"]):
            raise CallMismatch(f"expected {said} but got events={got.events:#x} fd={got.data}")

    # ---- pipes ----

    def _do_pipe(self, call):
        fds = (ctypes.c_int * 2)()
        result, number = self.table.call("pipe", fds)
        self.check(call, result, number)
        for name, fd in zip(call.arguments[0], fds):
            self.player.add_fd(name, fd)

    def _do_splice(self, call):
        into = self.player.live_fd(call.arguments[0])
        out = self.player.live_fd(call.arguments[2])
        zero = [ctypes.c_longlong(0), ctypes.c_longlong(0)]  # as packetdrill passes NULL
        result, number = self.table.call("splice", into, ctypes.byref(zero[0]), out,
                                         ctypes.byref(zero[1]), *call.arguments[4:])
        self.check(call, result, number)
        for name in (call.arguments[0], call.arguments[2]):
            self.player.on_splice(name, result, name == call.arguments[2])


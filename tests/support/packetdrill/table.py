"""The table of functions that packetdrill hands to a shared object, by ctypes."""

import ctypes
import os
import socket
import struct
import threading
from ctypes import CFUNCTYPE, POINTER, c_int, c_long, c_longlong, c_size_t, c_ssize_t, c_uint
from ctypes import c_uint32, c_ulong, c_void_p

# As packetdrill loads it; sanitizers cannot bear RTLD_DEEPBIND.
RTLD = os.RTLD_NOW | os.RTLD_LOCAL | os.RTLD_NODELETE
if "LD_PRELOAD" not in os.environ:
    RTLD |= os.RTLD_DEEPBIND


class Iovec(ctypes.Structure):
    _fields_ = [("base", c_void_p), ("n", c_size_t)]


class Msghdr(ctypes.Structure):
    _fields_ = [("name", c_void_p), ("name_n", c_uint32), ("iov", POINTER(Iovec)),
                ("iov_n", c_size_t), ("control", c_void_p), ("control_n", c_size_t),
                ("flags", c_int)]


class Pollfd(ctypes.Structure):
    _fields_ = [("fd", c_int), ("events", ctypes.c_short), ("revents", ctypes.c_short)]


class EpollEvent(ctypes.Structure):
    _pack_ = 1 if os.uname().machine == "x86_64" else 8
    _fields_ = [("events", c_uint32), ("data", ctypes.c_uint64)]


class Timeval(ctypes.Structure):
    _fields_ = [("s", c_long), ("us", c_long)]


P = c_void_p
_FUNCTIONS = [
    ("free", None, []),
    ("socket", c_int, [c_int, c_int, c_int]),
    ("bind", c_int, [c_int, P, c_uint32]),
    ("listen", c_int, [c_int, c_int]),
    ("accept", c_int, [c_int, P, POINTER(c_uint32)]),
    ("connect", c_int, [c_int, P, c_uint32]),
    ("read", c_ssize_t, [c_int, P, c_size_t]),
    ("readv", c_ssize_t, [c_int, POINTER(Iovec), c_int]),
    ("recv", c_ssize_t, [c_int, P, c_size_t, c_int]),
    ("recvfrom", c_ssize_t, [c_int, P, c_size_t, c_int, P, POINTER(c_uint32)]),
    ("recvmsg", c_ssize_t, [c_int, POINTER(Msghdr), c_int]),
    ("write", c_ssize_t, [c_int, P, c_size_t]),
    ("writev", c_ssize_t, [c_int, POINTER(Iovec), c_int]),
    ("send", c_ssize_t, [c_int, P, c_size_t, c_int]),
    ("sendto", c_ssize_t, [c_int, P, c_size_t, c_int, P, c_uint32]),
    ("sendmsg", c_ssize_t, [c_int, POINTER(Msghdr), c_int]),
    ("fcntl", c_int, [c_int, c_int, c_long]),
    ("ioctl", c_int, [c_int, c_ulong, POINTER(c_int)]),
    ("close", c_int, [c_int]),
    ("shutdown", c_int, [c_int, c_int]),
    ("getsockopt", c_int, [c_int, c_int, c_int, P, POINTER(c_uint32)]),
    ("setsockopt", c_int, [c_int, c_int, c_int, P, c_uint32]),
    ("poll", c_int, [POINTER(Pollfd), c_ulong, c_int]),
    ("netdev_send", c_int, [P, c_size_t]),
    ("netdev_receive", c_int, [P, POINTER(c_size_t), POINTER(c_longlong)]),
    ("usleep", c_int, [c_uint]),
    ("gettimeofday", c_int, [POINTER(Timeval), P]),
    ("epoll_create", c_int, [c_int]),
    ("epoll_ctl", c_int, [c_int, c_int, c_int, POINTER(EpollEvent)]),
    ("epoll_wait", c_int, [c_int, POINTER(EpollEvent), c_int, c_int]),
    ("pipe", c_int, [POINTER(c_int)]),
    ("splice", c_ssize_t, [c_int, P, c_int, P, c_size_t, c_uint]),
]


class _Table(ctypes.Structure):
    _fields_ = [("user", P)] + [
        (name, CFUNCTYPE(result, P, *arguments, use_errno=True))
        for name, result, arguments in _FUNCTIONS
    ]


_libraries = {}


def _library(path):
    """Loaded once; each call of its init gives another stack."""
    if path not in _libraries:
        _libraries[path] = ctypes.CDLL(path, mode=RTLD)
    return _libraries[path]


class Table:
    """One stack. Every function is a method that returns (result, errno)."""

    def __init__(self, path, flags):
        self._table = _Table()
        init = _library(path).packetdrill_interface_init
        init.restype = None
        init.argtypes = [ctypes.c_char_p, POINTER(_Table)]
        init(flags.encode() if flags is not None else None, ctypes.byref(self._table))
        for name, _, _ in _FUNCTIONS:
            if not getattr(self._table, name):
                raise RuntimeError(f"{name} is missing in the table")

    def call(self, name, *arguments):
        ctypes.set_errno(0)
        result = getattr(self._table, name)(self._table.user, *arguments)
        return result, ctypes.get_errno()

    def now_us(self):
        time = Timeval()
        self.call("gettimeofday", ctypes.byref(time), None)
        return time.s * 1_000_000 + time.us

    def push(self, packet):
        result, _ = self.call("netdev_send", packet, len(packet))
        if result != 0:
            raise RuntimeError("netdev_send failed")

    def take(self):
        """(bytes, us): the next packet; no bytes: nothing will ever come."""
        buffer, n, at = ctypes.create_string_buffer(65536), c_size_t(65536), c_longlong()
        result, _ = self.call("netdev_receive", buffer, ctypes.byref(n), ctypes.byref(at))
        if result != 0:
            raise RuntimeError("netdev_receive failed")
        return buffer.raw[:n.value], at.value

    def free(self):
        self.call("free")


def address(host, port):
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + socket.inet_aton(
        host) + bytes(8)


class Blocked(threading.Thread):
    """A call in a thread of its own, which the clock waits for."""

    # Looks at a thread that must all find it asleep: it may also sleep for Python's own lock.
    LOOKS = 4

    def __init__(self, run, now_us):
        super().__init__(daemon=True)
        self._run, self._now_us = run, now_us
        self.outcome = None
        self.end_us = 0
        self.error = None

    def run(self):
        try:
            self.outcome = self._run()
            self.end_us = self._now_us()
        except Exception as error:  # pylint: disable=broad-except
            self.error = error

    def _sleeps(self):
        try:
            with open(f"/proc/self/task/{self.native_id}/stat", encoding="utf-8") as file:
                return file.read().rsplit(")", 1)[1].split()[0] == "S"
        except OSError:
            return False

    def begin(self):
        """Returns when the call sleeps or is done."""
        self.start()
        looks = 0
        while looks < self.LOOKS and self.is_alive():
            self.join(0.0005)
            looks = looks + 1 if self._sleeps() else 0

    def finish(self):
        self.join(5)
        if self.is_alive():
            raise RuntimeError("the call is still blocked")

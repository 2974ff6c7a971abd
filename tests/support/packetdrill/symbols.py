"""The names of constants that scripts use."""

import errno
import fcntl
import os
import select
import socket
import termios

_EXTRA = {
    "SHUT_RD": 0, "SHUT_WR": 1, "SHUT_RDWR": 2,
    "TCP_NODELAY": 1, "TCP_MAXSEG": 2, "TCP_CORK": 3, "TCP_KEEPIDLE": 4, "TCP_KEEPINTVL": 5,
    "TCP_KEEPCNT": 6, "TCP_SYNCNT": 7, "TCP_LINGER2": 8, "TCP_DEFER_ACCEPT": 9, "TCP_INFO": 11,
    "TCP_QUICKACK": 12, "TCP_CONGESTION": 13, "TCP_USER_TIMEOUT": 18, "SOL_TCP": 6,
    "SO_ACCEPTCONN": 30, "SO_DOMAIN": 39, "SO_PROTOCOL": 38, "SO_REUSEPORT": 15,
    "SO_SNDBUFFORCE": 32, "SO_RCVBUFFORCE": 33,
    "SIOCINQ": termios.FIONREAD, "FIONREAD": termios.FIONREAD, "SIOCOUTQ": termios.TIOCOUTQ,
    "MSG_MORE": 0x8000, "MSG_FASTOPEN": 0x20000000,
    "EPOLL_CTL_ADD": 1, "EPOLL_CTL_DEL": 2, "EPOLL_CTL_MOD": 3, "EPOLLRDHUP": 0x2000,
    "POLLRDHUP": 0x2000, "SPLICE_F_NONBLOCK": 2, "NULL": 0,
}


def value(name):
    """The number behind a name, None when there is none."""
    if name in _EXTRA:
        return _EXTRA[name]
    for module in (socket, errno, select, fcntl, os):
        found = getattr(module, name, None)
        if isinstance(found, int):
            return int(found)
    return None


def errno_name(number):
    return errno.errorcode.get(number, str(number))

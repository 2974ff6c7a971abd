"""`ipcsim live` for tests, and network namespaces that live as long as the test."""

import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

from ipcsim import IPCSIM, PATIENCE_S

SKIP = 77
READY = "ipcsim: live, until "


# ---- namespaces ----

def enter_namespace(*tools):
    """Starts this script again in a network namespace of its own, which goes with it; ends it with
    77 where that, TUN or one of the tools is missing."""
    missing = [tool for tool in ("ip", *tools) if shutil.which(tool) is None]
    if missing:
        skip("not installed: " + ", ".join(missing))
    if os.environ.get("IPCSIM_TEST_NAMESPACE") != str(os.getpid()):
        separate()
    if run_quietly("ip", "tuntap", "add", "dev", "probe", "mode", "tun").returncode != 0:
        skip("no TUN device can be made here")
    must("ip", "tuntap", "del", "dev", "probe", "mode", "tun")
    must("ip", "link", "set", "lo", "up")


def separate():
    """unshare(1) executes the script in place, so that the process keeps its number."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    if run_quietly("unshare", *user, "--net", "true").returncode != 0:
        skip("no network namespace can be made here")
    os.environ["IPCSIM_TEST_NAMESPACE"] = str(os.getpid())
    os.execvp("unshare", ["unshare", *user, "--net", sys.executable, "-B", *sys.argv])


def skip(why):
    print("skipped: " + why)
    sys.exit(SKIP)


def run_quietly(*words):
    return subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False, timeout=PATIENCE_S)


def must(*words, **how):
    """Runs a command that must succeed; returns what it printed."""
    done = subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=PATIENCE_S, check=False, **how)
    if done.returncode != 0:
        raise AssertionError("%s: exit %d\n%s%s" % (" ".join(map(str, words)), done.returncode,
                                                   done.stdout, done.stderr))
    return done.stdout


class Namespace:
    """Another network namespace; `with` ends it. A process that waits keeps it alive."""

    def __init__(self):
        self.keeper = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; read _"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.keeper.stdout.readline()
        self.run("ip", "link", "set", "lo", "up")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.keeper.communicate()

    def words(self, *words):
        return ["nsenter", "--net", "--target", str(self.keeper.pid), *words]

    def run(self, *words):
        return must(*self.words(*words))

    def take(self, device):
        must("ip", "link", "set", device, "netns", self.keeper.pid)


def bring_up(device, *addresses, run=must, mtu=1500):
    """Addresses for a device, and up. Without IPv6, which would send packets of its own."""
    run("sysctl", "-q", "-w", "net.ipv6.conf.%s.disable_ipv6=1" % device)
    for address in addresses:
        run("ip", "address", "add", address, "dev", device)
    run("ip", "link", "set", device, "mtu", str(mtu), "up")


# ---- the simulator ----

class Live:
    """A live run; `with` ends it. Ready to carry packets when it has been made."""

    def __init__(self, trace, *words, **how):
        self.file = tempfile.NamedTemporaryFile("w", suffix=".json", prefix="ipcsim-live-")
        json.dump(trace, self.file)
        self.file.flush()
        self.said = []
        self.report = None
        self.process = subprocess.Popen(
            [IPCSIM, "live", "--format", "json", self.file.name, *map(str, words)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            **how)
        self.wait_for(READY)

    def wait_for(self, beginning):
        """Reads standard error up to a line."""
        for line in self.process.stderr:
            self.said.append(line)
            if line.startswith(beginning):
                return
        raise AssertionError("ipcsim live ended: %s" % "".join(self.said))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self.file.close()

    def wait(self):
        """The exit status and the result of a run that ends by itself."""
        out, err = self.process.communicate(timeout=PATIENCE_S)
        self.said.append(err)
        self.report = json.loads(out)
        return self.process.returncode, self.report

    def stop(self, number=signal.SIGINT):
        """Ends the run; returns the result."""
        self.process.send_signal(number)
        status, report = self.wait()
        assert status == 130, "exit %d: %s" % (status, "".join(self.said))
        return report


def link_of(report, name):
    return next(link for link in report["links"] if link["name"] == name)


# ---- packets ----

def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - total


def ipv4(source, destination, protocol, payload):
    source, destination = socket.inet_aton(source), socket.inet_aton(destination)
    length = 20 + len(payload)
    header = struct.pack("!BBHHHBBH", 0x45, 0, length, 0, 0, 64, protocol, 0)
    total = checksum(header + source + destination)
    return header[:10] + struct.pack("!H", total) + source + destination + payload


def udp(source, destination, payload):
    """`source` and `destination` are pairs of address and port. Without a checksum."""
    header = struct.pack("!HHHH", source[1], destination[1], 8 + len(payload), 0)
    return ipv4(source[0], destination[0], socket.IPPROTO_UDP, header + payload)


def echo_request(source, destination, sequence, payload=b""):
    header = struct.pack("!BBHHH", 8, 0, 0, 1, sequence)
    total = checksum(header + payload)
    return ipv4(source, destination, socket.IPPROTO_ICMP,
                header[:2] + struct.pack("!H", total) + header[4:] + payload)


def deadline():
    return time.monotonic() + PATIENCE_S

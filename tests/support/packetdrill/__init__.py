"""A small player of packetdrill scripts, for a stack in a shared object.

It understands what the scripts of tests/peer/packetdrill need of packetdrill's language, drives the
stack through the same table as packetdrill does, and judges more strictly: a packet that nobody
asked for fails a script, bytes are followed through the connection, timestamps must run.
"""

from .player import Mismatch, play  # noqa: F401
from .script import ScriptError, parse  # noqa: F401

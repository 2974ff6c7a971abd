"""python3 -m packetdrill LIBRARY SCRIPT...: plays scripts by hand."""

import sys

from . import Mismatch, ScriptError, play


def main():
    failed = 0
    for path in sys.argv[2:]:
        try:
            play(sys.argv[1], path)
            print(f"{path}: ok")
        except (Mismatch, ScriptError) as error:
            failed += 1
            print(error)
    return 1 if failed else 0


sys.exit(main())

"""Runs a command that ends when its parent does, even by kill -9: `python -I -S tied.py PARENT command …`.

A process of its own rather than a hook between fork and exec, where a program with threads may do next to nothing.
Linux alone knows how; elsewhere the command runs all the same.
"""

import contextlib
import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    parent, command = int(sys.argv[1]), sys.argv[2:]
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit("the parent has ended")
    os.execvp(command[0], command)  # noqa: S606 - no shell, and the command is the parent's own

"""Ends us when `make` ends, however it does: what it starts would outlive a killed `make`."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_make() -> None:
    """Have the kernel send us a SIGTERM when the `make` that started us is gone (Linux).

    Started in any other way, we may outlive our parent: a shell that is closed, for one.
    """
    if "MAKELEVEL" not in os.environ or sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(128 + signal.SIGTERM)

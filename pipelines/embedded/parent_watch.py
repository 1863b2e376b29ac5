"""Ends this process when `make` ends, even if `make` is killed."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def exit_with_make() -> None:
    """Ask the kernel (Linux) for a SIGTERM when the `make` that started this process has ended.

    A process that was not started by `make` may outlive its parent, such as a closed shell.
    """
    if "MAKELEVEL" not in os.environ or sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(128 + signal.SIGTERM)

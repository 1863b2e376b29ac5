"""Ends whole sessions of processes.

Airflow gives every task a process group of its own, so a signal to the scheduler's group would miss
the tasks. They all stay in the session that their first process began.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress

import psutil


def members(sessions: Iterable[int]) -> list[int]:
    """Return the living processes of some sessions."""
    wanted = set(sessions)
    return [pid for pid in psutil.pids() if _session(pid) in wanted and _lives(pid)]


def end(sessions: Iterable[int], grace_seconds: float) -> None:
    """Ask all processes of some sessions to end; kill those that have not in time."""
    wanted = set(sessions)
    _signal(members(wanted), signal.SIGTERM)
    deadline = time.monotonic() + grace_seconds
    while members(wanted) and time.monotonic() < deadline:
        time.sleep(0.1)
    while left := members(wanted):
        _signal(left, signal.SIGKILL)
        time.sleep(0.05)


def _signal(pids: Iterable[int], what: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, what)


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return 0


def _lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False

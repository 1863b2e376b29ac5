"""Terminates whole sessions of processes.

Airflow starts every task in a separate process group, so a signal to the scheduler's group does not reach the
tasks; but all of them stay in the session of the first process.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress

import psutil


def list_processes(sessions: Iterable[int]) -> list[int]:
    """Return the ids of the running processes of some sessions."""
    session_ids = set(sessions)
    return [pid for pid in psutil.pids() if _get_session(pid) in session_ids and _is_running(pid)]


def terminate_sessions(sessions: Iterable[int], grace_seconds: float) -> None:
    """Send SIGTERM to all processes of some sessions, and SIGKILL after the grace period."""
    session_ids = set(sessions)
    _send_signal(list_processes(session_ids), signal.SIGTERM)
    deadline = time.monotonic() + grace_seconds
    while list_processes(session_ids) and time.monotonic() < deadline:
        time.sleep(0.1)
    while pids := list_processes(session_ids):
        _send_signal(pids, signal.SIGKILL)
        time.sleep(0.05)


def _send_signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _get_session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return 0


def _is_running(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False

"""Child processes that end with us, each in a group of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from script_shared.errors import MancheteError

_GRACE_SECONDS = 15


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Processes:
    """Starts commands and stops them all, their children included."""

    def __init__(self, environment: Mapping[str, str], logs: Path) -> None:
        self._environment, self._logs = {**os.environ, **environment}, logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a command; what it prints goes to `logs/<name>.log`."""
        self._logs.mkdir(parents=True, exist_ok=True)
        with (self._logs / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own commands
                command, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )

    def wait(self, name: str) -> None:
        """Wait for a command that is meant to end.

        Raises:
            MancheteError: it failed.
        """
        process = self._running.pop(name)
        if process.wait():
            raise MancheteError(f"{name} failed:\n{self.log_tail(name)}")

    def dead(self) -> str | None:
        """Name a command that has ended by itself, if any."""
        return next((name for name, each in self._running.items() if each.poll() is not None), None)

    def log_tail(self, name: str, lines: int = 30) -> str:
        """Return the last lines that a command printed."""
        text = (self._logs / f"{name}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def stop(self) -> None:
        """Ask every group to end; kill those that do not."""
        for each in self._running.values():
            _signal(each, signal.SIGTERM)
        for each in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                each.wait(_GRACE_SECONDS)
            _signal(each, signal.SIGKILL)
            each.wait()


def _signal(process: subprocess.Popen[bytes], what: signal.Signals) -> None:
    try:
        os.killpg(process.pid, what)
    except ProcessLookupError:
        return

"""Starts child processes, each in a session of its own, and ends them with this process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from pipelines.embedded.process_groups import terminate_sessions
from script_shared.errors import MancheteError

_GRACE_SECONDS = 4


class ChildProcesses:
    """A context manager that ends all commands that it started, and their descendants.

    If this process is killed, a reaper process ends them instead.

    Args:
        environment: environment variables of the commands, in addition to those of this process.
        logs: the folder of the log files.
        temporary: a folder that is deleted after the commands have ended; None for no folder.
    """

    def __init__(self, environment: Mapping[str, str], logs: Path, temporary: Path | None = None) -> None:
        self._environment, self._logs = {**os.environ, **environment}, logs
        self._temporary = [str(temporary)] if temporary else []
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> ChildProcesses:
        self._logs.mkdir(parents=True, exist_ok=True)
        with (self._logs / "reaper.log").open("ab") as log:
            self._reaper = subprocess.Popen(  # noqa: S603 - a constant command
                [sys.executable, "-m", "pipelines.embedded.reaper", *self._temporary],
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop(list(self._running))
        finally:
            self._reaper.communicate()

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a command; its output goes to `logs/<name>.log`."""
        with (self._logs / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - commands of this package
                command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._notify_reaper(self._running[name].pid)

    def wait(self, name: str) -> None:
        """Wait for the end of a command.

        Raises:
            MancheteError: the command failed.
        """
        status = self._running[name].wait()
        self.stop([name])
        if status:
            raise self._build_error(name, "failed")

    def check(self) -> None:
        """Check that all commands are still running.

        Raises:
            MancheteError: a command has ended; the details are the end of its log.
        """
        for name, process in self._running.items():
            if process.poll() is not None:
                raise self._build_error(name, "ended unexpectedly")

    def _build_error(self, name: str, event: str) -> MancheteError:
        where, remedy = str(self._logs / f"{name}.log"), "correct the error at the end of the log below"
        return MancheteError(f"{name} {event}", where=where, remedy=remedy, details=self.log_tail(name))

    def log_tail(self, name: str, lines: int = 30) -> str:
        """Return the last lines of a command's log."""
        text = (self._logs / f"{name}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def stop(self, names: Iterable[str]) -> None:
        """End some commands and their descendants."""
        processes = [self._running.pop(name) for name in names]
        terminate_sessions({process.pid for process in processes}, _GRACE_SECONDS)
        for process in processes:
            process.wait()
            self._notify_reaper(-process.pid)

    def _notify_reaper(self, session: int) -> None:
        if self._reaper.stdin and self._reaper.poll() is None:
            self._reaper.stdin.write(f"{session}\n")
            self._reaper.stdin.flush()

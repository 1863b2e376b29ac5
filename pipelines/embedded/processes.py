"""Child processes that end with us, each in a session of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from pipelines.embedded.process_groups import end
from script_shared.errors import MancheteError

_GRACE_SECONDS = 4


class Processes:
    """Starts commands and ends them all, with everything that they started.

    Use it as a context: the block's end ends them. A guard beside us does so should we be killed.

    Args:
        environment: theirs, on top of ours.
        logs: folder of what they print.
        temporary: a folder that goes with them.
    """

    def __init__(self, environment: Mapping[str, str], logs: Path, temporary: Path | None = None) -> None:
        self._environment, self._logs = {**os.environ, **environment}, logs
        self._temporary = [str(temporary)] if temporary else []
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Processes:
        self._logs.mkdir(parents=True, exist_ok=True)
        with (self._logs / "guard.log").open("ab") as log:
            self._guard = subprocess.Popen(  # noqa: S603 - our own command
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
            self._guard.communicate()

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a command; what it prints goes to `logs/<name>.log`."""
        with (self._logs / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own commands
                command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._tell_guard(self._running[name].pid)

    def wait(self, name: str) -> None:
        """Wait for a command that is meant to end.

        Raises:
            MancheteError: it failed.
        """
        failed = self._running[name].wait()
        self.stop([name])
        if failed:
            raise self._failure(name, "failed")

    def check(self) -> None:
        """Make sure that all are still there.

        Raises:
            MancheteError: one has ended by itself; tells what it printed last.
        """
        for name, each in self._running.items():
            if each.poll() is not None:
                raise self._failure(name, "ended by itself")

    def _failure(self, name: str, what: str) -> MancheteError:
        where, remedy = str(self._logs / f"{name}.log"), "mend what the end of its log below names"
        return MancheteError(f"{name} {what}", where=where, remedy=remedy, details=self.log_tail(name))

    def log_tail(self, name: str, lines: int = 30) -> str:
        """Return the last lines that a command printed."""
        text = (self._logs / f"{name}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def stop(self, names: Iterable[str]) -> None:
        """End some commands and everything that they started."""
        ending = [self._running.pop(name) for name in names]
        end({each.pid for each in ending}, _GRACE_SECONDS)
        for each in ending:
            each.wait()
            self._tell_guard(-each.pid)

    def _tell_guard(self, session: int) -> None:
        if self._guard.stdin and self._guard.poll() is None:
            self._guard.stdin.write(f"{session}\n")
            self._guard.stdin.flush()

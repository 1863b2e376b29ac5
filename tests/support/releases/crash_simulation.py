"""Simulated crashes: a process exits just before its k-th file system call, for every k."""

import os
import sys
from collections.abc import Callable, Iterator

#: Audit events of the interpreter before file system calls.
_FILE_EVENTS = {"open", "os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.scandir", "os.truncate"}
_CRASHED = 86


def exit_before_step(step: int) -> None:
    """Let this process exit without clean-up before a file system call, counted from 0."""
    remaining = [step]

    def hook(event: str, _: tuple[object, ...]) -> None:
        if event in _FILE_EVENTS:
            remaining[0] -= 1
            if remaining[0] < 0:
                os._exit(_CRASHED)

    sys.addaudithook(hook)


def crash_at_each_step(act: Callable[[], object]) -> Iterator[int]:
    """Run `act` in child processes that crash one step later each time, until one completes.

    Yields:
        The step of each crash.

    Raises:
        RuntimeError: a child fails for another reason.
    """
    for step in range(10_000):
        child = os.fork()
        if child == 0:
            exit_before_step(step)
            act()
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code == 0:
            return
        if code != _CRASHED:
            raise RuntimeError(f"the child failed for another reason at step {step}")
        yield step

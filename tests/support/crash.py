"""Ends a process just before its k-th step on the file system, for every k there is."""

import os
import sys
from collections.abc import Callable, Iterator

#: What the interpreter announces before it touches a file or a folder.
_STEPS = {"open", "os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.scandir", "os.truncate"}
_KILLED = 86


def die_before_step(step: int) -> None:
    """Let this process end, without any clean-up, before its next `step`-th step."""
    left = [step]

    def hook(event: str, _: tuple[object, ...]) -> None:
        if event in _STEPS:
            left[0] -= 1
            if left[0] < 0:
                os._exit(_KILLED)

    sys.addaudithook(hook)


def crashes(act: Callable[[], object]) -> Iterator[int]:
    """Run `act` in child processes, each ended one step later than the one before, until one gets through.

    Yields after each crash the step at which it happened.
    """
    for step in range(10_000):
        child = os.fork()
        if child == 0:
            die_before_step(step)
            act()
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code == 0:
            return
        if code != _KILLED:
            raise RuntimeError(f"the child failed by itself at step {step}")
        yield step

"""Processes that help a stage, and end when it does, however it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from threading import Thread
from types import ModuleType
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class WorkerPool(ProcessPoolExecutor):
    """A pool whose processes do not import the main module anew: Airflow's fails where a task runs."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Begin a call, and the processes with the first one."""
        with _without_main():
            return super().submit(fn, *args, **kwargs)


def helpers(most: int, begin: Callable[..., None] | None = None, *told: Any) -> WorkerPool:
    """Return a pool of processes, one a core and at most so many.

    They are spawned: Polars has threads by now, and a fork would inherit their locks without them.

    Args:
        most: processes.
        begin: called in each of them first, with `told`.
        told: see `begin`.
    """
    count = min(most, len(os.sched_getaffinity(0)))
    return WorkerPool(count, get_context("spawn"), _begin, (begin, told))


@contextmanager
def _without_main() -> Iterator[None]:
    main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _begin(begin: Callable[..., None] | None, told: tuple[Any, ...]) -> None:
    Thread(target=_end_with_parent, daemon=True).start()
    if begin is not None:
        begin(*told)


def _end_with_parent() -> None:
    """Wait until the stage's process is gone; one that was killed cannot say so."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

"""A pool of worker processes that end with the stage's process, even if that is killed."""

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
    """A process pool whose workers do not import the main module, which fails inside an Airflow task."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Submit a call; the first call starts the workers."""
        with _without_main_module():
            return super().submit(fn, *args, **kwargs)


def create_worker_pool(
    max_workers: int, initializer: Callable[..., None] | None = None, *initargs: Any
) -> WorkerPool:
    """Return a pool with a worker for each core, up to a maximum.

    Workers are spawned: a fork would inherit the locks of polars' threads, but not the threads.

    Args:
        max_workers: the maximum number of processes.
        initializer: called first in each worker.
        initargs: the arguments of `initializer`.
    """
    count = min(max_workers, len(os.sched_getaffinity(0)))
    return WorkerPool(count, get_context("spawn"), _initialise, (initializer, initargs))


@contextmanager
def _without_main_module() -> Iterator[None]:
    main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _initialise(initializer: Callable[..., None] | None, initargs: tuple[Any, ...]) -> None:
    Thread(target=_exit_with_parent, daemon=True).start()
    if initializer is not None:
        initializer(*initargs)


def _exit_with_parent() -> None:
    """Exit when the parent process ends: a parent that is killed cannot stop its workers."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

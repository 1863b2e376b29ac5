"""Processes that help a stage, and end when it does, however it ends."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Any


def helpers(most: int, begin: Callable[..., None] | None = None, *told: Any) -> ProcessPoolExecutor:
    """Return a pool of processes, one a core and at most so many.

    They are spawned: Polars has threads by now, and a fork would inherit their locks without them.

    Args:
        most: processes.
        begin: called in each of them first, with `told`.
        told: see `begin`.
    """
    count = min(most, len(os.sched_getaffinity(0)))
    return ProcessPoolExecutor(count, get_context("spawn"), _begin, (begin, told))


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

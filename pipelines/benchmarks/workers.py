"""The work of a process in protocol P1: load the encoded tables once, then score segments at cut-offs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import track

from pipelines.domains import load
from pipelines.encoding.arrays import read_dataset
from pipelines.stages.evaluate import ScoresAndPredictions, score_period
from script_shared.dataset import Dataset
from script_shared.domain import Domain, Parameters

T = TypeVar("T")
#: The variables from which numeric libraries read their number of threads, once at import.
_THREAD_VARIABLES = ("POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class SharedInput:
    """The input that all cut-offs and segments share.

    Attributes:
        domain: name of the domain.
        folder: the folder of the encoded tables.
        users: the maximum number of users in each segment and cut-off.
    """

    domain: str
    folder: Path
    users: int


@contextmanager
def use_single_threads() -> Iterator[None]:
    """Let processes that are spawned in the block use one thread: there is one process for each core."""
    before = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def run_parallel(
    function: Callable[..., T], shared: Any, tasks: Sequence[tuple[Any, ...]], processes: int, title: str
) -> list[T]:
    """Call a function with the shared input and the arguments of each task, in worker processes.

    Returns:
        The results in the order of the tasks.

    Raises:
        Exception: that of the first task that failed; tasks that have not started are cancelled.
    """
    # Spawned, not forked: polars' threads do not survive a fork.
    pool = ProcessPoolExecutor(min(processes, len(tasks)), get_context("spawn"))
    with use_single_threads():
        try:
            futures = [pool.submit(function, shared, *task) for task in tasks]
            for future in track(as_completed(futures), title, len(futures), console=Console(stderr=True)):
                future.result()
        finally:
            pool.shutdown(cancel_futures=True)
    return [future.result() for future in futures]


def score(shared: SharedInput, cutoff_ms: int, segment: str) -> ScoresAndPredictions:
    """Return the scores and predictions of a segment at a cut-off."""
    return score_period(*load_dataset(shared.domain, shared.folder), cutoff_ms, segment, shared.users)


@cache
def load_dataset(domain: str, folder: Path) -> tuple[Domain, Parameters, Dataset]:
    """Return the domain, and the parameters and data set that a folder contains; each folder is read once."""
    dataset, parameters = read_dataset(folder)
    return load(domain).domain, parameters, dataset

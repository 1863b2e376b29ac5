"""The work of a process in protocol P1: load the encoded tables once, then score segments at cut-offs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.domains import load
from pipelines.encoding.arrays import read_dataset
from pipelines.stages.evaluate import ScoresAndPredictions, score_hour
from script_shared.dataset import Dataset
from script_shared.domain import Domain, Parameters

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


def score(shared: SharedInput, cutoff_ms: int, segment: str) -> ScoresAndPredictions:
    """Return the scores and predictions of a segment at a cut-off."""
    return score_hour(*_load(shared), cutoff_ms, segment, shared.users)


@cache
def _load(shared: SharedInput) -> tuple[Domain, Parameters, Dataset]:
    dataset, parameters = read_dataset(shared.folder)
    return load(shared.domain).domain, parameters, dataset

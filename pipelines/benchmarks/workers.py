"""What a worker process does: map the encoded tables once, then score segments at cut-offs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.domains import load
from pipelines.encoding.arrays import read_encoded
from pipelines.stages.evaluate import Scored, score_hour
from script_shared.dataset import Dataset
from script_shared.domain import Domain, Parameters

#: How the libraries underneath are told how many threads to start; they look once, when imported.
_THREADS = ("POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Work:
    """What all cut-offs and segments have in common.

    Attributes:
        domain: its name.
        folder: holds the encoded tables.
        readers: at most so many of each segment and cut-off.
    """

    domain: str
    folder: Path
    users: int


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Let processes spawned meanwhile use one thread: there is one process a core already."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def score(work: Work, cutoff_ms: int, segment: str) -> Scored:
    """Return what a segment's models scored at a cut-off."""
    return score_hour(*_loaded(work), cutoff_ms, segment, work.users)


@cache
def _loaded(work: Work) -> tuple[Domain, Parameters, Dataset]:
    dataset, parameters = read_encoded(work.folder)
    return load(work.domain).domain, parameters, dataset

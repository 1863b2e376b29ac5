"""What a worker process does: load the refined tables once, then score cut-offs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from pipelines.domains import load
from pipelines.stages.evaluate import score_hour
from script_shared.dataset import Dataset, encode
from script_shared.domain import Domain, Parameters
from script_shared.tables import Tables


@dataclass(frozen=True, slots=True)
class Work:
    """What all cut-offs have in common.

    Attributes:
        domain: its name.
        folder: holds the refined tables.
        as_of_ms: end of the data, ms UTC.
        readers: at most so many of each segment and cut-off.
    """

    domain: str
    folder: Path
    as_of_ms: int
    readers: int


_WORK: list[Work] = []


def begin(work: Work) -> None:
    """Remember what this process works on."""
    _WORK[:] = [work]


def score(cutoff_ms: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return a cut-off's scores and predictions."""
    work = _WORK[0]
    return score_hour(*_loaded(work), cutoff_ms, work.readers)


@cache
def _loaded(work: Work) -> tuple[Domain, Parameters, Dataset]:
    plan, tables = load(work.domain), Tables.read(work.folder)
    dataset = encode(tables, plan.domain.context, plan.weight, work.as_of_ms)
    return plan.domain, plan.parameters(tables), dataset

"""Peers in protocol P1: the readers that the product was scored on, asked at the same moments."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
from rich.table import Table

from benchmarks.asking import distinct, lists_of
from benchmarks.peers.base import Reads
from pipelines.benchmarks.next_hour import HourOptions, NextHourResult, next_hour
from pipelines.benchmarks.results import write_results
from pipelines.benchmarks.workers import use_single_threads
from pipelines.domains import load
from pipelines.domains.news.sources.globo import Globo
from pipelines.stages.evaluate import PREDICTION_SCHEMA, SCORE_SCHEMA
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset, encode
from script_shared.evaluation.beyond_accuracy import describe_lists
from script_shared.evaluation.comparison import SERVED
from script_shared.evaluation.ranking import K, score_list
from script_shared.evaluation.targets import targets_of
from script_shared.tables import Tables

__all__ = ["HourOptions", "run"]


@dataclass(frozen=True, slots=True)
class Work:
    """What all cut-offs have in common: refined tables, readers and the peers' names."""

    folder: Path
    as_of_ms: int
    names: tuple[str, ...]


def refine(uri: str, folder: Path) -> int:
    """Write the refined tables into a folder; return the end of the data, ms UTC."""
    raw = folder / "raw"
    raw.mkdir()
    Globo().acquire(uri, 1.0, raw)
    refined = Globo().refine(raw)
    refined.tables.write(folder)
    return refined.as_of_ms


def run(uri: str, out: Path, hours: HourOptions, names: Sequence[str]) -> list[Table]:
    """Score product and peers; write the results as the protocol's command does."""
    outcome = next_hour(load("news"), "globo", uri, hours)
    # The product's own run has the most read at every half-life already.
    asked = tuple(name for name in names if not name.startswith("popularity"))
    with TemporaryDirectory() as name:
        folder = Path(name)
        work = Work(folder, refine(uri, folder), asked)
        readers = outcome.scores.filter(model=SERVED).select("segment", "cutoff", "query_id")
        readers.with_columns(_in_ms(hours)).write_parquet(folder / "readers.parquet")
        pool = ProcessPoolExecutor(hours.processes, get_context("spawn"))
        with use_single_threads(), pool:
            parts = list(pool.map(score, [work] * len(hours.cutoffs), hours.cutoffs_ms))
    merged = [_merge(hours, *frames) for frames in zip(*parts, strict=True)]
    frames = (outcome.scores, outcome.predictions, outcome.described)
    return write_results(NextHourResult(*map(_stacked, frames, merged)), out)


def _in_ms(hours: HourOptions) -> pl.Expr:
    return pl.col("cutoff") * MS_PER_HOUR + hours.epoch_ms


def _merge(hours: HourOptions, *parts: pl.DataFrame) -> pl.DataFrame:
    cutoff = (pl.col("cutoff") - hours.epoch_ms) // MS_PER_HOUR
    return pl.concat(parts).with_columns(cutoff)


def _stacked(ours: pl.DataFrame, peers: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([ours, peers.select(ours.columns).cast(dict(ours.schema))])


def score(work: Work, cutoff_ms: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return scores, predictions and descriptions of all peers at one cut-off."""
    dataset, tables, sessions = _loaded(work)
    readers = pl.read_parquet(work.folder / "readers.parquet").filter(cutoff=cutoff_ms)
    users = dataset.users.find_all(readers["query_id"].to_list())
    reads = _reads(dataset, sessions, cutoff_ms)
    asked = readers.with_columns(protocol=pl.lit("next-hour"), owner=pl.Series(users))
    lists = lists_of(work.names, reads, asked, _histories(reads, users), K)
    ids = pl.Series(list(dataset.items), dtype=pl.String)
    predictions = lists.with_columns(item_id=ids.gather(lists["item"])).select(list(PREDICTION_SCHEMA))
    scores = _scores(work.names, readers, predictions, targets_of(readers, tables.interactions))
    return scores, predictions, describe_lists(predictions, tables.items, tables.interactions)


@cache
def _loaded(work: Work) -> tuple[Dataset, Tables, np.ndarray]:
    plan, tables = load("news"), Tables.read(work.folder)
    dataset = encode(tables, plan.domain.context, plan.weight, work.as_of_ms)
    sessions = tables.interactions["session_id"].rank("dense").to_numpy().astype(np.int64)
    return dataset, tables, sessions


def _reads(dataset: Dataset, sessions: np.ndarray, cutoff_ms: int) -> Reads:
    past = dataset.interactions.between(0, cutoff_ms)
    return Reads(
        past.user, sessions[: len(past)], past.item, past.time, past.time, len(dataset.items), cutoff_ms
    )


def _histories(reads: Reads, users: np.ndarray) -> list[np.ndarray]:
    order = np.argsort(reads.owner, kind="stable")
    starts, ends = (np.searchsorted(reads.owner[order], users, side) for side in ("left", "right"))
    return [distinct(reads.item[order[start:end]]) for start, end in zip(starts, ends, strict=True)]


def _scores(
    names: Sequence[str], readers: pl.DataFrame, predictions: pl.DataFrame, targets: pl.DataFrame
) -> pl.DataFrame:
    wanted = _by_reader(targets)
    rows = []
    for name in names:
        lists = _by_reader(predictions.filter(model=name).sort("rank"))
        for reader in readers.to_dicts():
            query = reader["query_id"]
            rows.append({"model": name} | reader | score_list(lists.get(query, []), wanted[query]))
    return pl.DataFrame(rows, SCORE_SCHEMA)


def _by_reader(frame: pl.DataFrame) -> dict[str, list[str]]:
    grouped = frame.group_by("query_id", maintain_order=True).agg("item_id")
    return dict(grouped.iter_rows())

"""Peers in protocol P1: scored on the same users and at the same moments as the product."""

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

from benchmarks.peers.base import Interactions
from benchmarks.peers.predictions import predict
from pipelines.benchmarks.next_hour import HourOptions, NextHourResult, next_hour
from pipelines.benchmarks.results import write_results
from pipelines.benchmarks.workers import use_single_threads
from pipelines.domains import load
from pipelines.domains.news.sources.globo import GloboSource
from pipelines.stages.evaluate import PREDICTION_SCHEMA, SCORE_SCHEMA
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset, encode_tables
from script_shared.evaluation.beyond_accuracy import describe_lists
from script_shared.evaluation.comparison import SERVED
from script_shared.evaluation.ranking import K, score_list
from script_shared.evaluation.targets import find_targets
from script_shared.tables import Tables
from script_shared.types import IntArray, LongArray

__all__ = ["HourOptions", "run"]


@dataclass(frozen=True, slots=True)
class Work:
    """The input of all cut-offs: the folder of refined tables and queries, and the names of peers."""

    folder: Path
    as_of_ms: int
    names: tuple[str, ...]


def refine(uri: str, folder: Path) -> int:
    """Write the refined tables into a folder; return the end of the data, ms UTC."""
    raw = folder / "raw"
    raw.mkdir()
    GloboSource().acquire(uri, 1.0, raw)
    refined = GloboSource().refine(raw)
    refined.tables.write(folder)
    return refined.as_of_ms


def run(uri: str, out: Path, hours: HourOptions, names: Sequence[str]) -> list[Table]:
    """Score product and peers; write the files of the protocol's own command and return its tables."""
    outcome = next_hour(load("news"), "globo", uri, hours)
    # The protocol itself scores popularity at every half-life.
    peers = tuple(name for name in names if not name.startswith("popularity"))
    with TemporaryDirectory() as name:
        folder = Path(name)
        work = Work(folder, refine(uri, folder), peers)
        queries = outcome.scores.filter(model=SERVED).select("segment", "cutoff", "query_id")
        cutoff_ms = pl.col("cutoff") * MS_PER_HOUR + hours.epoch_ms
        queries.with_columns(cutoff_ms).write_parquet(folder / "queries.parquet")
        pool = ProcessPoolExecutor(hours.processes, get_context("spawn"))
        with use_single_threads(), pool:
            parts = list(pool.map(score, [work] * len(hours.cutoffs), hours.cutoffs_ms))
    peer_frames = [_concat(hours, *frames) for frames in zip(*parts, strict=True)]
    product_frames = (outcome.scores, outcome.predictions, outcome.list_statistics)
    return write_results(NextHourResult(*map(_stack, product_frames, peer_frames)), out)


def _concat(hours: HourOptions, *parts: pl.DataFrame) -> pl.DataFrame:
    cutoff = (pl.col("cutoff") - hours.epoch_ms) // MS_PER_HOUR
    return pl.concat(parts).with_columns(cutoff)


def _stack(product: pl.DataFrame, peers: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([product, peers.select(product.columns).cast(dict(product.schema))])


def score(work: Work, cutoff_ms: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the scores, predictions and descriptions of all peers at one cut-off."""
    dataset, tables, sessions = _load(work)
    queries = pl.read_parquet(work.folder / "queries.parquet").filter(cutoff=cutoff_ms)
    users = dataset.users.find_all(queries["query_id"].to_list())
    interactions = _interactions(dataset, sessions, cutoff_ms)
    labelled = queries.with_columns(protocol=pl.lit("next-hour"), user=pl.Series(users))
    lists = predict(work.names, interactions, labelled, _histories(interactions, users), K)
    ids = pl.Series(list(dataset.items), dtype=pl.String)
    predictions = lists.with_columns(item_id=ids.gather(lists["item"])).select(list(PREDICTION_SCHEMA))
    scores = _scores(work.names, queries, predictions, find_targets(queries, tables.interactions))
    return scores, predictions, describe_lists(predictions, tables.items, tables.interactions)


@cache
def _load(work: Work) -> tuple[Dataset, Tables, LongArray]:
    plan, tables = load("news"), Tables.read(work.folder)
    dataset = encode_tables(tables, plan.domain.context, plan.weight, work.as_of_ms)
    sessions = tables.interactions["session_id"].rank("dense").to_numpy().astype(np.int64)
    return dataset, tables, sessions


def _interactions(dataset: Dataset, sessions: LongArray, cutoff_ms: int) -> Interactions:
    past = dataset.interactions.between(0, cutoff_ms)
    item_count = len(dataset.items)
    return Interactions(
        past.user, sessions[: len(past)], past.item, past.time, past.time, item_count, cutoff_ms
    )


def _histories(interactions: Interactions, users: IntArray) -> list[IntArray]:
    order = np.argsort(interactions.user, kind="stable")
    starts, ends = (np.searchsorted(interactions.user[order], users, side) for side in ("left", "right"))
    bounds = zip(starts, ends, strict=True)
    return [_drop_repeats(interactions.item[order[start:end]]) for start, end in bounds]


def _drop_repeats(items: IntArray) -> IntArray:
    """Keep the last occurrence of each item, in order."""
    _, last = np.unique(items[::-1], return_index=True)
    return items[::-1][np.sort(last)][::-1]


def _scores(
    names: Sequence[str], queries: pl.DataFrame, predictions: pl.DataFrame, targets: pl.DataFrame
) -> pl.DataFrame:
    targets_by_query = _items_by_query(targets)
    rows = []
    for name in names:
        lists = _items_by_query(predictions.filter(model=name).sort("rank"))
        for query in queries.to_dicts():
            query_id = query["query_id"]
            metrics = score_list(lists.get(query_id, []), targets_by_query[query_id])
            rows.append({"model": name} | query | metrics)
    return pl.DataFrame(rows, SCORE_SCHEMA)


def _items_by_query(frame: pl.DataFrame) -> dict[str, list[str]]:
    grouped = frame.group_by("query_id", maintain_order=True).agg("item_id")
    return dict(grouped.iter_rows())

"""Peers in protocol P2: the last article of each session, from a state frozen when its window begins."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
from rich.progress import track
from rich.table import Table

from benchmarks.asking import lists_of
from benchmarks.choosing import NEXT_HOUR_ONLY
from benchmarks.next_hour import refine
from benchmarks.peers.base import Reads
from pipelines.benchmarks.session_results import split_windows
from pipelines.benchmarks.workers import use_single_threads
from pipelines.domains.news.session_windows import read_windows
from pipelines.stages.evaluate import PREDICTION_SCHEMA
from script_shared.clock import MS_PER_HOUR
from script_shared.domains.news.domain import NEWS
from script_shared.domains.news.segments import NewsParameters, SegmentRule
from script_shared.errors import InputError, SettingsError
from script_shared.evaluation.beyond_accuracy import BEYOND, describe_lists
from script_shared.evaluation.comparison import SERVED
from script_shared.evaluation.sessions import (
    KINDS,
    METRICS,
    WINDOWS_MS,
    K,
    Kind,
    now_of,
    reads_before,
    score_lists,
    sessions_of,
    summarise_sessions,
    targets_of,
    thin_sessions,
)
from script_shared.segments import assign
from script_shared.types import User


@dataclass(frozen=True, slots=True)
class Windows:
    """Which windows are scored, and how.

    Attributes:
        windows: their numbers.
        sample: at most so many sessions of each, drawn with a fixed seed.
        processes: so many windows and states at a time.
        windows_ms: when window 0 begins, ms UTC.
    """

    windows: Sequence[int]
    sample: int
    processes: int
    windows_ms: int = WINDOWS_MS


@dataclass(frozen=True, slots=True)
class Work:
    """What all windows have in common: clicks, sessions, articles, the product's lists, the peers' names."""

    folder: Path
    names: tuple[str, ...]
    windows_ms: int


Scored = tuple[pl.DataFrame, pl.DataFrame]


def run(uri: str, out: Path, asked: Windows, names: Sequence[str], ours: Path | None) -> list[Table]:
    """Score the peers, and the product's lists where there are any; write and lay out.

    Args:
        uri: folder of Globo.com's clicks.
        out: where predictions, scores and metrics go.
        asked: which windows.
        names: of the peers.
        ours: folder of `predictions.parquet` as `pipelines benchmark next-click` writes it.

    Raises:
        SettingsError: no window holds a session.
        InputError: the product's predictions are not there.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        windows = _prepare(uri, folder, asked, ours)
        asked_for = tuple(each for each in names if each not in NEXT_HOUR_ONLY)
        work = Work(folder, asked_for, asked.windows_ms)
        units = sorted(product(windows, KINDS), reverse=True)
        pool = ProcessPoolExecutor(asked.processes, get_context("spawn"))
        with use_single_threads(), pool:
            done = pool.map(score, [work] * len(units), *zip(*units, strict=True))
            parts = list(track(done, "next click", total=len(units)))
        scores, described = (pl.concat(frames) for frames in zip(*parts, strict=True))
        out.mkdir(parents=True, exist_ok=True)
        pl.scan_parquet(folder / "lists-*.parquet").sink_parquet(out / "predictions.parquet")
    scores.write_parquet(out / "scores.parquet")
    return _write(scores, described, out)


def _prepare(uri: str, folder: Path, asked: Windows, ours: Path | None) -> list[int]:
    """Write what the workers read: clicks with articles, readers and sessions as numbers; what is asked.

    Returns:
        The windows that hold sessions: one of Globo.com's is empty.
    """
    refine(uri, folder)
    clicks = read_windows(uri)
    article = pl.col("item_id").cast(pl.Int64).rank("dense") - 1
    numbered = clicks.with_columns(
        item=article.cast(pl.Int32),
        user=(pl.col("user_id").rank("dense") - 1).cast(pl.Int32),
        session=(pl.col("session_id").rank("dense") - 1).cast(pl.Int32),
    )
    numbered.write_parquet(folder / "clicks.parquet")
    sessions = sessions_of(numbered.filter(pl.col("window").is_in(list(asked.windows))))
    _lists(ours).sink_parquet(folder / "ours.parquet")
    if ours is not None:
        sessions = _answered(sessions, folder / "ours.parquet")
    if sessions.is_empty():
        raise SettingsError("no window holds a session", where="--windows", remedy="choose others")
    thin_sessions(sessions, asked.sample).write_parquet(folder / "sessions.parquet")
    return sessions["window"].unique().sort().to_list()


def _lists(ours: Path | None) -> pl.LazyFrame:
    if ours is None:
        return pl.LazyFrame(schema=PREDICTION_SCHEMA)
    file = ours / "predictions.parquet"
    if not file.is_file():
        remedy = "run `python -m pipelines benchmark next-click` into it first"
        raise InputError.at("there are no predictions", file=file, remedy=remedy)
    return (
        pl.scan_parquet(file)
        .filter(model=SERVED)
        .select(pl.col(n).cast(t) for n, t in PREDICTION_SCHEMA.items())
    )


def _answered(sessions: pl.DataFrame, lists: Path) -> pl.DataFrame:
    """Keep the sessions that the product was asked about, which may be a sample."""
    asked = (
        pl.read_parquet(lists).select(pl.col("cutoff").cast(sessions["window"].dtype), "query_id").unique()
    )
    return sessions.join(asked, left_on=["window", "session_id"], right_on=["cutoff", "query_id"], how="semi")


def score(work: Work, window: int, kind: Kind) -> Scored:
    """Write all lists of one window and state; return their scores and what they look like."""
    clicks, items = _loaded(work)
    sessions = pl.read_parquet(work.folder / "sessions.parquet").filter(window=window)
    targets, protocol = targets_of(sessions), f"next-click-{kind}"
    ours = pl.read_parquet(work.folder / "ours.parquet").filter(protocol=protocol, cutoff=window)
    peers = _ask(work, clicks, sessions, window, kind)
    predictions = pl.concat([ours.join(targets, on=["cutoff", "query_id"], how="semi"), peers])
    predictions.write_parquet(work.folder / f"lists-{window:03d}-{kind}.parquet", compression="zstd")
    moment = pl.lit(now_of(window, work.windows_ms))
    lists = predictions.with_columns(cutoff=moment, segment="protocol")
    described = describe_lists(lists, items, clicks.select("item_id", "timestamp"))
    return score_lists(predictions, targets), described.with_columns(cutoff=pl.lit(window, pl.Int64))


def _ask(work: Work, clicks: pl.DataFrame, sessions: pl.DataFrame, window: int, kind: Kind) -> pl.DataFrame:
    held = reads_before(clicks, window, kind, work.windows_ms)
    began = held["window"].cast(pl.Int64).to_numpy() * MS_PER_HOUR + work.windows_ms
    session, item = held["session"].to_numpy(), held["item"].to_numpy()
    time, now = held["timestamp"].dt.epoch("ms").to_numpy(), now_of(window, work.windows_ms)
    reads = Reads(session, session, item, time, began, int(clicks["item"].max()) + 1, now)
    readers = sessions.select(
        pl.lit(f"next-click-{kind}").alias("protocol"),
        segment=_segments(clicks, sessions, now),
        cutoff=pl.col("window").cast(pl.Int64),
        query_id="session_id",
        owner="session",
    )
    ids = clicks.select("item", "item_id").unique("item").sort("item")["item_id"]
    places = dict(zip(ids, range(len(ids)), strict=True))
    own = [np.array([places[each] for each in items[:-1]]) for items in sessions["items"]]
    lists = lists_of(work.names, reads, readers, own, K)
    return lists.with_columns(item_id=ids.gather(lists["item"])).select(list(PREDICTION_SCHEMA))


def _segments(clicks: pl.DataFrame, sessions: pl.DataFrame, now_ms: int) -> pl.Series:
    """Return each session's segment, by its reader's clicks before now."""
    counts = clicks.filter(pl.col("timestamp").dt.epoch("ms") < now_ms).group_by("user").len()
    reads = sessions.select("user").join(counts, on="user", how="left", maintain_order="left")["len"]
    rule = NewsParameters(rule=SegmentRule(has_login=False)).model_dump(mode="json")
    segments = NEWS.segments(rule)
    return pl.Series([assign(segments, User(None, n)).name for n in reads.fill_null(0)])


@cache
def _loaded(work: Work) -> tuple[pl.DataFrame, pl.DataFrame]:
    return pl.read_parquet(work.folder / "clicks.parquet"), pl.read_parquet(work.folder / "items.parquet")


def _write(scores: pl.DataFrame, described: pl.DataFrame, out: Path) -> list[Table]:
    records, tables = [], []
    for title, part in split_windows(scores):
        looks = described.filter(pl.col("cutoff").is_in(part["cutoff"].unique().to_list()))
        means = looks.group_by(protocol="segment", model="model").agg(pl.col(BEYOND).mean())
        summary = summarise_sessions(part).join(means, on=["protocol", "model"], how="left")
        ordered = summary.sort(pl.col("model") != SERVED, -pl.col("ndcg"))
        records += ordered.with_columns(windows_of=pl.lit(title)).to_dicts()
        tables.append(_table(ordered, title))
    pl.DataFrame(records).write_csv(out / "metrics.csv")
    (out / "metrics.json").write_text(json.dumps(records, indent=1) + "\n")
    return tables


def _table(summary: pl.DataFrame, title: str) -> Table:
    first = summary.row(0, named=True)
    count = f"{first['sessions']:,} sessions, {first['windows']} windows"
    table = Table(title=f"{first['protocol']} · {title} · {count}", title_justify="left")
    for name in ("model", *(f"{metric}@{K}" for metric in METRICS), *BEYOND):
        table.add_column(name, justify="left" if name == "model" else "right", no_wrap=True)
    for row in summary.to_dicts():
        accuracy = (f"{row[m]:.3f} \\[{row[f'{m}_low']:.3f} {row[f'{m}_high']:.3f}]" for m in METRICS)
        looks = ("–" if row[name] is None else f"{row[name]:.3f}" for name in BEYOND)
        table.add_row(row["model"], *accuracy, *looks)
    return table

"""Peers in protocol P2: predict the last item of each session from the state at the start of its window."""

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

from benchmarks.peers.base import Interactions
from benchmarks.peers.predictions import predict
from benchmarks.peers.registry import NEXT_HOUR_ONLY
from benchmarks.quality.next_hour import refine
from pipelines.benchmarks.session_results import split_windows
from pipelines.benchmarks.workers import use_single_threads
from pipelines.domains.news.session_windows import read_windows
from pipelines.stages.evaluate import PREDICTION_SCHEMA
from script_shared.clock import MS_PER_HOUR
from script_shared.domains.news.domain import NEWS
from script_shared.domains.news.segments import NewsParameters, SegmentRule
from script_shared.errors import InputError, SettingsError
from script_shared.evaluation.beyond_accuracy import LIST_METRICS, describe_lists
from script_shared.evaluation.comparison import SERVED
from script_shared.evaluation.sessions import (
    FIRST_WINDOW_MS,
    KINDS,
    METRICS,
    K,
    Kind,
    clicks_before,
    extract_sessions,
    sample_sessions,
    score_lists,
    session_targets,
    summarise_sessions,
    window_start,
)
from script_shared.segments import assign_segment
from script_shared.types import User


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows to score.

    Attributes:
        windows: their numbers.
        sample: maximum number of sessions of each, drawn with a fixed seed.
        processes: windows and states in parallel.
        windows_ms: start of window 0, ms UTC.
    """

    windows: Sequence[int]
    sample: int
    processes: int
    windows_ms: int = FIRST_WINDOW_MS


@dataclass(frozen=True, slots=True)
class Work:
    """The input of all windows: the folder of clicks, sessions, items and product lists, and peer names."""

    folder: Path
    names: tuple[str, ...]
    windows_ms: int


def run(uri: str, out: Path, options: Windows, names: Sequence[str], ours: Path | None) -> list[Table]:
    """Score the peers and, where given, the product's lists; write the results and return them as tables.

    Args:
        uri: folder of Globo.com's clicks.
        out: folder for predictions, scores and metrics.
        options: the windows.
        names: of the peers.
        ours: folder of `predictions.parquet`, the output of `pipelines benchmark next-click`.

    Raises:
        SettingsError: no window contains a session.
        InputError: the product's predictions are missing.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        windows = _prepare(uri, folder, options, ours)
        peers = tuple(name for name in names if name not in NEXT_HOUR_ONLY)
        work = Work(folder, peers, options.windows_ms)
        units = sorted(product(windows, KINDS), reverse=True)
        pool = ProcessPoolExecutor(options.processes, get_context("spawn"))
        with use_single_threads(), pool:
            results = pool.map(score, [work] * len(units), *zip(*units, strict=True))
            parts = list(track(results, "next click", total=len(units)))
        scores, described = (pl.concat(frames) for frames in zip(*parts, strict=True))
        out.mkdir(parents=True, exist_ok=True)
        pl.scan_parquet(folder / "lists-*.parquet").sink_parquet(out / "predictions.parquet")
    scores.write_parquet(out / "scores.parquet")
    return _write_metrics(scores, described, out)


def _prepare(uri: str, folder: Path, options: Windows, ours: Path | None) -> list[int]:
    """Write the input of the workers: clicks with integer ids, sessions, and the product's lists.

    Returns:
        The windows that contain sessions: one of Globo.com's is empty.
    """
    refine(uri, folder)
    clicks = read_windows(uri)
    item = pl.col("item_id").cast(pl.Int64).rank("dense") - 1
    numbered = clicks.with_columns(
        item=item.cast(pl.Int32),
        user=(pl.col("user_id").rank("dense") - 1).cast(pl.Int32),
        session=(pl.col("session_id").rank("dense") - 1).cast(pl.Int32),
    )
    numbered.write_parquet(folder / "clicks.parquet")
    sessions = extract_sessions(numbered.filter(pl.col("window").is_in(list(options.windows))))
    _product_lists(ours).sink_parquet(folder / "ours.parquet")
    if ours is not None:
        sessions = _keep_predicted(sessions, folder / "ours.parquet")
    if sessions.is_empty():
        raise SettingsError("no window contains a session", where="--windows", remedy="choose others")
    sample_sessions(sessions, options.sample).write_parquet(folder / "sessions.parquet")
    return sessions["window"].unique().sort().to_list()


def _product_lists(ours: Path | None) -> pl.LazyFrame:
    if ours is None:
        return pl.LazyFrame(schema=PREDICTION_SCHEMA)
    file = ours / "predictions.parquet"
    if not file.is_file():
        remedy = "run `python -m pipelines benchmark next-click` into it first"
        raise InputError.at("there are no predictions", file=file, remedy=remedy)
    columns = (pl.col(name).cast(dtype) for name, dtype in PREDICTION_SCHEMA.items())
    return pl.scan_parquet(file).filter(model=SERVED).select(columns)


def _keep_predicted(sessions: pl.DataFrame, lists: Path) -> pl.DataFrame:
    """Keep the sessions with a list of the product, which may be a sample."""
    window = pl.col("cutoff").cast(sessions["window"].dtype)
    predicted = pl.read_parquet(lists).select(window, "query_id").unique()
    return sessions.join(
        predicted, left_on=["window", "session_id"], right_on=["cutoff", "query_id"], how="semi"
    )


def score(work: Work, window: int, kind: Kind) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Write all lists of one window and state; return their scores and their beyond-accuracy metrics."""
    clicks, items = _load(work)
    sessions = pl.read_parquet(work.folder / "sessions.parquet").filter(window=window)
    targets, protocol = session_targets(sessions), f"next-click-{kind}"
    ours = pl.read_parquet(work.folder / "ours.parquet").filter(protocol=protocol, cutoff=window)
    peers = _predict(work, clicks, sessions, window, kind)
    predictions = pl.concat([ours.join(targets, on=["cutoff", "query_id"], how="semi"), peers])
    predictions.write_parquet(work.folder / f"lists-{window:03d}-{kind}.parquet", compression="zstd")
    moment = pl.lit(window_start(window, work.windows_ms))
    lists = predictions.with_columns(cutoff=moment, segment="protocol")
    described = describe_lists(lists, items, clicks.select("item_id", "timestamp"))
    return score_lists(predictions, targets), described.with_columns(cutoff=pl.lit(window, pl.Int64))


def _predict(
    work: Work, clicks: pl.DataFrame, sessions: pl.DataFrame, window: int, kind: Kind
) -> pl.DataFrame:
    now_ms = window_start(window, work.windows_ms)
    past = clicks_before(clicks, window, kind, work.windows_ms)
    window_start_ms = past["window"].cast(pl.Int64).to_numpy() * MS_PER_HOUR + work.windows_ms
    session, item = past["session"].to_numpy(), past["item"].to_numpy()
    time_ms, item_count = past["timestamp"].dt.epoch("ms").to_numpy(), int(clicks["item"].max()) + 1
    interactions = Interactions(session, session, item, time_ms, window_start_ms, item_count, now_ms)
    queries = sessions.select(
        pl.lit(f"next-click-{kind}").alias("protocol"),
        segment=_segments(clicks, sessions, now_ms),
        cutoff=pl.col("window").cast(pl.Int64),
        query_id="session_id",
        user="session",
    )
    ids = clicks.select("item", "item_id").unique("item").sort("item")["item_id"]
    positions = dict(zip(ids, range(len(ids)), strict=True))
    histories = [np.array([positions[item_id] for item_id in items[:-1]]) for items in sessions["items"]]
    lists = predict(work.names, interactions, queries, histories, K)
    return lists.with_columns(item_id=ids.gather(lists["item"])).select(list(PREDICTION_SCHEMA))


def _segments(clicks: pl.DataFrame, sessions: pl.DataFrame, now_ms: int) -> pl.Series:
    """Return the segment of each session by its user's clicks before a moment."""
    counts = clicks.filter(pl.col("timestamp").dt.epoch("ms") < now_ms).group_by("user").len()
    joined = sessions.select("user").join(counts, on="user", how="left", maintain_order="left")
    rule = NewsParameters(rule=SegmentRule(has_login=False)).model_dump(mode="json")
    segments = NEWS.segments(rule)
    return pl.Series(
        [assign_segment(segments, User(None, count)).name for count in joined["len"].fill_null(0)]
    )


@cache
def _load(work: Work) -> tuple[pl.DataFrame, pl.DataFrame]:
    return pl.read_parquet(work.folder / "clicks.parquet"), pl.read_parquet(work.folder / "items.parquet")


def _write_metrics(scores: pl.DataFrame, described: pl.DataFrame, out: Path) -> list[Table]:
    records, tables = [], []
    for title, part in split_windows(scores):
        lists = described.filter(pl.col("cutoff").is_in(part["cutoff"].unique().to_list()))
        means = lists.group_by(protocol="segment", model="model").agg(pl.col(LIST_METRICS).mean())
        summary = summarise_sessions(part).join(means, on=["protocol", "model"], how="left")
        ordered = summary.sort(pl.col("model") != SERVED, -pl.col("ndcg"))
        records += ordered.with_columns(windows_of=pl.lit(title)).to_dicts()
        tables.append(_layout(ordered, title))
    pl.DataFrame(records).write_csv(out / "metrics.csv")
    (out / "metrics.json").write_text(json.dumps(records, indent=1) + "\n")
    return tables


def _layout(summary: pl.DataFrame, title: str) -> Table:
    first = summary.row(0, named=True)
    count = f"{first['sessions']:,} sessions, {first['windows']} windows"
    table = Table(title=f"{first['protocol']} · {title} · {count}", title_justify="left")
    for name in ("model", *(f"{metric}@{K}" for metric in METRICS), *LIST_METRICS):
        table.add_column(name, justify="left" if name == "model" else "right", no_wrap=True)
    for row in summary.to_dicts():
        accuracy = (f"{row[m]:.3f} \\[{row[f'{m}_low']:.3f} {row[f'{m}_high']:.3f}]" for m in METRICS)
        beyond = ("–" if row[name] is None else f"{row[name]:.3f}" for name in LIST_METRICS)
        table.add_row(row["model"], *accuracy, *beyond)
    return table

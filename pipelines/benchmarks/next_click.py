"""Protocols P2 and P3: the last article of each session, from a frozen state or from a live one.

P2 freezes the state when the session's window begins, P3 asks at the moment of the click before the
last; `docs/evaluation.md` says both to the letter. The lists are the service's own: requests go
through its engine, and carry what the session has read so far where the state cannot know it.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, get_args

import polars as pl
from rich.console import Console
from rich.progress import track

from pipelines.benchmarks import clicks
from pipelines.benchmarks.workers import one_thread_each
from pipelines.domains.news.session_windows import read_windows
from pipelines.encoding.dataset import encode_into
from pipelines.plan import Plan
from pipelines.stages.download import source_of
from script_shared.errors import SettingsError
from script_shared.evaluation.sessions import FIRST_WINDOW_MS, extract_sessions, sample_sessions
from script_shared.tables import Tables

Kind = Literal["published", "strict", "live", "live-delayed"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FROZEN: tuple[Kind, ...] = ("published", "strict")
LIVE: tuple[Kind, ...] = ("live", "live-delayed")

#: Every session's last click is stamped 30 s after the one before: its real time is unknown, and about
#: so much later.
DELAY_MS = 133_000
#: Where the state is frozen, models are fitted anew after a window when the data has grown by half, at
#: the latest after a day.
_LONGEST_BLOCK = 24


@dataclass(frozen=True, slots=True)
class Windows:
    """Which windows are asked for, and how.

    Attributes:
        numbers: of the windows.
        sessions: at most so many of each, drawn with a fixed seed.
        processes: so many blocks of windows at a time.
        windows_ms: when window 0 begins, ms UTC.
    """

    numbers: Sequence[int]
    sessions: int
    processes: int = 1
    windows_ms: int = FIRST_WINDOW_MS


def next_click(
    plan: Plan, uri: str, asked: Windows, kinds: Sequence[Kind]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Ask the service and a most-read list in every session of the windows.

    Args:
        plan: the domain's.
        uri: folder of Globo.com's clicks.
        asked: which windows.
        kinds: of the state: `FROZEN` or `LIVE`.

    Returns:
        Predictions (protocol, model, segment, cutoff, query_id, rank, item_id; `cutoff` is the
        window, `query_id` the session) and the sessions asked for.

    Raises:
        SettingsError: none of the windows holds a session.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        sessions = _prepare(plan, uri, folder, asked, kinds)
        held, live = sessions["window"].unique().sort().to_list(), kinds[0] in LIVE
        # Whatever is live shares its models: a delay is told to the state alone.
        together = [kinds] if live else [[kind] for kind in kinds]
        units = [(each, block) for block in reversed(blocks_of(held, live)) for each in together]
        work = clicks.Work(plan.domain.name, folder, asked.windows_ms)
        parts = _in_parallel(work, units, asked.processes)
    order = ["protocol", "model", "cutoff", "query_id", "rank"]
    return pl.concat(parts).sort(order), sessions


def _in_parallel(
    work: clicks.Work, units: Sequence[tuple[Sequence[Kind], Sequence[int]]], processes: int
) -> list[pl.DataFrame]:
    # Spawned, not forked: polars' threads do not survive a fork.
    pool = ProcessPoolExecutor(min(processes, len(units)), get_context("spawn"))
    with one_thread_each(), pool:
        begun = [pool.submit(clicks.ask, work, *unit) for unit in units]
        done = track(as_completed(begun), "windows", len(begun), console=Console(stderr=True))
        return [task.result() for task in done]


def blocks_of(windows: Sequence[int], live: bool) -> list[list[int]]:
    """Return windows that share their models: each its own where live, else neighbours."""
    if live:
        return [[window] for window in windows]
    blocks: list[list[int]] = []
    for window in windows:
        first = blocks[-1][0] if blocks else -_LONGEST_BLOCK
        if window - first < min(_LONGEST_BLOCK, max(first // 2, 1)):
            blocks[-1].append(window)
        else:
            blocks.append([window])
    return blocks


def _prepare(plan: Plan, uri: str, folder: Path, asked: Windows, kinds: Sequence[Kind]) -> pl.DataFrame:
    """Write refined tables with the times that each kind of state knows, and the sessions."""
    whole = read_windows(uri)
    sessions = sample_sessions(
        extract_sessions(whole.filter(pl.col("window").is_in(list(asked.numbers)))), asked.sessions
    )
    if sessions.is_empty():
        raise SettingsError("no window holds a session", where="--windows", remedy="choose others")
    sessions.write_parquet(folder / "sessions.parquet")
    source = source_of(plan, "globo")
    (folder / "raw").mkdir()
    source.acquire(uri, 1.0, folder / "raw")
    tables = source.refine(folder / "raw").tables
    began = whole.group_by("session_id").agg(pl.col("window").first())
    for kind in kinds:
        interactions = _dated(
            tables.interactions.join(began, on="session_id", how="left"), kind, asked.windows_ms
        )
        end = int(interactions["timestamp"].dt.epoch("ms")[-1]) + 1
        encode_into(folder / kind, plan, Tables(interactions, tables.items, tables.users), end)
    return sessions


def _dated(interactions: pl.DataFrame, kind: Kind, windows_ms: int) -> pl.DataFrame:
    """Return the reads at the times at which a kind of state hears of them, in order of time."""
    time = pl.col("timestamp")
    if kind == "published":
        # What a session clicks after its window is known when the window ends, as was published.
        end = pl.lit(windows_ms - 1) + (pl.col("window").cast(pl.Int64) + 1) * 3_600_000
        time = pl.min_horizontal(time, end.cast(pl.Datetime("ms")).dt.replace_time_zone("UTC"))
    if kind == "live-delayed":
        last = pl.col("timestamp") == pl.col("timestamp").max().over("session_id")
        time = pl.when(last).then(time + pl.duration(milliseconds=DELAY_MS)).otherwise(time)
    return interactions.with_columns(timestamp=time).drop("window").sort("timestamp", maintain_order=True)

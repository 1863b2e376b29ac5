"""Protocols P2 and P3: predict the last click of each session, from a frozen or a live state.

P2 freezes the state at the start of the session's window, P3 recommends at the time of the last click but
one; docs/evaluation.md defines both. The service's engine handles the requests, which contain the session's
clicks that are missing in the state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, get_args

import polars as pl

from pipelines.benchmarks import clicks
from pipelines.benchmarks.next_hour import refine_files
from pipelines.benchmarks.workers import run_parallel
from pipelines.domains.news.session_windows import read_windows
from pipelines.encoding.dataset import encode_dataset
from pipelines.plans.plan import Plan
from script_shared.errors import SettingsError
from script_shared.evaluation.sessions import FIRST_WINDOW_MS, extract_sessions, sample_sessions
from script_shared.tables import Tables

StateKind = Literal["published", "strict", "live", "live-delayed"]
STATE_KINDS: tuple[StateKind, ...] = get_args(StateKind)
FROZEN: tuple[StateKind, ...] = ("published", "strict")
LIVE: tuple[StateKind, ...] = ("live", "live-delayed")

#: The data set stamps every session's last click 30 s after the previous one; the typical real delay is
#: longer by this time.
LAST_CLICK_DELAY_MS = 133_000
#: With a frozen state, models are refitted when the data has grown by half, and at least after this many
#: windows, a day.
_MAX_BLOCK = 24


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """The windows of a benchmark.

    Attributes:
        numbers: the numbers of the windows.
        sessions: the maximum number of sessions in each window, sampled with a fixed seed.
        processes: the number of parallel blocks of windows.
        windows_ms: the start of window 0, ms UTC.
    """

    numbers: Sequence[int]
    sessions: int
    processes: int = 1
    windows_ms: int = FIRST_WINDOW_MS


def next_click(
    plan: Plan, uri: str, options: WindowOptions, kinds: Sequence[StateKind]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rank items for every session of the windows, with the service and the popularity baseline.

    Args:
        plan: the domain's plan.
        uri: folder of Globo.com's clicks.
        options: the windows.
        kinds: kinds of state: `FROZEN` or `LIVE`.

    Returns:
        Predictions (protocol, model, segment, cutoff, query_id, rank, item_id; `cutoff` is the
        window, `query_id` the session) and the sessions.

    Raises:
        SettingsError: the windows contain no session.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        sessions = _prepare(plan, uri, folder, options, kinds)
        windows, live = sessions["window"].unique().sort().to_list(), kinds[0] in LIVE
        # Live states share their models: the delay affects the state alone.
        groups = [kinds] if live else [[kind] for kind in kinds]
        tasks = [(group, block) for block in reversed(group_windows(windows, live)) for group in groups]
        shared = clicks.SharedInput(plan.domain.name, folder, options.windows_ms)
        parts = run_parallel(clicks.rank_windows, shared, tasks, options.processes, "windows")
    order = ["protocol", "model", "cutoff", "query_id", "rank"]
    return pl.concat(parts).sort(order), sessions


def group_windows(windows: Sequence[int], live: bool) -> list[list[int]]:
    """Return blocks of windows that share their models: single windows if live, else neighbours."""
    if live:
        return [[window] for window in windows]
    blocks: list[list[int]] = []
    for window in windows:
        first = blocks[-1][0] if blocks else -_MAX_BLOCK
        if window - first < min(_MAX_BLOCK, max(first // 2, 1)):
            blocks[-1].append(window)
        else:
            blocks.append([window])
    return blocks


def _prepare(
    plan: Plan, uri: str, folder: Path, options: WindowOptions, kinds: Sequence[StateKind]
) -> pl.DataFrame:
    """Write the encoded tables of each kind of state, and the sessions."""
    all_clicks = read_windows(uri)
    chosen = all_clicks.filter(pl.col("window").is_in(list(options.numbers)))
    sessions = sample_sessions(extract_sessions(chosen), options.sessions)
    if sessions.is_empty():
        raise SettingsError("the windows contain no session", where="--windows", remedy="choose others")
    sessions.write_parquet(folder / "sessions.parquet")
    tables = refine_files(plan, "globo", uri, folder).tables
    first_windows = all_clicks.group_by("session_id").agg(pl.col("window").first())
    windowed = tables.interactions.join(first_windows, on="session_id", how="left")
    for kind in kinds:
        interactions = _shift_times(windowed, kind, options.windows_ms)
        end = int(interactions["timestamp"].dt.epoch("ms")[-1]) + 1
        encode_dataset(folder / kind, plan, Tables(interactions, tables.items, tables.users), end)
    return sessions


def _shift_times(interactions: pl.DataFrame, kind: StateKind, windows_ms: int) -> pl.DataFrame:
    """Return the interactions with the times at which a kind of state receives them, in order of time."""
    time = pl.col("timestamp")
    if kind == "published":
        # In the published protocol, later clicks of a session are known at the end of its window.
        end = pl.lit(windows_ms - 1) + (pl.col("window").cast(pl.Int64) + 1) * 3_600_000
        time = pl.min_horizontal(time, end.cast(pl.Datetime("ms")).dt.replace_time_zone("UTC"))
    if kind == "live-delayed":
        last = pl.col("timestamp") == pl.col("timestamp").max().over("session_id")
        time = pl.when(last).then(time + pl.duration(milliseconds=LAST_CLICK_DELAY_MS)).otherwise(time)
    return interactions.with_columns(timestamp=time).drop("window").sort("timestamp", maintain_order=True)

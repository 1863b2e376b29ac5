"""The next-click protocol: the sessions to score, the clicks that a state may contain, and the metrics.

After Transformers4Rec (de Souza Pereira Moreira et al., RecSys 2021) on the Globo.com clicks: a window
contains the sessions that begin within one hour; the last item of each session is its target.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import polars as pl

from script_shared.clock import MS_PER_HOUR
from script_shared.evaluation.intervals import bootstrap_means, interval
from script_shared.types import FloatArray

#: Start of window 0 of the Globo.com clicks: 2017-10-01 02:36:20 UTC.
FIRST_WINDOW_MS = 1_506_825_380_000
LONGEST = 20
K = 20
METRICS = ("hit_rate", "ndcg")

Kind = Literal["published", "strict"]
KINDS: tuple[Kind, ...] = ("published", "strict")


def window_start(window: int, first_window_ms: int = FIRST_WINDOW_MS) -> int:
    """Return the start of a window, ms UTC."""
    return first_window_ms + window * MS_PER_HOUR


def extract_sessions(clicks: pl.DataFrame) -> pl.DataFrame:
    """Return the sessions to score, one row each, sorted by window and session id.

    Repeated clicks of an item are dropped, then sessions with one click, then clicks after the first 20.
    The last item of a session is its target, the items before it are the input.

    Args:
        clicks: window, session_id, user_id, item_id, timestamp and any context columns; simultaneous
            clicks of a session are in order.

    Returns:
        window, session_id, user_id, the context columns of the first click, and the lists
        `items` and `times`.
    """
    once = clicks.sort("timestamp", maintain_order=True).unique(
        ["window", "session_id", "item_id"], keep="first", maintain_order=True
    )
    listed = pl.col("item_id", "timestamp")
    grouped = once.group_by("window", "session_id", maintain_order=True).agg(
        pl.exclude("item_id", "timestamp").first(), listed.head(LONGEST)
    )
    scored = grouped.rename({"item_id": "items", "timestamp": "times"}).filter(pl.col("items").list.len() > 1)
    return scored.sort("window", pl.col("session_id").str.len_bytes(), "session_id")


def sample_sessions(sessions: pl.DataFrame, limit: int) -> pl.DataFrame:
    """Return a random sample of each window's sessions, with a fixed seed, in their order.

    Args:
        sessions: the result of `extract_sessions`.
        limit: maximum number of sessions a window, at least 1.
    """
    numbered = sessions.with_row_index("row")
    drawn = [part.sample(min(limit, len(part)), seed=0) for part in numbered.partition_by("window")]
    return pl.concat([numbered.clear(), *drawn]).sort("row").drop("row")


def session_targets(sessions: pl.DataFrame) -> pl.DataFrame:
    """Return the target of each session: cutoff (the window), query_id, item_id."""
    return sessions.select(
        cutoff=pl.col("window").cast(pl.Int64), query_id="session_id", item_id=pl.col("items").list.last()
    )


def clicks_before(
    clicks: pl.DataFrame, window: int, kind: Kind, first_window_ms: int = FIRST_WINDOW_MS
) -> pl.DataFrame:
    """Return the clicks that the state contains at the start of a window, in order of time.

    - published: all clicks of the sessions of earlier windows; later clicks get the start of the window as
      their time. This leaks future clicks, as the published results do.
    - strict: of these, only the clicks before the start of the window.

    Args:
        clicks: `window`, `timestamp` and other columns.
        window: number of the window.
        kind: published or strict.
        first_window_ms: start of window 0, ms UTC.
    """
    start = pl.lit(window_start(window, first_window_ms)).cast(pl.Datetime("ms")).dt.replace_time_zone("UTC")
    earlier = clicks.filter(pl.col("window") < window)
    if kind == "strict":
        earlier = earlier.filter(pl.col("timestamp") < start)
    return earlier.with_columns(pl.min_horizontal("timestamp", start)).sort("timestamp", maintain_order=True)


def score_lists(predictions: pl.DataFrame, targets: pl.DataFrame) -> pl.DataFrame:
    """Score every model on every session; a target that is not in the list is a miss.

    Args:
        predictions: protocol, model, cutoff, query_id, rank (from 1), item_id. A session without a list is a
            miss too, if the model has a list for another session of the window.
        targets: the result of `session_targets`.

    Returns:
        protocol, model, cutoff, query_id, hit_rate and ndcg = 1 / log2(rank + 1), both at 20.
    """
    scored = predictions.select("protocol", "model", "cutoff").unique(maintain_order=True)
    hits = predictions.filter(pl.col("rank") <= K).join(targets, on=["cutoff", "query_id", "item_id"])
    key = ["protocol", "model", "cutoff", "query_id"]
    rows = scored.join(targets, on="cutoff", maintain_order="left_right").join(
        hits.select(*key, "rank"), on=key, how="left", maintain_order="left"
    )
    gain = 1 / (pl.col("rank") + 1).log(2)
    return rows.select(*key, hit_rate=pl.col("rank").is_not_null().cast(pl.Float64), ndcg=gain.fill_null(0.0))


def summarise_sessions(scores: pl.DataFrame, metrics: Sequence[str] = METRICS) -> pl.DataFrame:
    """Return one row a model: means per window, then over windows, with 95 % intervals.

    Args:
        scores: protocol, model, cutoff, query_id and the metrics, of one protocol; all models
            were scored on the same sessions.
        metrics: columns to average.

    Returns:
        protocol, model, windows, sessions and, for each metric, itself, its `_low` and its `_high`.

    Raises:
        ValueError: the models were not scored on the same sessions.
    """
    models = scores["model"].unique(maintain_order=True).to_list()
    parts = scores.sort("cutoff", "query_id", maintain_order=True).partition_by("cutoff")
    groups = [_matrix(part, models, metrics) for part in parts]
    shape = (len(models), len(metrics))
    means = np.mean([group.mean(axis=0) for group in groups], axis=0).reshape(shape)
    low, high = interval(bootstrap_means(groups)).reshape(2, *shape)
    columns: dict[str, FloatArray] = {}
    for index, metric in enumerate(metrics):
        ends = (means[:, index], low[:, index], high[:, index])
        columns |= dict(zip((metric, f"{metric}_low", f"{metric}_high"), ends, strict=True))
    return pl.DataFrame({"model": models, **columns}).select(
        pl.lit(scores["protocol"][0]).alias("protocol"),
        "model",
        pl.lit(len(groups)).alias("windows"),
        pl.lit(sum(map(len, groups))).alias("sessions"),
        *columns,
    )


def _matrix(part: pl.DataFrame, models: Sequence[str], metrics: Sequence[str]) -> FloatArray:
    """Return one row a session, the metrics of the first model, then those of the second, and so on."""
    place = pl.col("model").replace_strict(models, range(len(models)), return_dtype=pl.Int64)
    ordered = part.with_columns(place=place).sort("query_id", "place")
    if ordered["place"].to_list() != list(range(len(models))) * part["query_id"].n_unique():
        raise ValueError(f"the models were not scored on the same sessions of window {part['cutoff'][0]}")
    return ordered.select(metrics).to_numpy().reshape(-1, len(models) * len(metrics))

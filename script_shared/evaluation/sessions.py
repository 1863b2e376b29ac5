"""The next click of a session: which sessions count, what the state may hold, and how a list is scored.

After the protocol of Transformers4Rec (de Souza Pereira Moreira et al., RecSys 2021) on Globo.com's
clicks: window W holds the sessions that began in an hour; the last article of each is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import polars as pl

from script_shared.clock import MS_PER_HOUR
from script_shared.evaluation.intervals import bootstrap_means, interval
from script_shared.types import FloatArray

#: Window 0 of Globo.com's clicks begins at 2017-10-01 02:36:20 UTC.
WINDOWS_MS = 1_506_825_380_000
LONGEST = 20
K = 20
METRICS = ("hit_rate", "ndcg")

Kind = Literal["published", "strict"]
KINDS: tuple[Kind, ...] = ("published", "strict")


def now_of(window: int, windows_ms: int = WINDOWS_MS) -> int:
    """Return the moment at which a window begins, ms UTC."""
    return windows_ms + window * MS_PER_HOUR


def sessions_of(clicks: pl.DataFrame) -> pl.DataFrame:
    """Return the sessions that are scored, a row each, by window and in the order of their ids.

    Of each session the first click of each article is kept; sessions left with fewer than two
    are dropped; the first 20 are kept. The last item is the target, those before it the input.

    Args:
        clicks: window, session_id, user_id, item_id, timestamp and any context columns; clicks of
            a session at the same moment are in order.

    Returns:
        window, session_id, user_id, the context columns of the first click, and the lists
        `items` and `times`.
    """
    once = clicks.sort("timestamp", maintain_order=True).unique(
        ["window", "session_id", "item_id"], keep="first", maintain_order=True
    )
    apart = pl.col("item_id", "timestamp")
    whole = once.group_by("window", "session_id", maintain_order=True).agg(
        pl.exclude("item_id", "timestamp").first(), apart.head(LONGEST)
    )
    scored = whole.rename({"item_id": "items", "timestamp": "times"}).filter(pl.col("items").list.len() > 1)
    return scored.sort("window", pl.col("session_id").str.len_bytes(), "session_id")


def thin_sessions(sessions: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return at most so many sessions of each window, drawn with a fixed seed, in their order.

    Args:
        sessions: what `sessions_of` gave.
        most: at least 1.
    """
    numbered = sessions.with_row_index("place")
    drawn = [part.sample(min(most, len(part)), seed=0) for part in numbered.partition_by("window")]
    return pl.concat([numbered.clear(), *drawn]).sort("place").drop("place")


def targets_of(sessions: pl.DataFrame) -> pl.DataFrame:
    """Return what each session is asked for: cutoff (the window), query_id, item_id."""
    return sessions.select(
        cutoff=pl.col("window").cast(pl.Int64), query_id="session_id", item_id=pl.col("items").list.last()
    )


def reads_before(clicks: pl.DataFrame, window: int, kind: Kind, windows_ms: int = WINDOWS_MS) -> pl.DataFrame:
    """Return the clicks that a state holds when a window begins, in order of time.

    - published: the whole sessions of earlier windows; what of them comes later is dated now. A leak,
      but what was published has it.
    - strict: of these, the clicks before now.

    Args:
        clicks: with `window` and `timestamp`.
        window: which.
        kind: of the state.
        windows_ms: when window 0 begins, ms UTC.
    """
    now = pl.lit(now_of(window, windows_ms)).cast(pl.Datetime("ms")).dt.replace_time_zone("UTC")
    earlier = clicks.filter(pl.col("window") < window)
    if kind == "strict":
        earlier = earlier.filter(pl.col("timestamp") < now)
    return earlier.with_columns(pl.min_horizontal("timestamp", now)).sort("timestamp", maintain_order=True)


def score_lists(predictions: pl.DataFrame, targets: pl.DataFrame) -> pl.DataFrame:
    """Score every model on every session; a target that no list holds is a miss.

    Args:
        predictions: protocol, model, cutoff, query_id, rank (from 1), item_id; a session that a
            model gave no list for is a miss too, wherever the model answered others of the window.
        targets: what `targets_of` gave.

    Returns:
        protocol, model, cutoff, query_id, hit_rate and ndcg = 1 / log2(rank + 1), both at 20.
    """
    asked = predictions.select("protocol", "model", "cutoff").unique(maintain_order=True)
    hits = predictions.filter(pl.col("rank") <= K).join(targets, on=["cutoff", "query_id", "item_id"])
    key = ["protocol", "model", "cutoff", "query_id"]
    found = asked.join(targets, on="cutoff", maintain_order="left_right").join(
        hits.select(*key, "rank"), on=key, how="left", maintain_order="left"
    )
    gain = 1 / (pl.col("rank") + 1).log(2)
    return found.select(
        *key, hit_rate=pl.col("rank").is_not_null().cast(pl.Float64), ndcg=gain.fill_null(0.0)
    )


def summarise_sessions(scores: pl.DataFrame, metrics: Sequence[str] = METRICS) -> pl.DataFrame:
    """Return a row a model: means per window, then over windows, with 95 % intervals.

    Args:
        scores: protocol, model, cutoff, query_id and the metrics, of one protocol; every model was
            scored on the same sessions.
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
    for place, metric in enumerate(metrics):
        ends = (means[:, place], low[:, place], high[:, place])
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

"""What each part of a segment's model is worth, and what it costs.

    python -m benchmarks ablation --uri /path/to/g1 --out out/ablation

A part's worth is what training measures to choose the parts: NDCG@10 of lists held out, with all parts less
without this one, and its standard error (the same lists, in pairs). Its costs are the time for
fitting it and, a request, for naming items and for describing those that all parts named (medians). The
moments are cut-offs of protocol P1 below 200. Writes ablation.csv.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, TypeVar, cast

import numpy as np
import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.cutoff import Cutoff
from benchmarks.next_hour import refine
from pipelines.benchmarks.commands import parse_numbers
from pipelines.benchmarks.next_hour import HourOptions
from pipelines.benchmarks.workers import use_single_threads
from pipelines.stages.train import build_segment_filter
from script_shared.dataset import Dataset
from script_shared.evaluation.ranking import K
from script_shared.models.base import Component
from script_shared.models.ranking.scorer import Scorer
from script_shared.models.two_stage import TwoStageRecommender
from script_shared.segments import find
from script_shared.state.state import State
from script_shared.types import FeatureArray, IntArray, Query

CUTOFFS = "58,108,158"
SEGMENTS = ("logged", "semi_logged", "anonymous")
FIGURES = ("gain", "error", "kept", "fit_s", "named", "us")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """Readers of an hour, the state when it begins, and the items that the whole model names for each."""

    queries: Sequence[Query]
    state: State
    named: Sequence[IntArray]


def parts(unit: tuple[int, str], folder: Path, as_of_ms: int, users: int) -> list[dict[str, Any]]:
    """Fit a segment's model before a cut-off; return a row for each of its parts.

    Args:
        unit: the cut-off, ms UTC, and the segment.
        folder: of refined tables.
        as_of_ms: where their reads end.
        users: at most so many are asked for.
    """
    cutoff_ms, name = unit
    cutoff = Cutoff(folder, as_of_ms, cutoff_ms)
    segment = find(cutoff.segments, name)
    model, candidates = (
        cast(TwoStageRecommender, segment.make_model()),
        cast(TwoStageRecommender, segment.make_model()).components,
    )
    _, fit_s = _timed(lambda: model.fit(cutoff.past, build_segment_filter(cutoff.segments, segment)))
    state = cutoff.state
    queries = [each.query for each in cutoff.samples(segment, users)]
    asked = Asked(queries, state, [model.retrieve(query, state)[0] for query in queries])
    rows = [*(_part(part, model, cutoff.past, asked) for part in candidates), *_ranking(model, asked, fit_s)]
    return [{"segment": name, "cutoff": cutoff_ms} | row for row in rows]


def _part(part: Component, model: TwoStageRecommender, past: Dataset, asked: Asked) -> dict[str, Any]:
    _, fit_s = _timed(lambda: part.fit(past, asked.state))
    retrieve, describe, named = [], [], []
    for query, items in zip(asked.queries, asked.named, strict=True):
        found, cost = _timed(partial(part.retrieve, query, asked.state, model.asked_of(part)))
        retrieve.append(cost)
        describe.append(_timed(partial(part.features, query, asked.state, items))[1])
        named.append(len(found))
    worth = model.worth.get(part.name)
    return {
        "part": part.name,
        "gain": worth and worth.gain,
        "error": worth and worth.error,
        "kept": float(part.name in [each.name for each in model.components]),
        "fit_s": fit_s,
        "named": float(np.mean(named)),
        "us": 1e6 * float(np.median(retrieve) + np.median(describe)),
    }


def _ranking(model: TwoStageRecommender, asked: Asked, fit_s: float) -> Iterator[dict[str, Any]]:
    """Give the rows of what orders the items, and of everything together."""
    pairs = list(zip(asked.queries, asked.named, strict=True))
    features = [model.features(query, asked.state, items) for query, items in pairs]
    told = model.ranking.dump().document.get("held_out_ndcg", {"weights": 0.0, "with_trees": 0.0})
    trees = model.ranking.trees
    both = _us_of_scores(model.ranking, features)
    model.ranking.trees = None
    alone = _us_of_scores(model.ranking, features)
    model.ranking.trees = trees
    gain = told["with_trees"] - told["weights"]
    whole = [_timed(partial(model.recommend, query, asked.state, K))[1] for query in asked.queries]
    yield {"part": "weights", "kept": 1.0, "us": alone}
    yield {"part": "trees", "gain": gain, "kept": float(trees is not None), "us": both - alone}
    named = float(np.mean([len(items) for items in asked.named]))
    yield {"part": "everything", "fit_s": fit_s, "named": named, "us": 1e6 * float(np.median(whole))}


def _us_of_scores(ranking: Scorer, features: Sequence[FeatureArray]) -> float:
    return 1e6 * float(np.median([_timed(partial(ranking.score, each))[1] for each in features]))


def _timed(call: Callable[[], T]) -> tuple[T, float]:
    """Return what a call gives, and how many seconds it took."""
    began = time.perf_counter()
    given = call()
    return given, time.perf_counter() - began


def summarise(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Return a row a segment and part: means over cut-offs, medians of what costs time."""
    columns = {"segment": pl.String, "part": pl.String, "cutoff": pl.Int64} | dict.fromkeys(
        FIGURES, pl.Float64
    )
    means = [pl.col(name).mean() for name in ("gain", "kept", "named")]
    error = (pl.col("error") ** 2).sum().sqrt() / pl.len()
    medians = [pl.col(name).median() for name in ("fit_s", "us")]
    by_part = pl.DataFrame(rows, columns).group_by("segment", "part", maintain_order=True)
    return by_part.agg(*means, error, *medians).select("segment", "part", *FIGURES)


def show(table: pl.DataFrame) -> Iterator[Table]:
    """Give a table a segment for the terminal."""
    for (segment,), own in table.group_by("segment", maintain_order=True):
        shown = Table(
            "part", "NDCG@10 it adds", "kept", "fit s", "items named", "µs a request", title=str(segment)
        )
        for row in own.to_dicts():
            gain = "–" if row["gain"] is None else f"{row['gain']:+.4f}"
            error = f" ± {row['error']:.4f}" if row["error"] else ""
            plain = (
                _plain(row[name], form)
                for name, form in (("kept", ".0%"), ("fit_s", ".2f"), ("named", ".0f"))
            )
            shown.add_row(row["part"], gain + error, *plain, _plain(row["us"], ",.0f"))
        yield shown


def _plain(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def main(
    uri: Annotated[str, typer.Option(help="folder of Globo.com's clicks")],
    out: Annotated[Path, typer.Option(help="where the table goes")] = Path("out/ablation"),
    cutoffs: Annotated[str, typer.Option(help="hours of P1")] = CUTOFFS,
    readers: Annotated[int, typer.Option(min=1, help="of each segment and cut-off, at most")] = 300,
    processes: Annotated[int, typer.Option(min=1, help="models at a time; one for times to trust")] = 1,
) -> None:
    """Fit the models, and show what their parts are worth and cost."""
    moments = HourOptions(parse_numbers(cutoffs, "--cutoffs")).cutoffs_ms
    units = list(product(moments, SEGMENTS))
    with TemporaryDirectory() as name:
        told = {"folder": Path(name), "as_of_ms": refine(uri, Path(name)), "users": readers}
        pool = ProcessPoolExecutor(min(processes, len(units)), get_context("spawn"))
        with use_single_threads(), pool:
            rows = [row for own in pool.map(partial(parts, **told), units) for row in own]
    table = summarise(rows)
    out.mkdir(parents=True, exist_ok=True)
    table.write_csv(out / "ablation.csv")
    Console().print(*show(table))

"""The gain and the cost of each component of a segment's model.

    python -m benchmarks ablation --uri /path/to/g1 --out out/ablation

The gain of a component is the one by which training selects components: NDCG@10 of held-out lists with all
components minus the same without this one, and its paired standard error. The costs are the time to fit it
and, per request, the median time to retrieve its items and to compute its features of the retrieved items of
all components. The moments are cut-offs of protocol P1 below 200. Writes ablation.csv.
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

from benchmarks.quality.cutoff import Cutoff
from benchmarks.quality.next_hour import refine
from pipelines.benchmarks.commands import parse_numbers
from pipelines.benchmarks.next_hour import HourOptions
from pipelines.benchmarks.workers import use_single_threads
from pipelines.stages.train import build_segment_filter
from script_shared.dataset import Dataset
from script_shared.evaluation.ranking import K
from script_shared.models.base import Component
from script_shared.models.ranking.scorer import Scorer
from script_shared.models.two_stage import TwoStageRecommender
from script_shared.segments import find_segment
from script_shared.state.state import State
from script_shared.types import FeatureArray, IntArray, Query

CUTOFFS = "58,108,158"
SEGMENTS = ("logged", "semi_logged", "anonymous")
MEASURES = ("gain", "error", "kept", "fit_s", "retrieved", "us")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Workload:
    """Queries of an hour, the state at its start, and the items that the whole model retrieves for each."""

    queries: Sequence[Query]
    state: State
    retrieved: Sequence[IntArray]


def measure_components(
    unit: tuple[int, str], folder: Path, as_of_ms: int, users: int
) -> list[dict[str, Any]]:
    """Fit a segment's model before a cut-off; return one row per component.

    Args:
        unit: the cut-off, ms UTC, and the segment.
        folder: of refined tables.
        as_of_ms: end of their interactions, ms UTC.
        users: maximum number of queries.
    """
    cutoff_ms, name = unit
    cutoff = Cutoff(folder, as_of_ms, cutoff_ms)
    segment = find_segment(cutoff.segments, name)
    model = cast(TwoStageRecommender, segment.make_model())
    components = cast(TwoStageRecommender, segment.make_model()).components
    _, fit_s = _time(lambda: model.fit(cutoff.past, build_segment_filter(cutoff.segments, segment)))
    state = cutoff.state
    queries = [sample.query for sample in cutoff.samples(segment, users)]
    workload = Workload(queries, state, [model.retrieve(query, state)[0] for query in queries])
    rows = [_measure_component(component, model, cutoff.past, workload) for component in components]
    rows += _measure_ranking(model, workload, fit_s)
    return [{"segment": name, "cutoff": cutoff_ms} | row for row in rows]


def _measure_component(
    component: Component, model: TwoStageRecommender, past: Dataset, workload: Workload
) -> dict[str, Any]:
    state, limit = workload.state, model.retrieval_limit(component)
    _, fit_s = _time(lambda: component.fit(past, state))
    retrieval_s, feature_s, counts = [], [], []
    for query, items in zip(workload.queries, workload.retrieved, strict=True):
        retrieved, seconds = _time(partial(component.retrieve, query, state, limit))
        retrieval_s.append(seconds)
        feature_s.append(_time(partial(component.features, query, state, items))[1])
        counts.append(len(retrieved))
    contribution = model.contributions.get(component.name)
    return {
        "part": component.name,
        "gain": contribution and contribution.gain,
        "error": contribution and contribution.error,
        "kept": float(component.name in [kept.name for kept in model.components]),
        "fit_s": fit_s,
        "retrieved": float(np.mean(counts)),
        "us": 1e6 * float(np.median(retrieval_s) + np.median(feature_s)),
    }


def _measure_ranking(
    model: TwoStageRecommender, workload: Workload, fit_s: float
) -> Iterator[dict[str, Any]]:
    """Yield the rows of the ranking by weights, of the trees on top, and of the whole model."""
    pairs = list(zip(workload.queries, workload.retrieved, strict=True))
    features = [model.features(query, workload.state, items) for query, items in pairs]
    ndcg = model.scorer.dump().document.get("held_out_ndcg", {"weights": 0.0, "with_trees": 0.0})
    trees = model.scorer.trees
    with_trees = _score_us(model.scorer, features)
    model.scorer.trees = None
    without_trees = _score_us(model.scorer, features)
    model.scorer.trees = trees
    gain = ndcg["with_trees"] - ndcg["weights"]
    seconds = [_time(partial(model.recommend, query, workload.state, K))[1] for query in workload.queries]
    yield {"part": "weights", "kept": 1.0, "us": without_trees}
    yield {
        "part": "trees",
        "gain": gain,
        "kept": float(trees is not None),
        "us": with_trees - without_trees,
    }
    retrieved = float(np.mean([len(items) for items in workload.retrieved]))
    yield {
        "part": "everything",
        "fit_s": fit_s,
        "retrieved": retrieved,
        "us": 1e6 * float(np.median(seconds)),
    }


def _score_us(ranking: Scorer, features: Sequence[FeatureArray]) -> float:
    return 1e6 * float(np.median([_time(partial(ranking.score, matrix))[1] for matrix in features]))


def _time(call: Callable[[], T]) -> tuple[T, float]:
    """Return the result of a call and its seconds."""
    start = time.perf_counter()
    result = call()
    return result, time.perf_counter() - start


def summarise(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Return one row per segment and component: means over cut-offs, medians of times."""
    columns = {"segment": pl.String, "part": pl.String, "cutoff": pl.Int64} | dict.fromkeys(
        MEASURES, pl.Float64
    )
    means = [pl.col(name).mean() for name in ("gain", "kept", "retrieved")]
    error = (pl.col("error") ** 2).sum().sqrt() / pl.len()
    medians = [pl.col(name).median() for name in ("fit_s", "us")]
    by_component = pl.DataFrame(rows, columns).group_by("segment", "part", maintain_order=True)
    return by_component.agg(*means, error, *medians).select("segment", "part", *MEASURES)


def layout(summary: pl.DataFrame) -> Iterator[Table]:
    """Yield one table per segment for the terminal."""
    headings = ("part", "NDCG@10 gain", "kept", "fit s", "items retrieved", "µs per request")
    for (segment,), rows in summary.group_by("segment", maintain_order=True):
        table = Table(*headings, title=str(segment))
        for row in rows.to_dicts():
            gain = _format(row["gain"], "+.4f")
            error = f" ± {row['error']:.4f}" if row["error"] else ""
            formats = {"kept": ".0%", "fit_s": ".2f", "retrieved": ".0f", "us": ",.0f"}
            cells = (_format(row[name], form) for name, form in formats.items())
            table.add_row(row["part"], gain + error, *cells)
        yield table


def _format(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def main(
    uri: Annotated[str, typer.Option(help="folder of Globo.com's clicks")],
    out: Annotated[Path, typer.Option(help="folder for the table")] = Path("out/ablation"),
    cutoffs: Annotated[str, typer.Option(help="hours of P1")] = CUTOFFS,
    users: Annotated[int, typer.Option(min=1, help="maximum per segment and cut-off")] = 300,
    processes: Annotated[
        int, typer.Option(min=1, help="models in parallel; times are reliable with 1 only")
    ] = 1,
) -> None:
    """Fit the models, and print the gains and costs of their components."""
    moments = HourOptions(parse_numbers(cutoffs, "--cutoffs")).cutoffs_ms
    units = list(product(moments, SEGMENTS))
    with TemporaryDirectory() as name:
        folder = Path(name)
        measure = partial(measure_components, folder=folder, as_of_ms=refine(uri, folder), users=users)
        pool = ProcessPoolExecutor(min(processes, len(units)), get_context("spawn"))
        with use_single_threads(), pool:
            rows = [row for unit_rows in pool.map(measure, units) for row in unit_rows]
    summary = summarise(rows)
    out.mkdir(parents=True, exist_ok=True)
    summary.write_csv(out / "ablation.csv")
    Console().print(*layout(summary))

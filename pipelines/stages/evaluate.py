"""Refits a run's configuration at an earlier moment and scores the hour that followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl
import structlog

from pipelines.plan import Plan
from pipelines.stages.loading import load_dataset
from pipelines.stages.train import serves
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset
from script_shared.domain import Domain, Parameters
from script_shared.evaluation.comparison import SERVED
from script_shared.evaluation.ranking import K, score_list
from script_shared.inference.engine import Ranker
from script_shared.models.base import Recommender
from script_shared.models.popularity import MostRead, MostReadEver
from script_shared.models.samples import Sample, draw
from script_shared.partitions import write_partition
from script_shared.segments import Segment
from script_shared.state.state import State
from script_shared.types import Query
from script_shared.volume import Volume

_LOG = structlog.get_logger(__name__)

_Rank = Callable[[Query, int], Sequence[int]]


def evaluate(plan: Plan, volume: Volume, run: str, hours_before: int, readers: int) -> dict[str, Any]:
    """Score the hour that began `hours_before` hours before `as_of`.

    Writes per-reader scores and the lists themselves to `evaluation/cutoffs/<run>/<hours_before>`.

    Args:
        plan: the domain's.
        volume: where the run lies.
        run: its name.
        hours_before: at least 1.
        readers: at most so many of each segment, drawn with a fixed seed.
    """
    dataset, parameters = load_dataset(plan, volume, run)
    cutoff = dataset.as_of_ms - hours_before * MS_PER_HOUR
    scores, predictions = score_hour(plan.domain, parameters, dataset, cutoff, readers)
    with write_partition(volume.evaluation / "cutoffs" / run, str(hours_before)) as folder:
        scores.write_parquet(folder / "scores.parquet")
        predictions.write_parquet(folder / "predictions.parquet")
    _LOG.info("evaluated", run=run, hours_before=hours_before, readers=scores["query_id"].n_unique())
    return {"hours_before": hours_before, "readers": scores["query_id"].n_unique()}


def score_hour(
    domain: Domain, parameters: Parameters, dataset: Dataset, cutoff_ms: int, readers: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Fit every segment's model before a cut-off; score it and the baselines on the hour after.

    Returns:
        Scores (segment, model, cutoff, query_id and the metrics) and predictions
        (protocol, model, segment, cutoff, query_id, rank, item_id); `cutoff` in ms UTC.
    """
    past = dataset.before(cutoff_ms)
    segments = domain.segments(parameters)
    models = {each.name: _fitted(past, segments, each) for each in segments}
    state = State.of(past, domain.state(parameters))
    ranker = Ranker(models, past.newest_items())
    following = dataset.interactions.between(cutoff_ms, cutoff_ms + MS_PER_HOUR)
    scores, predictions = [], []
    for segment in segments:
        samples = draw(past, state, following, serves(segments, segment), readers)
        for name, rank in _contestants(segment, ranker, state, past).items():
            rows, lists = _score(samples, rank, dataset)
            label = {"model": name, "segment": segment.name, "cutoff": cutoff_ms}
            scores += [label | row for row in rows]
            predictions += [{"protocol": "next-hour"} | label | row for row in lists]
    return pl.DataFrame(scores), pl.DataFrame(predictions)


def _fitted(past: Dataset, segments: Sequence[Segment], segment: Segment) -> Recommender:
    model = segment.make_model()
    model.fit(past, serves(segments, segment))
    return model


def _contestants(segment: Segment, ranker: Ranker, state: State, past: Dataset) -> Mapping[str, _Rank]:
    """Name what is compared: the service's own answer, and front-page lists."""
    baselines: dict[str, Recommender] = {
        f"most_read_{hours:g}h": MostRead(row) for row, hours in enumerate(state.parameters.half_lives)
    }
    baselines["most_read_ever"] = MostReadEver(past)
    listed = {name: _ranking(model, state) for name, model in baselines.items()}
    return {SERVED: lambda query, n: [x.item for x in ranker.rank(segment, query, state, n)[0]], **listed}


def _ranking(model: Recommender, state: State) -> _Rank:
    return lambda query, n: [x.item for x in model.recommend(query, state, n)]


def _score(
    samples: Sequence[Sample], rank: _Rank, dataset: Dataset
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    rows, lists = [], []
    for sample in samples:
        ranked = rank(sample.query, K)
        reader = {"query_id": dataset.users[sample.query.user]}
        rows.append(reader | score_list(ranked, set(sample.targets.tolist())))
        lists += [reader | {"rank": r, "item_id": dataset.items[i]} for r, i in enumerate(ranked, start=1)]
    return rows, lists

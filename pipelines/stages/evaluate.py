"""Refits a run's configuration at an earlier time and evaluates it on the period that followed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import structlog

from pipelines.plans.plan import Plan
from pipelines.stages.artifacts import load_dataset
from pipelines.stages.champion_refit import find_champion_refit
from pipelines.stages.train import build_segment_filter
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset
from script_shared.domain import Domain, Parameters
from script_shared.errors import NotEnoughDataError
from script_shared.evaluation.comparison import CHAMPION_REFITTED, SERVED
from script_shared.evaluation.ranking import METRICS, K, score_list
from script_shared.inference.segment_models import SegmentModels
from script_shared.models.base import Recommender
from script_shared.models.components.popularity import MostPopular, MostPopularEver
from script_shared.models.ranking.state_replay import build_state
from script_shared.models.ranking.training_samples import TrainingSample, draw_user_samples
from script_shared.segments import Segment, assign_segment, find_segment
from script_shared.state.state import State
from script_shared.storage.partitions import write_partition
from script_shared.storage.volume import Volume
from script_shared.types import Query, User

_LOG = structlog.get_logger(__name__)

SCORE_SCHEMA = {
    "segment": pl.String,
    "model": pl.String,
    "cutoff": pl.Int64,
    "query_id": pl.String,
} | dict.fromkeys(METRICS, pl.Float64)
PREDICTION_SCHEMA = {
    "protocol": pl.String,
    "model": pl.String,
    "segment": pl.String,
    "cutoff": pl.Int64,
    "query_id": pl.String,
    "rank": pl.Int64,
    "item_id": pl.String,
}
#: A frame of scores, one row per user and model, and a frame of predictions, in the schemas above.
ScoresAndPredictions = tuple[pl.DataFrame, pl.DataFrame]
#: Ranks the n best items for a query.
_Ranker = Callable[[Query, int], Sequence[int]]


def evaluate(
    plan: Plan, volume: Volume, run: str, hours_before: int, segment: str, users: int
) -> dict[str, Any]:
    """Evaluate one segment on the period that began `hours_before` hours before `as_of`.

    Writes scores per user and predictions to `evaluation/cutoffs/<run>/<hours_before>-<segment>`. If the
    champion has a different configuration, that is refitted and evaluated too.

    Args:
        plan: the domain's plan.
        volume: where the run is stored.
        run: id of the run.
        hours_before: at least 1.
        segment: name of the segment.
        users: the maximum number of users, sampled with a fixed seed.

    Returns:
        The arguments, and the number of users that were evaluated.

    Raises:
        SettingsError: the domain has no such segment.
    """
    dataset, parameters = load_dataset(volume, run)
    cutoff = dataset.as_of_ms - hours_before * MS_PER_HOUR
    champion = find_champion_refit(plan, volume, parameters)
    period = PeriodEvaluation(plan.domain, parameters, dataset, cutoff, segment, users)
    scores, predictions = period.run(champion.parameters)
    with write_partition(volume.evaluation / "cutoffs" / run, f"{hours_before}-{segment}") as folder:
        scores.write_parquet(folder / "scores.parquet")
        predictions.write_parquet(folder / "predictions.parquet")
        champion.write(folder)
    facts = {"hours_before": hours_before, "segment": segment, "users": scores["query_id"].n_unique()}
    _LOG.info("evaluated", run=run, **facts)
    return facts


@dataclass(frozen=True)
class PeriodEvaluation:
    """The evaluation of one segment on one period, for news an hour.

    Attributes:
        domain: provides the segments and the length of the period.
        parameters: the configuration to fit on the data before the period.
        dataset: all data, the period included.
        cutoff_ms: the start of the period, ms UTC.
        segment: name of the segment.
        users: the maximum number of users.
    """

    domain: Domain
    parameters: Parameters
    dataset: Dataset
    cutoff_ms: int
    segment: str
    users: int

    def run(self, champion: Parameters | None = None) -> ScoresAndPredictions:
        """Score the service, the baselines and, if given, the champion's configuration.

        Returns:
            Scores (segment, model, cutoff, query_id and the metrics) and predictions
            (protocol, model, segment, cutoff, query_id, rank, item_id); `cutoff` in ms UTC.
        """
        past = self.dataset.before(self.cutoff_ms)
        segments = self.domain.segments(self.parameters)
        chosen = find_segment(segments, self.segment)
        state = build_state(past, self.domain.state(self.parameters))
        models = SegmentModels(LazyModels(past, segments), past.newest_items())
        end_ms = self.cutoff_ms + self.domain.period_ms
        following = self.dataset.interactions.between(self.cutoff_ms, end_ms)
        accepts = build_segment_filter(segments, chosen)
        samples = draw_user_samples(past, state, following, self.cutoff_ms, accepts, self.users)
        rankers = dict(_build_rankers(chosen, models, state, past))
        if champion is not None:
            rankers[CHAMPION_REFITTED] = _build_service_ranker(self.domain, champion, past)
        return self._score_rankers(samples, rankers)

    def _score_rankers(
        self, samples: Sequence[TrainingSample], rankers: Mapping[str, _Ranker]
    ) -> ScoresAndPredictions:
        scores, predictions = [], []
        for name, rank in rankers.items():
            score_rows, prediction_rows = _score_ranker(samples, rank, self.dataset)
            label = {"segment": self.segment, "model": name, "cutoff": self.cutoff_ms}
            scores += [label | row for row in score_rows]
            predictions += [{"protocol": "next-hour"} | label | row for row in prediction_rows]
        return pl.DataFrame(scores, SCORE_SCHEMA), pl.DataFrame(predictions, PREDICTION_SCHEMA)


def score_period(
    domain: Domain, parameters: Parameters, dataset: Dataset, cutoff_ms: int, segment: str, users: int
) -> ScoresAndPredictions:
    """Fit a segment's model before a cut-off; score it and the baselines on the period after it.

    Returns:
        The result of `PeriodEvaluation.run`.
    """
    return PeriodEvaluation(domain, parameters, dataset, cutoff_ms, segment, users).run()


def concat_results(parts: Iterable[ScoresAndPredictions], where: str) -> ScoresAndPredictions:
    """Concatenate the results of several cut-offs or segments.

    Args:
        parts: at least one result.
        where: the place that the error names.

    Raises:
        NotEnoughDataError: all of them are empty.
    """
    scores, predictions = (pl.concat(frames) for frames in zip(*parts, strict=True))
    if scores.is_empty():
        problem = "no user has a new interaction in the evaluated periods"
        raise NotEnoughDataError(problem, where=where, remedy="give more data")
    return scores, predictions


class LazyModels(Mapping[str, Recommender]):
    """The models of all segments, fitted on first access: a fallback model is rarely needed.

    Args:
        past: the data to fit on.
        segments: all segments of the domain.
    """

    def __init__(self, past: Dataset, segments: Sequence[Segment]) -> None:
        self._past, self._segments = past, {segment.name: segment for segment in segments}
        self._fitted: dict[str, Recommender] = {}

    def __getitem__(self, name: str) -> Recommender:
        """Return the fitted model of a segment."""
        if name not in self._fitted:
            segment = self._segments[name]
            model = segment.make_model()
            model.fit(self._past, build_segment_filter(tuple(self._segments.values()), segment))
            self._fitted[name] = model
        return self._fitted[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the segments."""
        return iter(self._segments)

    def __len__(self) -> int:
        """Return the number of segments."""
        return len(self._segments)


def _build_rankers(
    segment: Segment, models: SegmentModels, state: State, past: Dataset
) -> Mapping[str, _Ranker]:
    """Return the service's ranker and the popularity baselines by name."""
    baselines: dict[str, Recommender] = {
        f"most_popular_{hours:g}h": MostPopular(row) for row, hours in enumerate(state.parameters.half_lives)
    }
    baselines["most_popular_ever"] = MostPopularEver(past)
    rankers = {name: _build_baseline_ranker(model, state) for name, model in baselines.items()}
    return {SERVED: lambda query, n: [x.item for x in models.rank(segment, query, state, n)[0]], **rankers}


def _build_service_ranker(domain: Domain, parameters: Parameters, past: Dataset) -> _Ranker:
    """Return the ranker of the service with other parameters, which may also split users differently."""
    segments = domain.segments(parameters)
    state = build_state(past, domain.state(parameters))
    models = SegmentModels(LazyModels(past, segments), past.newest_items())

    def rank(query: Query, n: int) -> Sequence[int]:
        segment = assign_segment(segments, User(query.user_type, len(query.history)))
        return [x.item for x in models.rank(segment, query, state, n)[0]]

    return rank


def _build_baseline_ranker(model: Recommender, state: State) -> _Ranker:
    return lambda query, n: [x.item for x in model.recommend(query, state, n)]


def _score_ranker(
    samples: Sequence[TrainingSample], rank: _Ranker, dataset: Dataset
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a row of metrics for each sample, and a row for each ranked item."""
    scores, predictions = [], []
    for sample in samples:
        ranked = rank(sample.query, K)
        user = {"query_id": dataset.users[sample.query.user]}
        scores.append(user | score_list(ranked, set(sample.targets.tolist())))
        predictions += [
            user | {"rank": r, "item_id": dataset.items[i]} for r, i in enumerate(ranked, start=1)
        ]
    return scores, predictions

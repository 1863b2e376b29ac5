"""Refits a run's configuration at an earlier moment and scores the hour that followed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import structlog

from pipelines.plan import Plan
from pipelines.stages.artifacts import load_dataset
from pipelines.stages.champion_refit import find_opponent
from pipelines.stages.train import serves
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

SCORES = {
    "segment": pl.String,
    "model": pl.String,
    "cutoff": pl.Int64,
    "query_id": pl.String,
} | dict.fromkeys(METRICS, pl.Float64)
PREDICTIONS = {
    "protocol": pl.String,
    "model": pl.String,
    "segment": pl.String,
    "cutoff": pl.Int64,
    "query_id": pl.String,
    "rank": pl.Int64,
    "item_id": pl.String,
}
#: Scores a reader and model, and the lists behind them: frames of the schemas above.
Scored = tuple[pl.DataFrame, pl.DataFrame]
_Rank = Callable[[Query, int], Sequence[int]]


def evaluate(
    plan: Plan, volume: Volume, run: str, hours_before: int, segment: str, users: int
) -> dict[str, Any]:
    """Score one segment in the hour that began `hours_before` hours before `as_of`.

    Writes per-reader scores and the lists to `evaluation/cutoffs/<run>/<hours_before>-<segment>`. Where the
    champion's configuration is another, it is refitted and scored too.

    Args:
        plan: the domain's.
        volume: where the run lies.
        run: its name.
        hours_before: at least 1.
        segment: name of the segment.
        readers: at most so many readers, drawn with a fixed seed.

    Raises:
        SettingsError: the domain has no such segment.
    """
    dataset, parameters = load_dataset(volume, run)
    cutoff = dataset.as_of_ms - hours_before * MS_PER_HOUR
    opponent = find_opponent(plan, volume, parameters)
    hour = Hour(plan.domain, parameters, dataset, cutoff, segment, users)
    scores, predictions = hour.score(opponent.parameters)
    with write_partition(volume.evaluation / "cutoffs" / run, f"{hours_before}-{segment}") as folder:
        scores.write_parquet(folder / "scores.parquet")
        predictions.write_parquet(folder / "predictions.parquet")
        opponent.write(folder)
    facts = {"hours_before": hours_before, "segment": segment, "users": scores["query_id"].n_unique()}
    _LOG.info("evaluated", run=run, **facts)
    return facts


@dataclass(frozen=True)
class Hour:
    """A segment's hour to be scored.

    Attributes:
        domain: whose segments there are.
        parameters: the configuration to fit before the hour.
        dataset: what is known, the hour included.
        cutoff_ms: when the hour begins, ms UTC.
        segment: name of the segment.
        readers: at most so many.
    """

    domain: Domain
    parameters: Parameters
    dataset: Dataset
    cutoff_ms: int
    segment: str
    users: int

    def score(self, champion: Parameters | None = None) -> Scored:
        """Score the service, the baselines and, where one is given, another configuration.

        Returns:
            Scores (segment, model, cutoff, query_id and the metrics) and predictions
            (protocol, model, segment, cutoff, query_id, rank, item_id); `cutoff` in ms UTC.
        """
        past = self.dataset.before(self.cutoff_ms)
        segments = self.domain.segments(self.parameters)
        chosen = find_segment(segments, self.segment)
        state = build_state(past, self.domain.state(self.parameters))
        ranker = SegmentModels(FittedOnDemand(past, segments), past.newest_items())
        following = self.dataset.interactions.between(self.cutoff_ms, self.cutoff_ms + MS_PER_HOUR)
        samples = draw_user_samples(past, state, following, serves(segments, chosen), self.users)
        contestants = dict(_contestants(chosen, ranker, state, past))
        if champion is not None:
            contestants[CHAMPION_REFITTED] = _whole_service(self.domain, champion, past)
        return self._scored(samples, contestants)

    def _scored(self, samples: Sequence[TrainingSample], contestants: Mapping[str, _Rank]) -> Scored:
        scores, predictions = [], []
        for name, rank in contestants.items():
            rows, lists = _score(samples, rank, self.dataset)
            label = {"segment": self.segment, "model": name, "cutoff": self.cutoff_ms}
            scores += [label | row for row in rows]
            predictions += [{"protocol": "next-hour"} | label | row for row in lists]
        return pl.DataFrame(scores, SCORES), pl.DataFrame(predictions, PREDICTIONS)


def score_hour(
    domain: Domain, parameters: Parameters, dataset: Dataset, cutoff_ms: int, segment: str, users: int
) -> Scored:
    """Fit a segment's model before a cut-off; score it and the baselines on the hour after.

    Returns:
        What `Hour.score` does.
    """
    return Hour(domain, parameters, dataset, cutoff_ms, segment, users).score()


def together(parts: Iterable[Scored], where: str) -> Scored:
    """Join what was scored at several cut-offs or in several segments.

    Args:
        parts: at least one.
        where: named in the error.

    Raises:
        NotEnoughDataError: none of them holds a reader.
    """
    scores, predictions = (pl.concat(frames) for frames in zip(*parts, strict=True))
    if scores.is_empty():
        raise NotEnoughDataError(
            "nobody read anything new in the hours that were to be scored",
            where=where,
            remedy="give more data",
        )
    return scores, predictions


class FittedOnDemand(Mapping[str, Recommender]):
    """The segments' models, each fitted when first asked for: a fallback seldom is.

    Args:
        past: what they may know.
        segments: all of the domain's.
    """

    def __init__(self, past: Dataset, segments: Sequence[Segment]) -> None:
        self._past, self._segments = past, {each.name: each for each in segments}
        self._fitted: dict[str, Recommender] = {}

    def __getitem__(self, name: str) -> Recommender:
        """Return the model of a segment."""
        if name not in self._fitted:
            segment = self._segments[name]
            model = segment.make_model()
            model.fit(self._past, serves(tuple(self._segments.values()), segment))
            self._fitted[name] = model
        return self._fitted[name]

    def __iter__(self) -> Iterator[str]:
        """Name the segments."""
        return iter(self._segments)

    def __len__(self) -> int:
        """Return how many segments there are."""
        return len(self._segments)


def _contestants(segment: Segment, ranker: SegmentModels, state: State, past: Dataset) -> Mapping[str, _Rank]:
    """Name what is compared: the service's own answer, and front-page lists."""
    baselines: dict[str, Recommender] = {
        f"most_popular_{hours:g}h": MostPopular(row) for row, hours in enumerate(state.parameters.half_lives)
    }
    baselines["most_popular_ever"] = MostPopularEver(past)
    listed = {name: _ranking(model, state) for name, model in baselines.items()}
    return {SERVED: lambda query, n: [x.item for x in ranker.rank(segment, query, state, n)[0]], **listed}


def _whole_service(domain: Domain, parameters: Parameters, past: Dataset) -> _Rank:
    """Return what the service would answer with another configuration, which may split readers otherwise."""
    segments = domain.segments(parameters)
    state = build_state(past, domain.state(parameters))
    ranker = SegmentModels(FittedOnDemand(past, segments), past.newest_items())

    def rank(query: Query, n: int) -> Sequence[int]:
        segment = assign_segment(segments, User(query.user_type, len(query.history)))
        return [x.item for x in ranker.rank(segment, query, state, n)[0]]

    return rank


def _ranking(model: Recommender, state: State) -> _Rank:
    return lambda query, n: [x.item for x in model.recommend(query, state, n)]


def _score(
    samples: Sequence[TrainingSample], rank: _Rank, dataset: Dataset
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    rows, lists = [], []
    for sample in samples:
        ranked = rank(sample.query, K)
        user = {"query_id": dataset.users[sample.query.user]}
        rows.append(user | score_list(ranked, set(sample.targets.tolist())))
        lists += [user | {"rank": r, "item_id": dataset.items[i]} for r, i in enumerate(ranked, start=1)]
    return rows, lists

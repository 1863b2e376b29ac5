"""What a fitted blend had in front of it for the readers of an hour, ranked again with other weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.stages.evaluate import SCORE_SCHEMA, LazyModels
from pipelines.stages.train import build_segment_filter
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset
from script_shared.domain import Domain, Parameters
from script_shared.errors import NotEnoughDataError
from script_shared.evaluation.ranking import K, score_list
from script_shared.models.ranking.state_replay import fold
from script_shared.models.ranking.training_samples import TrainingSample, draw
from script_shared.models.two_stage import TwoStageRecommender
from script_shared.segments import find
from script_shared.types import FeatureArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Lists:
    """What was retrieved for each reader, described.

    Attributes:
        segment: its name.
        cutoff_ms: ms UTC.
        model: fitted on what came before the cut-off.
        samples: readers and what they read in the hour after.
        items: of each sample.
        features: of each sample, shape (items, features).
        readers: ids, of each sample.
    """

    segment: str
    cutoff_ms: int
    model: TwoStageRecommender
    samples: Sequence[TrainingSample]
    items: Sequence[IntArray]
    features: Sequence[FeatureArray]
    users: Sequence[str]

    def score(self, weights: FloatArray, name: str) -> pl.DataFrame:
        """Rank by these weights; return segment, model (the name), cutoff, query_id and the metrics."""
        label = {"segment": self.segment, "model": name, "cutoff": self.cutoff_ms}
        parts = zip(self.users, self.samples, self.items, self.features, strict=True)
        rows = [
            {**label, "query_id": user, **_score(sample, items, features @ weights)}
            for user, sample, items, features in parts
        ]
        return pl.DataFrame(rows, SCORE_SCHEMA)

    def scaled(self, component: str, factor: float) -> FloatArray:
        """Return the fitted weights with those of one component multiplied."""
        factors = [
            factor if part.name == component else 1.0
            for part in self.model.components
            for _ in part.feature_names
        ]
        return self.model.ranking.weights * factors

    def pulls(self) -> pl.DataFrame:
        """Return how far each feature moves a score: its weight times its spread within a list.

        Returns:
            segment, component, feature, weight, pull.
        """
        spread = np.mean([features.std(axis=0) for features in self.features], axis=0)
        components = [part.name for part in self.model.components for _ in part.feature_names]
        names = {"component": components, "feature": self.model.feature_names}
        weights = {"weight": self.model.ranking.weights, "pull": self.model.ranking.weights * spread}
        return pl.DataFrame({**names, **weights}).insert_column(0, pl.lit(self.segment).alias("segment"))


def describe_hour(
    domain: Domain, parameters: Parameters, dataset: Dataset, cutoff_ms: int, segment: str, users: int
) -> Lists:
    """Fit a segment's blend before a cut-off and describe what it retrieves in the hour after.

    Args:
        domain: whose model of the segment is a `TwoStageRecommender`.
        parameters: to train with.
        dataset: reaches an hour beyond the cut-off.
        cutoff_ms: ms UTC.
        segment: its name.
        readers: at most so many.

    Raises:
        NotEnoughDataError: nobody of the segment read anything new in the hour.
    """
    past, segments = dataset.before(cutoff_ms), domain.segments(parameters)
    model = LazyModels(past, segments)[segment]
    if not isinstance(model, TwoStageRecommender):
        raise TypeError(f"the model of {segment} is a {type(model).__name__}, no blend")
    state = fold(past, domain.state(parameters))
    following = dataset.interactions.between(cutoff_ms, cutoff_ms + MS_PER_HOUR)
    samples = draw(past, state, following, build_segment_filter(segments, find(segments, segment)), users)
    if not samples:
        raise NotEnoughDataError(
            "nobody read anything new in the hour after the cut-off",
            where=segment,
            remedy="choose a cut-off followed by an hour with reads, or give more data",
        )
    items = [model.retrieve(sample.query, state)[0] for sample in samples]
    features = [model.features(s.query, state, own) for s, own in zip(samples, items, strict=True)]
    names = [dataset.users[sample.query.user] for sample in samples]
    return Lists(segment, cutoff_ms, model, samples, items, features, names)


def _score(sample: TrainingSample, items: IntArray, scores: FloatArray) -> dict[str, float]:
    ranked = items[np.argsort(-scores, kind="stable")[:K]]
    return score_list(ranked.tolist(), set(sample.targets.tolist()))

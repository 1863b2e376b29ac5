"""Analyses the weights of a fitted two-stage recommender on the items retrieved for the users of an hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.stages.evaluate import SCORE_SCHEMA, LazyModels
from pipelines.stages.train import build_segment_filter
from script_shared.dataset import Dataset
from script_shared.domain import Domain, Parameters
from script_shared.errors import NotEnoughDataError
from script_shared.evaluation.ranking import K, score_list
from script_shared.models.ranking.state_replay import build_state
from script_shared.models.ranking.training_samples import TrainingSample, draw_user_samples
from script_shared.models.two_stage import TwoStageRecommender
from script_shared.segments import find_segment
from script_shared.types import FeatureArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class RetrievedLists:
    """The items that were retrieved for each user, with their features.

    Attributes:
        segment: name of the segment.
        cutoff_ms: ms UTC.
        model: the model, fitted on the data before the cut-off.
        samples: users and their new items in the hour after the cut-off.
        items: retrieved items of each sample.
        features: features of the items of each sample, shape (items, features).
        users: user id of each sample.
    """

    segment: str
    cutoff_ms: int
    model: TwoStageRecommender
    samples: Sequence[TrainingSample]
    items: Sequence[IntArray]
    features: Sequence[FeatureArray]
    users: Sequence[str]

    def score(self, weights: FloatArray, name: str) -> pl.DataFrame:
        """Rank with the given weights; return segment, model (the name), cutoff, query_id and the metrics."""
        label = {"segment": self.segment, "model": name, "cutoff": self.cutoff_ms}
        parts = zip(self.users, self.samples, self.items, self.features, strict=True)
        rows = [
            {**label, "query_id": user, **_score(sample, items, features @ weights)}
            for user, sample, items, features in parts
        ]
        return pl.DataFrame(rows, SCORE_SCHEMA)

    def scale_weights(self, component: str, factor: float) -> FloatArray:
        """Return the fitted weights, with those of one component multiplied by a factor."""
        factors = [
            factor if part.name == component else 1.0
            for part in self.model.components
            for _ in part.feature_names
        ]
        return self.model.scorer.weights * factors

    def compute_importance(self) -> pl.DataFrame:
        """Compute the importance of each feature: its weight times its standard deviation within a list.

        Returns:
            segment, component, feature, weight, importance.
        """
        deviation = np.mean([features.std(axis=0) for features in self.features], axis=0)
        components = [part.name for part in self.model.components for _ in part.feature_names]
        names = {"component": components, "feature": self.model.feature_names}
        weights = self.model.scorer.weights
        values = {"weight": weights, "importance": weights * deviation}
        return pl.DataFrame({**names, **values}).insert_column(0, pl.lit(self.segment).alias("segment"))


def retrieve_hour(
    domain: Domain, parameters: Parameters, dataset: Dataset, cutoff_ms: int, segment: str, users: int
) -> RetrievedLists:
    """Fit the model of a segment before a cut-off and retrieve items for its users in the hour after it.

    Args:
        domain: a domain whose model of the segment is a `TwoStageRecommender`.
        parameters: the parameters to train with.
        dataset: a dataset that ends at least an hour after the cut-off.
        cutoff_ms: ms UTC.
        segment: name of the segment.
        users: the maximum number of users.

    Raises:
        NotEnoughDataError: no user of the segment interacted with a new item in the hour.
    """
    past, segments = dataset.before(cutoff_ms), domain.segments(parameters)
    model = LazyModels(past, segments)[segment]
    if not isinstance(model, TwoStageRecommender):
        raise TypeError(f"the model of {segment} is a {type(model).__name__}, not a TwoStageRecommender")
    state = build_state(past, domain.state(parameters))
    following = dataset.interactions.between(cutoff_ms, cutoff_ms + domain.period_ms)
    accepts = build_segment_filter(segments, find_segment(segments, segment))
    samples = draw_user_samples(past, state, following, cutoff_ms, accepts, users)
    if not samples:
        problem = "no user interacted with a new item in the hour after the cut-off"
        remedy = "choose a cut-off followed by an hour with interactions, or give more data"
        raise NotEnoughDataError(problem, where=segment, remedy=remedy)
    items = [model.retrieve(sample.query, state)[0] for sample in samples]
    pairs = zip(samples, items, strict=True)
    features = [model.features(sample.query, state, retrieved) for sample, retrieved in pairs]
    user_ids = [dataset.users[sample.query.user] for sample in samples]
    return RetrievedLists(segment, cutoff_ms, model, samples, items, features, user_ids)


def _score(sample: TrainingSample, items: IntArray, scores: FloatArray) -> dict[str, float]:
    ranked = items[np.argsort(-scores, kind="stable")[:K]]
    return score_list(ranked.tolist(), set(sample.targets.tolist()))

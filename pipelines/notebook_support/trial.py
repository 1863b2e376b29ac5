"""Compares parameters on the same users and hours by paired differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import polars as pl

from pipelines.stages.evaluate import score_period
from script_shared.dataset import Dataset
from script_shared.domain import Domain, Parameters
from script_shared.errors import NotEnoughDataError
from script_shared.evaluation.comparison import SERVED, Comparison, compare
from script_shared.evaluation.intervals import interval
from script_shared.evaluation.ranking import METRICS
from script_shared.models.base import Recommender
from script_shared.models.two_stage import TwoStageRecommender
from script_shared.segments import Segment


@dataclass(frozen=True, slots=True)
class Trial:
    """A configuration of the models.

    Attributes:
        name: its name in the results.
        domain: the domain, unchanged or changed.
        parameters: the parameters to train with.
    """

    name: str
    domain: Domain
    parameters: Parameters


def replace_values(parameters: Parameters, **groups: Mapping[str, Any]) -> Parameters:
    """Return parameters with some values of some groups replaced, e.g. `clusters={"clusters": (8,)}`."""
    return {**parameters, **{name: {**parameters[name], **values} for name, values in groups.items()}}


def remove_component(domain: Domain, segment_name: str, component: str) -> Domain:
    """Return a domain in which the two-stage recommender of one segment lacks one component.

    Making the model of the segment raises a ValueError if it has no such component.
    """

    def remove(segment: Segment) -> Segment:
        if segment.name != segment_name:
            return segment
        return replace(segment, make_model=partial(_make_model_without, segment.make_model, component))

    return replace(domain, segments=lambda parameters: tuple(map(remove, domain.segments(parameters))))


def _make_model_without(make_model: Callable[[], Recommender], component: str) -> Recommender:
    model = make_model()
    if not isinstance(model, TwoStageRecommender):
        raise TypeError(f"{type(model).__name__} is not a two-stage recommender and has no components")
    return model.without(component)


def score_trials(
    trials: Sequence[Trial], dataset: Dataset, cutoffs_ms: Sequence[int], segment: str, users: int
) -> pl.DataFrame:
    """Score each trial, and the baselines once, on the hours after the cut-offs.

    Args:
        trials: at least one trial.
        dataset: a dataset that ends at least an hour after each cut-off.
        cutoffs_ms: ms UTC; models are fitted on the data before a cut-off.
        segment: name of the segment.
        users: the maximum number of users per cut-off; all trials have the same users.

    Returns:
        segment, model (the name of a trial or baseline), cutoff, query_id and the metrics.

    Raises:
        NotEnoughDataError: no user of the segment interacted with a new item in these hours.
    """
    parts = []
    for number, trial in enumerate(trials):
        for cutoff in cutoffs_ms:
            scores, _ = score_period(trial.domain, trial.parameters, dataset, cutoff, segment, users)
            named = scores.with_columns(pl.col("model").replace(SERVED, trial.name))
            parts.append(named if number == 0 else named.filter(model=trial.name))
    all_scores = pl.concat(parts)
    if all_scores.is_empty():
        problem = "no user interacted with a new item after the cut-offs"
        remedy = "choose cut-offs followed by an hour with interactions, or give more data"
        raise NotEnoughDataError(problem, where=segment, remedy=remedy)
    return all_scores


def compute_gains(scores: pl.DataFrame, baseline: str, metric: str = "ndcg") -> pl.DataFrame:
    """Compare each model with a baseline by paired differences per user.

    Args:
        scores: segment, model, cutoff, query_id and the metrics.
        baseline: name of the model that the others are compared with.
        metric: the metric of the gain.

    Returns:
        segment, model, cutoffs, users, the metrics, and gain with low and high, the limits of its
        95 % confidence interval.
    """
    position = METRICS.index(metric)
    return pl.concat(_compute_gains(comparison, baseline, position) for comparison in compare(scores))


def _compute_gains(comparison: Comparison, baseline: str, metric: int) -> pl.DataFrame:
    base = comparison.models.index(baseline)
    low, high = interval(comparison.draws[:, :, metric] - comparison.draws[:, [base], metric])
    frame = pl.DataFrame(comparison.records()).select("segment", "model", "cutoffs", "users", *METRICS)
    gain = comparison.means[:, metric] - comparison.means[base, metric]
    return frame.with_columns(gain=pl.Series(gain), low=pl.Series(low), high=pl.Series(high))

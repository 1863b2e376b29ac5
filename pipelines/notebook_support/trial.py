"""Settings tried against each other: the same readers, the same hours, paired differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import polars as pl

from pipelines.stages.evaluate import score_hour
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
    """One way to set up the models.

    Attributes:
        name: names it in the results.
        domain: the domain as it is, or changed.
        parameters: to train with.
    """

    name: str
    domain: Domain
    parameters: Parameters


def changed(parameters: Parameters, **groups: Mapping[str, Any]) -> Parameters:
    """Return parameters with some values of some groups replaced, e.g. `clusters={"clusters": (8,)}`."""
    return {**parameters, **{name: {**parameters[name], **values} for name, values in groups.items()}}


def without(domain: Domain, segment: str, component: str) -> Domain:
    """Return a domain in which the blend of one segment lacks one component.

    Models made from it raise a ValueError when the blend has no such component.
    """

    def lighter(each: Segment) -> Segment:
        if each.name != segment:
            return each
        return replace(each, make_model=partial(_without, each.make_model, component))

    return replace(domain, segments=lambda parameters: tuple(map(lighter, domain.segments(parameters))))


def _without(make_model: Callable[[], Recommender], component: str) -> Recommender:
    model = make_model()
    if not isinstance(model, TwoStageRecommender):
        raise TypeError(f"{type(model).__name__} is no blend and has no components to leave out")
    return model.without(component)


def try_out(
    trials: Sequence[Trial], dataset: Dataset, cutoffs_ms: Sequence[int], segment: str, users: int
) -> pl.DataFrame:
    """Score each trial on the hours after the cut-offs; the baselines once.

    Args:
        trials: at least one.
        dataset: reaches an hour beyond each cut-off.
        cutoffs_ms: ms UTC; each model is fitted on what came before.
        segment: whose readers.
        readers: at most so many a cut-off, the same for all trials.

    Returns:
        segment, model (a trial's or a baseline's name), cutoff, query_id and the metrics.

    Raises:
        NotEnoughDataError: nobody of the segment read anything new in these hours.
    """
    parts = []
    for place, trial in enumerate(trials):
        for cutoff in cutoffs_ms:
            scores, _ = score_hour(trial.domain, trial.parameters, dataset, cutoff, segment, users)
            named = scores.with_columns(pl.col("model").replace(SERVED, trial.name))
            parts.append(named if place == 0 else named.filter(model=trial.name))
    return _filled(pl.concat(parts), segment)


def _filled(scores: pl.DataFrame, segment: str) -> pl.DataFrame:
    if scores.is_empty():
        remedy = "choose cut-offs followed by an hour with reads, or give more data"
        raise NotEnoughDataError("nobody read anything new after the cut-offs", where=segment, remedy=remedy)
    return scores


def gains(scores: pl.DataFrame, against: str, metric: str = "ndcg") -> pl.DataFrame:
    """Compare each model with one of them, reader by reader.

    Args:
        scores: segment, model, cutoff, query_id and the metrics.
        against: the model that the others are measured by.
        metric: whose gain is given.

    Returns:
        segment, model, cutoffs, readers, the metrics, and gain with low and high, the ends of its
        95 % interval.
    """
    return pl.concat(_gains(each, against, METRICS.index(metric)) for each in compare(scores))


def _gains(comparison: Comparison, against: str, metric: int) -> pl.DataFrame:
    base = comparison.models.index(against)
    low, high = interval(comparison.draws[:, :, metric] - comparison.draws[:, [base], metric])
    frame = pl.DataFrame(comparison.records()).select("segment", "model", "cutoffs", "users", *METRICS)
    gain = comparison.means[:, metric] - comparison.means[base, metric]
    return frame.with_columns(gain=pl.Series(gain), low=pl.Series(low), high=pl.Series(high))

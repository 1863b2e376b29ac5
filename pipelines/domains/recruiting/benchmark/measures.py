"""Records of the protocols: each measure with its interval, the gain of the service, and the goal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from script_shared.evaluation.intervals import bootstrap_means, bootstrap_statistic, interval
from script_shared.types import FloatArray, IntArray

#: The model that the service would use; its requests do not name the recruiter of an application.
SERVED = "served"
#: The same where the recruiter of each application is known.
RECRUITER_NAMED = "recruiter named"
#: Rounds of the bootstrap of measures over all rows; means over openings have `intervals.ROUNDS`.
_ROUNDS = 400


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared.

    Attributes:
        protocol: its name in the predictions.
        period: a name of `PERIODS`.
        population: the applications and the outcome.
        rows, openings: their numbers.
        goals: by model and metric, what a good model should reach.
    """

    protocol: str
    period: str
    population: str
    rows: int
    openings: int
    goals: Mapping[str, Mapping[str, float]]


Records = list[dict[str, Any]]


def compare_means(
    comparison: Comparison, metrics: Sequence[str], values: Mapping[str, FloatArray]
) -> Records:
    """Return the means over openings of each model and metric.

    Args:
        comparison: what is compared.
        metrics: the columns of the values.
        values: by model, shape (openings, metrics), of the same openings in the same order.
    """
    joined = np.concatenate(list(values.values()), axis=1)
    shape = (len(values), len(metrics))
    draws = bootstrap_means([joined]).reshape(-1, *shape)
    return _build_records(comparison, metrics, list(values), joined.mean(axis=0).reshape(shape), draws)


def compare_rows(
    comparison: Comparison,
    metrics: Sequence[str],
    scores: Mapping[str, FloatArray],
    groups: IntArray,
    measure: Callable[[FloatArray, IntArray], Sequence[float]],
) -> Records:
    """Return measures over all rows of each model; the bootstrap resamples openings.

    Args:
        comparison: what is compared.
        metrics: the names of what `measure` returns.
        scores: by model, shape (n,).
        groups: the opening of each row, shape (n,).
        measure: returns the metrics of scores on some rows, which may repeat.
    """
    everything = np.arange(len(groups))

    def measure_all(rows: IntArray) -> FloatArray:
        return np.array([measure(values[rows], rows) for values in scores.values()], np.float64)

    draws = bootstrap_statistic(
        lambda weights: measure_all(np.repeat(everything, weights.astype(np.int64))), groups, _ROUNDS
    )
    return _build_records(comparison, metrics, list(scores), measure_all(everything), draws)


def _build_records(
    comparison: Comparison,
    metrics: Sequence[str],
    models: Sequence[str],
    values: FloatArray,
    draws: FloatArray,
) -> Records:
    low, high = interval(draws)
    served = models.index(SERVED)
    gains = values[served] - values
    gain_low, gain_high = interval(draws[:, served, None] - draws)
    return [
        {
            "protocol": comparison.protocol,
            "period": comparison.period,
            "population": comparison.population,
            "rows": comparison.rows,
            "openings": comparison.openings,
            "model": model,
            "metric": metric,
            "value": float(values[m, k]),
            "low": float(low[m, k]),
            "high": float(high[m, k]),
            "gain_of_served": float(gains[m, k]),
            "gain_low": float(gain_low[m, k]),
            "gain_high": float(gain_high[m, k]),
            "goal": comparison.goals.get(model, {}).get(metric),
        }
        for m, model in enumerate(models)
        for k, metric in enumerate(metrics)
    ]

"""Comparison of models on the same users: means over cut-offs with paired intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from script_shared.evaluation.intervals import bootstrap_means, interval
from script_shared.evaluation.ranking import METRICS
from script_shared.types import FloatArray

#: The lists that the service would return.
SERVED = "served"
#: The lists that the service would return with the champion's configuration.
CHAMPION_REFITTED = "champion"
# Every other model is a popularity baseline.


@dataclass(frozen=True, slots=True)
class Comparison:
    """The metrics of all models in one segment.

    Attributes:
        segment: name of the segment.
        models: names, in the order of the scores.
        cutoffs: number of cut-offs.
        users: number of users, summed over cut-offs.
        means: shape (models, metrics).
        draws: bootstrap samples of the means, shape (rounds, models, metrics).
    """

    segment: str
    models: tuple[str, ...]
    cutoffs: int
    users: int
    means: FloatArray
    draws: FloatArray

    def best_baseline(self, metric: str) -> int:
        """Return the index of the baseline with the highest mean of a metric."""
        means = self.means[:, METRICS.index(metric)].copy()
        means[[name in (SERVED, CHAMPION_REFITTED) for name in self.models]] = -np.inf
        return int(np.argmax(means))

    def difference(self, model: str, other: str, metric: str) -> tuple[float, float, float]:
        """Return the difference of a metric between two models, and its paired interval."""
        a, b, m = self.models.index(model), self.models.index(other), METRICS.index(metric)
        low, high = interval(self.draws[:, a, m] - self.draws[:, b, m])
        return float(self.means[a, m] - self.means[b, m]), float(low), float(high)

    def records(self) -> list[dict[str, Any]]:
        """Return one record a model: segment, model, cutoffs, users, and each metric with its interval."""
        low, high = interval(self.draws)
        common = {"cutoffs": self.cutoffs, "users": self.users}
        return [
            {"segment": self.segment, "model": model, **common, **_record(self.means[m], low[m], high[m])}
            for m, model in enumerate(self.models)
        ]

    def gains(self) -> list[dict[str, Any]]:
        """Return one record a metric: the gain of the service over the best baseline of that metric."""
        return [self._gain(metric) for metric in METRICS]

    def _gain(self, metric: str) -> dict[str, Any]:
        best = self.models[self.best_baseline(metric)]
        gain, low, high = self.difference(SERVED, best, metric)
        names = {"segment": self.segment, "metric": metric, "baseline": best}
        return names | {"gain": gain, "low": low, "high": high}


def _record(means: FloatArray, low: FloatArray, high: FloatArray) -> dict[str, float]:
    record: dict[str, float] = {}
    for metric, *values in zip(METRICS, means.tolist(), low.tolist(), high.tolist(), strict=True):
        record |= dict(zip((metric, f"{metric}_low", f"{metric}_high"), values, strict=True))
    return record


def compare(scores: pl.DataFrame) -> list[Comparison]:
    """Compare the models of each segment.

    Args:
        scores: segment, model, cutoff, query_id and the metrics; one row a model and user.

    Raises:
        ValueError: the models of a segment were not scored on the same users.
    """
    return [_compare(rows) for rows in scores.partition_by("segment", maintain_order=True)]


def _compare(rows: pl.DataFrame) -> Comparison:
    models = rows["model"].unique(maintain_order=True).to_list()
    groups = [_matrix(part, models) for part in rows.sort("cutoff").partition_by("cutoff")]
    means = np.mean([group.mean(axis=0) for group in groups], axis=0)
    draws = bootstrap_means(groups)
    shape = (len(models), len(METRICS))
    users = sum(len(group) for group in groups)
    return Comparison(
        rows["segment"][0], tuple(models), len(groups), users, means.reshape(shape), draws.reshape(-1, *shape)
    )


def _matrix(part: pl.DataFrame, models: Sequence[str]) -> FloatArray:
    """Return one row a user, the metrics of the first model, then those of the second, and so on."""
    place = pl.col("model").replace_strict(models, range(len(models)), return_dtype=pl.Int64)
    ordered = part.with_columns(place=place).sort("query_id", "place")
    if ordered["place"].to_list() != list(range(len(models))) * part["query_id"].n_unique():
        raise ValueError(f"the models were not scored on the same users at cut-off {part['cutoff'][0]}")
    return ordered.select(METRICS).to_numpy().reshape(-1, len(models) * len(METRICS))

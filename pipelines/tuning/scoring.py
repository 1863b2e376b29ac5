"""The objective of tuning: the service's NDCG@10 in the hours after some cut-offs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.stages.evaluate import score_period
from script_shared.dataset import Dataset
from script_shared.domain import Domain, Parameters
from script_shared.errors import NotEnoughDataError
from script_shared.evaluation.comparison import SERVED

METRIC = "ndcg"


@dataclass(frozen=True, slots=True)
class Objective:
    """Scores configurations on the same users.

    Attributes:
        domain: provides the segments.
        dataset: the data, up to at least an hour after the last cut-off.
        segments: names of the segments to score.
        users: the maximum number of users in each segment and cut-off.
    """

    domain: Domain
    dataset: Dataset
    segments: Sequence[str]
    users: int

    def score(self, parameters: Parameters, cutoff_ms: int) -> pl.DataFrame:
        """Fit before a cut-off and score the hour after it.

        Returns:
            segment, model, cutoff, query_id and the metrics.

        Raises:
            NotEnoughDataError: no user of a segment has a new interaction in that hour.
        """
        parts = [self._score_segment(parameters, cutoff_ms, segment) for segment in self.segments]
        return pl.concat(parts)

    def _score_segment(self, parameters: Parameters, cutoff_ms: int, segment: str) -> pl.DataFrame:
        scores, _ = score_period(self.domain, parameters, self.dataset, cutoff_ms, segment, self.users)
        if scores.is_empty():
            remedy = "choose a cut-off followed by an hour with interactions, or give more data"
            problem = "no user has a new interaction after a cut-off"
            raise NotEnoughDataError(problem, where=segment, remedy=remedy)
        return scores.filter(model=SERVED)


def compute_mean(scores: pl.DataFrame) -> float:
    """Return the mean over the users of each segment and cut-off, then over segments and cut-offs."""
    cells = scores.group_by("segment", "cutoff").agg(pl.col(METRIC).mean()).sort("segment", "cutoff")
    return float(cells[METRIC].to_numpy().mean())

"""How well models find the generator's rule: the decided applications of a world, and its oracle."""

from typing import NamedTuple

import numpy as np
import polars as pl

from script_shared.domains.recruiting.labels import HIRED, REFUSED
from script_shared.domains.recruiting.tables import select_applications
from script_shared.evaluation.classification.within_groups import roc_auc_within


class DecidedApplications(NamedTuple):
    """Decided applications; arrays of shape (n,), but for the ids.

    Attributes:
        pairs: ids of opening and applicant.
        hired: the outcomes.
        z: the planted score without noise, which nothing can order better.
        openings: codes of the openings.
    """

    pairs: list[tuple[str, str]]
    hired: np.ndarray
    z: np.ndarray
    openings: np.ndarray

    def measure_within(self, scores, outcomes=None):
        """Return the mean AUC within the openings that have both outcomes."""
        hired = self.hired if outcomes is None else outcomes
        return float(np.mean(roc_auc_within(scores, hired, self.openings)))


def list_decided(decision):
    """Return the decided applications of generated data."""
    truth = decision.truth["applications"]
    z = dict(zip(zip(truth["opening"], truth["applicant"], strict=True), truth["z"], strict=True))
    decided = select_applications(decision.tables).filter(pl.col("status").is_in([*HIRED, *REFUSED]))
    pairs = list(decided.select("opening_id", "applicant_id").iter_rows())
    codes = [tuple(int(name.split(":")[1]) for name in pair) for pair in pairs]
    hired = decided["status"].is_in(HIRED).to_numpy()
    return DecidedApplications(
        pairs, hired, np.array([z[pair] for pair in codes]), np.array([opening for opening, _ in codes])
    )

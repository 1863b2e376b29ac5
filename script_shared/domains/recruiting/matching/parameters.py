"""Parameters of the classifier of pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from script_shared.domains.recruiting.labels import ADVANCED, MATCHED, PLACED
from script_shared.domains.recruiting.matching.data.entities import TextVectorParameters
from script_shared.evaluation.classification.operating_mode import MIN_PRECISION, OperatingMode
from script_shared.models.ranking.boosting import BoostingParameters

Outcome = Literal["match", "placed", "advanced"]
CalibrationMethod = Literal["none", "shrunken_platt", "platt", "beta", "isotonic"]
#: The statuses of each outcome.
STATUSES: Mapping[Outcome, tuple[str, ...]] = {"match": MATCHED, "placed": PLACED, "advanced": ADVANCED}


class MatchParameters(BaseModel):
    """Parameters of the classifier of pairs.

    Attributes:
        outcome: what the probability is of.
        texts: how texts are encoded.
        trees: of the probabilities.
        order: of the orders within an opening.
        left_out: groups of features that are not used.
        calibration: the methods of calibration that are tried, some of `METHODS`. The trees minimise the log
            loss, and are fitted on later rows than a calibrator: it would correct a base rate that they have
            already learned.
        calibration_days: length of the calibration fold, the last days before the cut.
        undecided_days: applications of the last days of a period are not evaluated: too many are undecided.
        max_rows: maximum number of applications that are fitted on, the newest.
        operating_mode: how the threshold is chosen.
        min_precision: what the mode `prec80` promises.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Outcome = "match"
    texts: TextVectorParameters = TextVectorParameters()
    trees: BoostingParameters = BoostingParameters()
    order: BoostingParameters = BoostingParameters(rounds=200, leaves=15, min_leaf_rows=60, ridge=20.0)
    left_out: tuple[str, ...] = ()
    calibration: tuple[CalibrationMethod, ...] = ("none",)
    calibration_days: int = 360
    undecided_days: int = 60
    max_rows: int = 200_000
    operating_mode: OperatingMode = "f1"
    min_precision: float = MIN_PRECISION

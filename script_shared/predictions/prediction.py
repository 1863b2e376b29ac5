"""A prediction of a classifier as it was answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from script_shared.impressions.erasure import Erasure


class Prediction(NamedTuple):
    """A logged prediction; a tuple, because a request waits while it is created.

    Attributes:
        prediction_id: unique id.
        pseudonym: of the person it is about, None where the request does not name one.
        time_ms: time by the clock of the release, ms UTC.
        classifier: name of the classifier.
        mode: operating mode by which the threshold was chosen.
        threshold: the lowest score that is approved; None where none is.
        release: id of the release.
        score: the probability.
        decision: whether the model approves.
        payload: the features by name, as JSON values.
    """

    prediction_id: str
    pseudonym: str | None
    time_ms: int
    classifier: str
    mode: str
    threshold: float | None
    release: str
    score: float
    decision: bool
    payload: Mapping[str, Any]

    def concerns(self, erasure: Erasure) -> bool:
        """Return whether the prediction is about an erased user."""
        return self.pseudonym in erasure.pseudonyms


Row = tuple[str, str | None, int, str, str, float | None, str, float, int, str]


def to_row(prediction: Prediction) -> Row:
    """Convert a prediction to a table row."""
    return (*prediction[:8], int(prediction.decision), json.dumps(dict(prediction.payload)))


def from_row(row: Row) -> Prediction:
    """Convert a table row to a prediction."""
    return Prediction(*row[:8], bool(row[8]), json.loads(row[9]))

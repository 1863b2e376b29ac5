"""Decisions of classifiers: what a response and the log of predictions say of one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from pydantic import BaseModel

from app.errors import NotReadyError
from app.serving.loaded_release import LoadedRelease
from app.serving.prediction_log import PredictionAnswer, PredictionLogger
from script_shared.models.classifier import DecisionClassifier
from script_shared.types import FeatureArray, FloatArray

#: Features that a response names as the reasons of a decision.
MAX_REASONS = 5


class DecisionReason(BaseModel):
    """A feature of a decision: its value, and what it adds to the log-odds of the probability."""

    feature: str
    value: float | None
    contribution: float


class Decision(NamedTuple):
    """A decision on one row of features.

    Attributes:
        probability: of the outcome.
        is_approved: whether the model approves it; a person decides.
        reasons: the features with the largest contributions, largest first.
        values: the features by name; None where unknown.
    """

    probability: float
    is_approved: bool
    reasons: list[dict[str, Any]]
    values: Mapping[str, float | None]


def find_classifier(release: LoadedRelease, name: str) -> DecisionClassifier:
    """Return a classifier of the served release.

    Raises:
        NotReadyError: the release has none of this name.
    """
    classifier = release.classifiers.get(name)
    if not isinstance(classifier, DecisionClassifier):
        what = f"the served release has no classifier {name!r}"
        raise NotReadyError(what, remedy="serve a release that was trained with it")
    return classifier


def decide(classifier: DecisionClassifier, features: FeatureArray) -> list[Decision]:
    """Return a decision on each row of features."""
    probabilities = classifier.predict(features).tolist()
    named = (_name_values(classifier, row) for row in features)
    rows = zip(probabilities, named, classifier.explain(features), strict=True)
    return [
        Decision(
            probability, probability >= classifier.threshold, _list_reasons(classifier, values, added), values
        )
        for probability, values, added in rows
    ]


def finite_threshold(classifier: DecisionClassifier) -> float | None:
    """Return the threshold of a classifier; None where it approves nobody."""
    return classifier.threshold if math.isfinite(classifier.threshold) else None


def _name_values(classifier: DecisionClassifier, row: FeatureArray) -> dict[str, float | None]:
    """Return a row of features by name; None where unknown."""
    pairs = zip(classifier.feature_names, row.tolist(), strict=True)
    return {name: None if math.isnan(value) else value for name, value in pairs}


class DecisionLog(NamedTuple):
    """Records the decisions of a classifier.

    Attributes:
        logger: counts and logs them.
        release: the release that made them.
        name: name of the classifier.
        classifier: the classifier.
    """

    logger: PredictionLogger
    release: LoadedRelease
    name: str
    classifier: DecisionClassifier

    def record(self, user_id: str | None, decision: Decision) -> None:
        """Record one decision.

        Args:
            user_id: whom it is about; None where the request does not say.
            decision: the decision.
        """
        answer = PredictionAnswer(
            user_id,
            self.name,
            self.classifier.operating_mode,
            finite_threshold(self.classifier),
            decision.probability,
            decision.is_approved,
            decision.values,
        )
        self.logger.record(answer, self.release.id, self.release.engine.now_ms())


def _list_reasons(
    classifier: DecisionClassifier, values: Mapping[str, float | None], contributions: FloatArray
) -> list[dict[str, Any]]:
    order = np.argsort(-np.abs(contributions), kind="stable")[:MAX_REASONS].tolist()
    added = [(classifier.feature_names[index], float(contributions[index])) for index in order]
    return [
        {"feature": name, "value": values[name], "contribution": round(contribution, 6)}
        for name, contribution in added
        if contribution
    ]

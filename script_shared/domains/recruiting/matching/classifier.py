"""The classifier of pairs: gradient-boosted trees, calibrated; and the order of an opening's applicants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from script_shared.arrays import Bundle
from script_shared.domains.recruiting.matching.data.entity_values import APPLICANT_COLUMNS, OPENING_COLUMNS
from script_shared.domains.recruiting.matching.data.labelled_applications import LabelledApplications, to_day
from script_shared.domains.recruiting.matching.data.live_entities import LiveEntities
from script_shared.domains.recruiting.matching.data.live_pairs import build_live_features
from script_shared.domains.recruiting.matching.data.match_data import MatchData
from script_shared.domains.recruiting.matching.data.training_rows import TrainingRows
from script_shared.domains.recruiting.matching.feature_builder import FeatureBuilder
from script_shared.domains.recruiting.matching.features.feature_table import feature_groups
from script_shared.domains.recruiting.matching.fitted_models import FittedModels, fit_models
from script_shared.domains.recruiting.matching.parameters import STATUSES, MatchParameters
from script_shared.domains.recruiting.pairs import Entity, PairClassifier
from script_shared.errors import NotEnoughDataError
from script_shared.models.classifier import AuditRows, LabelledRows
from script_shared.tables import Tables
from script_shared.types import FeatureArray, FloatArray

#: Names of the parts of a stored classifier.
_DATA, _MODELS, _PARAMETERS = "data", "models", "parameters"


class MatchClassifier(PairClassifier):
    """Estimates the probability that an applicant matches an opening.

    The probability says mostly which opening hires: the client's and the recruiter's record tell more than
    the person. `rank` orders the applicants of one opening instead.

    Args:
        parameters: of the features and the trees.
    """

    feature_names = tuple(feature_groups())
    evaluation_hours: ClassVar[int] = 240 * 24
    columns: ClassVar[Mapping[str, Sequence[str]]] = {
        "interactions": ("user_id", "item_id", "timestamp", "recruiter", "status", "updated_at"),
        "items": (
            *("item_id", "category", "published_at"),
            *dict.fromkeys((*OPENING_COLUMNS, *APPLICANT_COLUMNS)),
        ),
        "users": ("user_id",),
    }

    def __init__(self, parameters: MatchParameters | None = None) -> None:
        self._parameters = parameters or MatchParameters()
        self._models: FittedModels | None = None
        self._builder: FeatureBuilder | None = None
        self._entities: LiveEntities | None = None

    @property
    def models(self) -> FittedModels:
        """The fitted models."""
        if self._models is None:
            raise RuntimeError("the classifier is not fitted")
        return self._models

    @property
    def builder(self) -> FeatureBuilder:
        """The data of the features."""
        if self._builder is None:
            raise RuntimeError("the classifier is not fitted")
        return self._builder

    @property
    def threshold(self) -> float:  # type: ignore[override]
        """The lowest probability that is approved; infinity where none is."""
        return self.models.point.threshold

    @property
    def operating_mode(self) -> str:  # type: ignore[override]
        """How the threshold was chosen."""
        return self.models.point.mode

    @property
    def description(self) -> Mapping[str, Any]:  # type: ignore[override]
        """What the probability means, and how it was fitted."""
        return {
            "outcome": self._parameters.outcome,
            "statuses": list(STATUSES[self._parameters.outcome]),
            "population": "all applications; an open one counts as no",
            "threshold_reason": self.models.point.reason,
            **self.models.facts,
        }

    def label(self, tables: Tables, start_ms: int, end_ms: int) -> LabelledRows:
        """Return the applications of a period without its last, undecided days; see `Classifier.label`."""
        start, end = to_day(start_ms), to_day(end_ms)
        data = MatchData.build(tables, start, end, self._parameters.texts)
        labels = LabelledApplications.read(tables, STATUSES[self._parameters.outcome])
        rows = labels.of_period(start, end - self._parameters.undecided_days)
        features = FeatureBuilder.from_applications(data).build_past(rows)
        openings = data.applications.openings[rows].astype(np.int64)
        return LabelledRows(features, labels.positive[rows], openings)

    def rows_to_audit(self, tables: Tables, start_ms: int, end_ms: int) -> AuditRows:
        """Return the applications of a period of the fitted data; see `Classifier.rows_to_audit`."""
        data = self.builder.data
        days = data.applications.days
        rows = np.flatnonzero((days >= to_day(start_ms)) & (days < to_day(end_ms)))
        persons = [data.applicant_ids[row] for row in data.applications.applicants[rows].tolist()]
        return AuditRows(self.builder.build_past(rows), persons)

    def fit(self, tables: Tables, as_of_ms: int) -> None:
        """Fit on the applications whose status was known before `as_of_ms`; see `Classifier.fit`.

        Raises:
            NotEnoughDataError: all known outcomes are alike.
        """
        day, parameters = to_day(as_of_ms), self._parameters
        self._set_data(FeatureBuilder.from_applications(MatchData.build(tables, day, day, parameters.texts)))
        labels = LabelledApplications.read(tables, STATUSES[parameters.outcome])
        rows = labels.known_before(day)[-parameters.max_rows :]
        if len(np.unique(labels.positive[rows])) < 2:
            remedy = "give applications with known outcomes before the end of the data"
            raise NotEnoughDataError("all known outcomes are alike", where=parameters.outcome, remedy=remedy)
        self._models = fit_models(TrainingRows.build(self.builder, rows, labels), day, parameters)

    def _set_data(self, builder: FeatureBuilder) -> None:
        self._builder, self._entities = builder, LiveEntities(builder.data)

    def predict(self, features: FeatureArray) -> FloatArray:
        """Return the probabilities of the outcome; see `Classifier.predict`.

        The recruiter's record counts in rows that have one.
        """
        return self.models.predict(features)

    def rank(self, features: FeatureArray) -> FloatArray:
        """Return scores of who advances; see `PairClassifier.rank`."""
        return self.models.orders["advanced"].score(features)

    def explain(self, features: FeatureArray) -> FloatArray:
        """Return SHAP values of the log-odds before calibration; see `DecisionClassifier.explain`."""
        return self.models.explain(features)

    def build_features(self, opening: Entity, applicants: Sequence[Entity], now_ms: int) -> FeatureArray:
        """Return the features of the pairs as of a time; see `PairClassifier.build_features`."""
        if self._entities is None:
            raise RuntimeError("the classifier is not fitted")
        return build_live_features(self.builder, self._entities, opening, applicants, now_ms)

    def update_item(self, item_id: str, details: Mapping[str, str | float]) -> None:
        """Take note of an opening or an applicant; see `Classifier.update_item`."""
        if self._entities is not None:
            self._entities.update(item_id, details)

    def forget_item(self, item_id: str) -> None:
        """Forget an opening or an applicant; see `Classifier.forget_item`."""
        if self._entities is not None:
            self._entities.forget(item_id)

    def dump(self) -> Bundle:
        """Return data and models; see `Classifier.dump`."""
        parameters = Bundle({}, self._parameters.model_dump(mode="json"))
        data, models = self.builder.data.dump(), self.models.dump()
        return Bundle.nest({_DATA: data, _MODELS: models, _PARAMETERS: parameters})

    def load(self, bundle: Bundle) -> None:
        """Restore what `dump` returned; see `Classifier.load`."""
        self._parameters = MatchParameters.model_validate(bundle.part(_PARAMETERS).document)
        self._set_data(FeatureBuilder(MatchData.load(bundle.part(_DATA))))
        self._models = FittedModels.load(bundle.part(_MODELS))

"""The contract of classifiers, which a domain may train beside the recommenders of its segments."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from script_shared.arrays import Bundle
from script_shared.tables import Tables
from script_shared.types import BoolArray, FeatureArray, FloatArray, LongArray


@dataclass(frozen=True, slots=True)
class LabelledRows:
    """Rows of a period whose outcome is known.

    Attributes:
        features: shape (n, features), as they were known before the outcome.
        labels: the outcomes, shape (n,).
        groups: shape (n,); rows of one group, such as those of one query, are not independent.
    """

    features: FeatureArray
    labels: BoolArray
    groups: LongArray

    def __len__(self) -> int:
        return len(self.labels)


#: Rows of a classifier that is not evaluated.
NO_ROWS = LabelledRows(np.empty((0, 0), np.float32), np.empty(0, np.bool_), np.empty(0, np.int64))


@dataclass(frozen=True, slots=True)
class AuditRows:
    """Rows of a period, decided or not, of which an audit compares the probabilities.

    Attributes:
        features: shape (n, features).
        persons: ids of the persons whom the rows are about; a person may have several.
    """

    features: FeatureArray
    persons: Sequence[str]


NO_AUDIT_ROWS = AuditRows(np.empty((0, 0), np.float32), ())


class Classifier(ABC):
    """Estimates the probability of an outcome, for instance that a pair of items matches.

    Fitting may use any library; `predict` runs in the service, which has neither pandas nor scikit-learn.
    """

    #: Names the columns of the features, in order.
    feature_names: tuple[str, ...]
    #: The length of the period before the end of the data on which it is evaluated, in hours.
    evaluation_hours: ClassVar[int] = 24
    #: By refined table the columns that it reads: it is given no others. All of a table that is not named.
    columns: ClassVar[Mapping[str, Sequence[str]]] = MappingProxyType({})

    def label(self, tables: Tables, start_ms: int, end_ms: int) -> LabelledRows:
        """Return the decided rows of a period; none by default, and the classifier is not evaluated.

        Args:
            tables: all refined tables; features use what is before each row only.
            start_ms: start of the period, ms UTC.
            end_ms: its end, exclusive.
        """
        return NO_ROWS

    def rows_to_audit(self, tables: Tables, start_ms: int, end_ms: int) -> AuditRows:
        """Return the rows of a period that an audit reads; none by default.

        Args:
            tables: all refined tables.
            start_ms: start of the period, ms UTC.
            end_ms: its end, exclusive.
        """
        return NO_AUDIT_ROWS

    @abstractmethod
    def fit(self, tables: Tables, as_of_ms: int) -> None:
        """Fit on the interactions before `as_of_ms`, ms UTC."""

    @abstractmethod
    def predict(self, features: FeatureArray) -> FloatArray:
        """Return a probability for each row; features of shape (n, len(feature_names)), result (n,)."""

    def update_item(self, item_id: str, details: Mapping[str, str | float]) -> None:
        """Take note of the reported fields of a new or changed item while serving; nothing by default."""

    def forget_item(self, item_id: str) -> None:
        """Delete what is stored of an item whose data is erased; nothing by default."""

    @abstractmethod
    def dump(self) -> Bundle:
        """Return the fitted arrays and JSON values."""

    @abstractmethod
    def load(self, bundle: Bundle) -> None:
        """Restore what `dump` returned."""


class DecisionClassifier(Classifier):
    """A classifier whose probabilities become decisions, which are explained.

    Attributes:
        threshold: the lowest probability that is approved; infinity where none is.
        operating_mode: how the threshold was chosen.
        description: what the probability means and how the classifier was fitted, as JSON values.
    """

    threshold: float
    operating_mode: str
    description: Mapping[str, Any]

    @abstractmethod
    def explain(self, features: FeatureArray) -> FloatArray:
        """Return what each feature adds to the log-odds of each row, shape (n, len(feature_names))."""

    def find_features(self, item_id: str) -> FeatureArray | None:
        """Return the features of an item of the release, shape (len(feature_names),); None if unknown."""
        return None

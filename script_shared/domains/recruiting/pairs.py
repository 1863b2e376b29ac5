"""The contract of classifiers of pairs: whether an applicant is right for an opening."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from script_shared.models.classifier import DecisionClassifier
from script_shared.types import FeatureArray, FloatArray, LongArray
from script_shared.vector_index.index import FieldVectors


@dataclass(frozen=True, slots=True)
class Entity:
    """An opening or an applicant as the service knows it at the time of a request.

    Attributes:
        item_id: its id.
        columns: its displayed columns; null where unknown.
        texts: the unit vector of each field of its text; None without a text.
        partners: ids of the other sides of its applications, oldest first, shape (n,).
        times: when these applications were made, ms UTC, shape (n,).
    """

    item_id: str
    columns: Mapping[str, Any]
    texts: FieldVectors | None
    partners: Sequence[str]
    times: LongArray


class PairClassifier(DecisionClassifier):
    """Estimates whether applicants are right for an opening."""

    @abstractmethod
    def build_features(self, opening: Entity, applicants: Sequence[Entity], now_ms: int) -> FeatureArray:
        """Return the features of the pairs as of a time, shape (len(applicants), len(feature_names))."""

    def rank(self, features: FeatureArray) -> FloatArray:
        """Return scores that order the applicants of one opening; those of several cannot be compared.

        A probability says mostly which opening hires. By default it is the score, too.

        Args:
            features: shape (n, features).
        """
        return self.predict(features)

"""The contract of classifiers, which a domain may train beside the recommenders of its segments."""

from __future__ import annotations

from abc import ABC, abstractmethod

from script_shared.arrays import Bundle
from script_shared.tables import Tables
from script_shared.types import FeatureArray, FloatArray


class Classifier(ABC):
    """Estimates the probability of an outcome, for instance that a pair of items matches.

    Fitting may use any library; `predict` runs in the service, which has neither pandas nor scikit-learn.
    """

    #: Names the columns of the features, in order.
    feature_names: tuple[str, ...]

    @abstractmethod
    def fit(self, tables: Tables, as_of_ms: int) -> None:
        """Fit on the interactions before `as_of_ms`, ms UTC."""

    @abstractmethod
    def predict(self, features: FeatureArray) -> FloatArray:
        """Return a probability for each row; features of shape (n, len(feature_names)), result (n,)."""

    @abstractmethod
    def dump(self) -> Bundle:
        """Return the fitted arrays and JSON values."""

    @abstractmethod
    def load(self, bundle: Bundle) -> None:
        """Restore what `dump` returned."""

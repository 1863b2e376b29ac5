"""The interface of a log of predictions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from script_shared.impressions.erasure import Erasure
from script_shared.predictions.prediction import Prediction


class PredictionLog(ABC):
    """Predictions; people are identified by pseudonyms.

    Every method raises `EventLogError` where the log cannot be used now, and `VolumeFullError` where the disk
    is full; then it has changed nothing, and may be called again.
    """

    @abstractmethod
    def write(self, predictions: Sequence[Prediction], written_ms: int) -> None:
        """Add predictions; those whose id is in the log already are left out.

        Args:
            predictions: what was answered.
            written_ms: wall time from which their age counts, ms UTC.
        """

    @abstractmethod
    def read(self, start_ms: int, end_ms: int) -> Sequence[Prediction]:
        """Return the predictions with start ≤ time < end, by time, ms UTC of the release's clock."""

    @abstractmethod
    def forget(self, erasure: Erasure) -> int:
        """Remove the predictions about a user; return their number."""

    @abstractmethod
    def prune(self, before_ms: int) -> int:
        """Remove what was written before a wall time, ms UTC; return the number of predictions."""

    @abstractmethod
    def close(self) -> None:
        """Close files and connections."""

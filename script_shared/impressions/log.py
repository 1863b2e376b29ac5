"""The interface of an inference log."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from script_shared.impressions.erasure import Erasure
from script_shared.impressions.impression import AttributedInteraction, Click, Impression, ImpressionCount


class ImpressionLog(ABC):
    """Impressions and the interactions that followed them; users are identified by pseudonyms.

    Every method raises `EventLogError` where the log cannot be used now, and `VolumeFullError` where the disk
    is full; then it has changed nothing, and may be called again.
    """

    @abstractmethod
    def write(self, impressions: Sequence[Impression], written_ms: int) -> None:
        """Add impressions; those whose id is in the log already are left out.

        Args:
            impressions: what was shown.
            written_ms: wall time from which their age counts, ms UTC.
        """

    @abstractmethod
    def add_interactions(
        self, interactions: Sequence[AttributedInteraction], through: int, written_ms: int
    ) -> None:
        """Add interactions, each pair of impression and item once, and store the offset they end at.

        Args:
            interactions: all that name an impression, up to `through`.
            through: offset of the event log.
            written_ms: wall time from which their age counts, ms UTC.
        """

    @abstractmethod
    def attributed_offset(self) -> int:
        """Return the offset of the event log up to which interactions have been added."""

    @abstractmethod
    def newest(self, limit: int) -> Sequence[Impression]:
        """Return the newest impressions, newest first."""

    @abstractmethod
    def experiments(self) -> Sequence[str]:
        """Return the names of the experiments, the newest last."""

    @abstractmethod
    def count_impressions(self, experiment: str) -> Sequence[ImpressionCount]:
        """Return the number of impressions by variant, release and user; users without an id are left out."""

    @abstractmethod
    def clicks(self, experiment: str) -> Sequence[Click]:
        """Return the interactions with items of the impressions they followed."""

    @abstractmethod
    def forget(self, erasure: Erasure) -> int:
        """Remove the impressions that an erasure concerns, and what followed; return their number."""

    @abstractmethod
    def prune(self, before_ms: int) -> int:
        """Remove what was written before a wall time, ms UTC; return the number of impressions."""

    @abstractmethod
    def close(self) -> None:
        """Close files and connections."""

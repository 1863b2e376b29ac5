"""What an inference log promises, whichever engine keeps it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from script_shared.impressions.impression import Click, Followed, Impression, Shown


class ImpressionLog(ABC):
    """Impressions and the reads that followed; what it says of readers it says by their pseudonyms.

    Every method raises `EventLogError` where the log cannot be used now and `VolumeFullError` where there is
    no room; what it was to do is then not done, and may be tried again.
    """

    @abstractmethod
    def write(self, impressions: Sequence[Impression], written_ms: int) -> None:
        """Add impressions; one whose id is there already is left out.

        Args:
            impressions: what was shown.
            written_ms: wall time by which they grow old, ms UTC.
        """

    @abstractmethod
    def follow(self, interactions: Sequence[Followed], through: int, written_ms: int) -> None:
        """Add reads, each of an impression and item once, and note up to where the event log has been read.

        Args:
            reads: what was read.
            through: the offset of the event log up to which these are all.
            written_ms: wall time by which they grow old, ms UTC.
        """

    @abstractmethod
    def followed_through(self) -> int:
        """Return the offset of the event log up to which reads have been added."""

    @abstractmethod
    def newest(self, limit: int) -> Sequence[Impression]:
        """Return the newest impressions, newest first."""

    @abstractmethod
    def experiments(self) -> Sequence[str]:
        """Return the names of the experiments, the newest last."""

    @abstractmethod
    def shown(self, experiment: str) -> Sequence[Shown]:
        """Return how many impressions each reader had of each variant; readers without an id left out."""

    @abstractmethod
    def clicks(self, experiment: str) -> Sequence[Click]:
        """Return the reads of items that were on the list they came from."""

    @abstractmethod
    def forget(self, users: Sequence[str]) -> int:
        """Take out all of these readers' impressions, and what followed; return how many impressions."""

    @abstractmethod
    def prune(self, before_ms: int) -> int:
        """Take out what was written before a moment of the wall clock; return how many impressions."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections."""

"""The measured contribution of a component to ranking quality."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contribution:
    """The NDCG that a component adds.

    Attributes:
        gain: mean NDCG@10 with all components minus that without this one.
        error: standard error of the gain, from paired differences over held-out lists.
    """

    gain: float
    error: float

    @property
    def is_harmful(self) -> bool:
        """Whether the gain is below zero by two standard errors: some ten components are tested."""
        return self.gain < -2 * self.error

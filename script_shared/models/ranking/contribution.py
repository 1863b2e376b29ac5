"""What a part of a ranking is worth."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a part adds.

    Attributes:
        gain: mean NDCG@10 with everything minus that without the part.
        error: standard error of the gain, over the lists in pairs.
    """

    gain: float
    error: float

    @property
    def harms(self) -> bool:
        """Whether everything does better without it, by two standard errors: ten parts are asked."""
        return self.gain < -2 * self.error

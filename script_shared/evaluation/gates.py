"""The gates of promotion: how much worse than the champion and than popularity a release may be."""

from __future__ import annotations

from dataclasses import dataclass

#: With fewer users bootstrap intervals are too narrow; with one user they have no width.
FEW_USERS = 30


@dataclass(frozen=True, slots=True)
class Gate:
    """A test against one opponent: it fails if the paired 95 % interval is wholly below a tolerance.

    Attributes:
        tolerance: how far below the opponent the interval may be.
        users: segments with fewer users are not tested.
    """

    tolerance: float
    users: int


@dataclass(frozen=True, slots=True)
class Gates:
    """The gates that a release must pass in every segment.

    Attributes:
        metric: the metric to compare, at ten items.
        champion: against the champion's configuration.
        popularity: against the best most-popular list. It is the best of several in hindsight, which favours
            it, especially with few users.
        classifier: against the champion's configuration and the base rate, by log loss in nats; `users` are
            decided rows.
    """

    metric: str = "ndcg"
    champion: Gate = Gate(tolerance=0.005, users=FEW_USERS)
    popularity: Gate = Gate(tolerance=0.01, users=100)
    classifier: Gate = Gate(tolerance=0.0, users=200)

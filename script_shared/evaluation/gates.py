"""The gates: how much worse than its opponents a release may look and still serve."""

from __future__ import annotations

from dataclasses import dataclass

#: Fewer readers, drawn anew, are too much alike: intervals come out too narrow, of one reader without width.
FEW_USERS = 30


@dataclass(frozen=True, slots=True)
class Gate:
    """What counts as worse than an opponent: a paired 95 % interval wholly below a tolerance.

    Attributes:
        tolerance: so far below the opponent is not worse yet.
        readers: a segment with fewer says nothing for or against.
    """

    tolerance: float
    users: int


@dataclass(frozen=True, slots=True)
class Gates:
    """What a release must pass in every segment.

    Attributes:
        metric: what is compared, at ten items.
        champion: against the champion's configuration.
        popularity: against the best of the most-read lists. It is picked with hindsight from half a dozen,
            which favours it, most of all where readers are few.
    """

    metric: str = "ndcg"
    champion: Gate = Gate(tolerance=0.005, users=FEW_USERS)
    popularity: Gate = Gate(tolerance=0.01, users=100)

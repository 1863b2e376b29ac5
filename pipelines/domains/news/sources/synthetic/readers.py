"""The readers: how much they read, what they like, where they live, whether they log in."""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from pipelines.domains.news.sources.synthetic.catalogue import home_regions
from pipelines.domains.news.sources.synthetic.published_statistics import (
    HISTORY,
    LONGEST_HISTORY,
    NON_LOGGED,
    VALIDATION_NON_LOGGED,
    Flags,
    Floats,
    Ints,
    Rows,
    Size,
    stream,
)
from pipelines.domains.news.sources.synthetic.vocabulary import THEMES

UPPER_QUARTER = 6  # the published third quartile: only longer histories are stretched to reach the total

LONGEST_OF_FEW = 150  # how long histories may be even where the window has fewer articles of its own


@dataclass(frozen=True)
class Readers:
    """One row a reader."""

    user: list[str]
    logged: Flags
    reads: Ints
    home: Ints
    first_theme: Ints
    second_theme: Ints
    local: Floats  # the share of reads that are of the home region
    picky: Floats  # the share of reads that follow the reader's themes

    def __len__(self) -> int:
        return len(self.user)


def make_readers(size: Size, fresh: int, seed: int) -> Readers:
    """The readers of a scale; ``fresh`` articles bound how many one of them can read."""
    rng = stream(seed, "readers")
    longest = min(size.items // 2, max(LONGEST_OF_FEW, fresh // 2))
    reads = _history_sizes(size, longest, rng)
    return Readers(
        user=[sha256(f"{seed}:{row}".encode()).hexdigest() for row in range(size.users)],
        logged=_logged(reads, rng),
        reads=reads,
        home=home_regions(size.users, size, rng),
        first_theme=_liked(size.users, rng),
        second_theme=_liked(size.users, rng),
        local=np.where(rng.random(size.users) < 0.5, 0.6, 0.08),
        picky=np.where(rng.random(size.users) < 0.6, 0.65, 0.2),
    )


def _history_sizes(size: Size, longest: int, rng: np.random.Generator) -> Ints:
    reads = np.clip(HISTORY.spread(size.users, rng), 1, min(longest, LONGEST_HISTORY))
    low, high = 0.5, 2.0
    for _ in range(30):
        power = (low + high) / 2
        low, high = (power, high) if _stretch(reads, power, longest).sum() < size.reads else (low, power)
    return _stretch(reads, low, longest)


def _stretch(reads: Floats, power: float, longest: int) -> Ints:
    tail = UPPER_QUARTER * (np.maximum(reads, UPPER_QUARTER) / UPPER_QUARTER) ** power
    stretched = np.where(reads > UPPER_QUARTER + 0.5, np.minimum(tail, longest), reads)
    return np.rint(np.minimum(stretched, LONGEST_HISTORY)).astype(np.int64)


def _logged(reads: Ints, rng: np.random.Generator) -> Flags:
    """Who reads more logs in more often; the share is exact."""
    logged = np.zeros(reads.size, np.bool_)
    keenness = np.log(reads) + rng.normal(0, 1.6, reads.size)
    logged[np.argsort(-keenness, kind="stable")[: round(reads.size * (1 - NON_LOGGED))]] = True
    return logged


def _liked(n: int, rng: np.random.Generator) -> Ints:
    weight = np.array([theme.weight for theme in THEMES])
    return rng.choice(len(THEMES), n, p=weight / weight.sum())


def returning(readers: Readers, wanted: int, recent: Flags, rng: np.random.Generator) -> Rows:
    """Who comes back in the validation period: the keen and the recent more, the shares exact."""
    guests = round(wanted * VALIDATION_NON_LOGGED)
    score = 0.4 * np.log(readers.reads) + 1.2 * recent + rng.gumbel(size=len(readers))
    ranked = np.argsort(-score, kind="stable")
    logged = readers.logged[ranked]
    return np.sort(np.concatenate([ranked[logged][: wanted - guests], ranked[~logged][:guests]]))

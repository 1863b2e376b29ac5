"""Readers: history sizes, preferred categories and regions, and login states."""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from pipelines.domains.news.sources.synthetic.catalogue import sample_categories, sample_home_regions
from pipelines.domains.news.sources.synthetic.published_statistics import (
    HISTORY_SIZE,
    MAX_HISTORY_SIZE,
    NON_LOGGED_SHARE,
    VALIDATION_NON_LOGGED_SHARE,
    DatasetSize,
    Flags,
    Floats,
    Ints,
    Rows,
    make_rng,
)

#: The published third quartile: only longer histories are scaled to reach the total number of reads.
UPPER_QUARTILE = 6
#: The longest history of a small data set, even if it has fewer fresh articles.
MIN_LONGEST_HISTORY = 150


@dataclass(frozen=True)
class Readers:
    """Readers; one array element per reader.

    Attributes:
        user_id: reader ids.
        is_logged: login states.
        history_size: numbers of reads.
        home_region: position in REGIONS.
        first_category: position in CATEGORIES of the preferred category.
        second_category: position in CATEGORIES of the next preferred category.
        regional_share: share of reads of articles from the home region.
        category_share: share of the other reads that follow the preferred categories.
    """

    user_id: list[str]
    is_logged: Flags
    history_size: Ints
    home_region: Ints
    first_category: Ints
    second_category: Ints
    regional_share: Floats
    category_share: Floats

    def __len__(self) -> int:
        return len(self.user_id)


def make_readers(size: DatasetSize, fresh: int, seed: int) -> Readers:
    """Generate the readers; the number of fresh articles limits the history sizes."""
    rng = make_rng(seed, "readers")
    longest = min(size.items // 2, max(MIN_LONGEST_HISTORY, fresh // 2))
    history_size = _sample_history_sizes(size, longest, rng)
    return Readers(
        user_id=[sha256(f"{seed}:{row}".encode()).hexdigest() for row in range(size.users)],
        is_logged=_sample_login_states(history_size, rng),
        history_size=history_size,
        home_region=sample_home_regions(size.users, size, rng),
        first_category=sample_categories(size.users, rng),
        second_category=sample_categories(size.users, rng),
        regional_share=np.where(rng.random(size.users) < 0.5, 0.6, 0.08),
        category_share=np.where(rng.random(size.users) < 0.6, 0.65, 0.2),
    )


def _sample_history_sizes(size: DatasetSize, longest: int, rng: np.random.Generator) -> Ints:
    sizes = np.clip(HISTORY_SIZE.sample(size.users, rng), 1, min(longest, MAX_HISTORY_SIZE))
    low, high = 0.5, 2.0
    for _ in range(30):
        power = (low + high) / 2
        too_few = _scale_tail(sizes, power, longest).sum() < size.reads
        low, high = (power, high) if too_few else (low, power)
    return _scale_tail(sizes, low, longest)


def _scale_tail(sizes: Floats, power: float, longest: int) -> Ints:
    tail = UPPER_QUARTILE * (np.maximum(sizes, UPPER_QUARTILE) / UPPER_QUARTILE) ** power
    scaled = np.where(sizes > UPPER_QUARTILE + 0.5, np.minimum(tail, longest), sizes)
    return np.rint(np.minimum(scaled, MAX_HISTORY_SIZE)).astype(np.int64)


def _sample_login_states(history_size: Ints, rng: np.random.Generator) -> Flags:
    """Draw login states, more often for longer histories; the share of logged readers is exact."""
    is_logged = np.zeros(history_size.size, np.bool_)
    score = np.log(history_size) + rng.normal(0, 1.6, history_size.size)
    logged = round(history_size.size * (1 - NON_LOGGED_SHARE))
    is_logged[np.argsort(-score, kind="stable")[:logged]] = True
    return is_logged


def sample_returning_readers(readers: Readers, n: int, is_recent: Flags, rng: np.random.Generator) -> Rows:
    """Draw the readers of the validation set, more often recent ones and those with long histories.

    Args:
        readers: all readers.
        n: how many to draw; the share of logged readers among them is exact.
        is_recent: readers with a read on the last day.
        rng: random generator.
    """
    non_logged = round(n * VALIDATION_NON_LOGGED_SHARE)
    score = 0.4 * np.log(readers.history_size) + 1.2 * is_recent + rng.gumbel(size=len(readers))
    ranked = np.argsort(-score, kind="stable")
    is_logged = readers.is_logged[ranked]
    return np.sort(np.concatenate([ranked[is_logged][: n - non_logged], ranked[~is_logged][:non_logged]]))

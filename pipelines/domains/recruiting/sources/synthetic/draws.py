"""Keyed random numbers: the words of a text depend on its key alone, not on the texts before it."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import make_rng

T = TypeVar("T")
Keys = NDArray[np.uint64]
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
LIMIT = 2**24
_PRIME = 7_919


def make_keys(n: int, seed: int, name: str) -> Keys:
    """Draw a key for each of `n` texts."""
    return make_rng(seed, f"keys of {name}").integers(0, 2**64, n, np.uint64)


class Draws:
    """Random choices from a list of whole numbers from 0 to 2**24; at its end it starts again, shifted."""

    __slots__ = ("_numbers", "_position")

    def __init__(self, numbers: list[int]) -> None:
        self._numbers, self._position = numbers, 0

    def number(self, limit: int) -> int:
        """Return a number from 0 to `limit`, exclusive."""
        position = self._position
        self._position = position + 1
        if position < len(self._numbers):
            return self._numbers[position] % limit
        turn, place = divmod(position, len(self._numbers))
        return (self._numbers[place] + turn * _PRIME) % limit

    def pick(self, words: Sequence[T]) -> T:
        """Return one of the words."""
        return words[self.number(len(words))]

    def chance(self, share: float) -> bool:
        """Return true in a share of the cases."""
        return self.number(LIMIT) < share * LIMIT

    def between(self, low: int, high: int) -> int:
        """Return a number from `low` to `high`, inclusive."""
        return low + self.number(high - low + 1)


def make_draws(keys: Keys, n: int) -> Iterator[Draws]:
    """Yield `n` random numbers for each key.

    The numbers are outputs of SplitMix64 (Steele, Lea, Flood 2014) from the state `key` on.
    """
    with np.errstate(over="ignore"):
        state = keys[:, None] + np.arange(1, n + 1, dtype=np.uint64) * _GOLDEN
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    numbers = (state ^ (state >> np.uint64(31))) >> np.uint64(40)
    for row in numbers.tolist():
        yield Draws(row)

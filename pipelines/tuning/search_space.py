"""The values that tuning may try for each parameter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class NumericRange:
    """All numbers between two bounds.

    Attributes:
        low: the lower bound, inclusive.
        high: the upper bound, inclusive.
        log: whether values are sampled on a logarithmic scale.
        integer: whether only integers are sampled.
        segments: the segments that the parameter affects; empty for all.
    """

    low: float
    high: float
    log: bool = False
    integer: bool = False
    segments: tuple[str, ...] = ()

    def contains(self, value: Any) -> bool:
        """Return whether a value is in the range."""
        return self.low <= value <= self.high and (not self.integer or value == int(value))


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few JSON values.

    Attributes:
        options: the values.
        segments: the segments that the parameter affects; empty for all.
    """

    options: tuple[Any, ...]
    segments: tuple[str, ...] = ()

    def contains(self, value: Any) -> bool:
        """Return whether a value is one of the options."""
        return json.dumps(value) in self.texts

    @property
    def texts(self) -> tuple[str, ...]:
        """The options as JSON texts, in which a tuple equals a list."""
        return tuple(json.dumps(option) for option in self.options)


#: The values by the path of the parameter, `group.name`.
SearchSpace = Mapping[str, NumericRange | Choice]

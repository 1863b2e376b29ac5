"""What a parameter may be set to when the best setting is searched for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class NumericRange:
    """All numbers between two ends.

    Attributes:
        low, high: the ends, both included.
        log: tried evenly by ratio, not by distance.
        whole: whole numbers only.
        only: the segments that the parameter concerns; empty is all.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False
    only: tuple[str, ...] = ()

    def holds(self, value: Any) -> bool:
        """Tell whether a value is one of these."""
        return self.low <= value <= self.high and (not self.whole or value == int(value))


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few values, plain JSON each.

    Attributes:
        options: the values.
        only: the segments that the parameter concerns; empty is all.
    """

    options: tuple[Any, ...]
    only: tuple[str, ...] = ()

    def holds(self, value: Any) -> bool:
        """Tell whether a value is one of these."""
        return json.dumps(value) in self.texts

    @property
    def texts(self) -> tuple[str, ...]:
        """The options as JSON: a tuple and a list are the same."""
        return tuple(json.dumps(option) for option in self.options)


#: What parameters may be set to, by their place in the domain's parameters, as `group.name`.
Space = Mapping[str, NumericRange | Choice]

"""Adverse impact: selection rates by group, and their ratios to the highest rate.

The impact ratio, the scoring rate and the groups below 2 % are those of New York City's Local Law 144 (rules
of the DCWP, 6 RCNY § 5-301). Four fifths is the threshold of the Uniform Guidelines on Employee Selection
Procedures (29 CFR § 1607.4 D), which ask for significance, too: small numbers give low ratios by chance.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from script_shared.evaluation.proportions import ratio_interval, wilson_interval
from script_shared.types import BoolArray, FloatArray, IntArray

FOUR_FIFTHS = 0.8
SMALL_SHARE = 0.02
#: For an alarm so many members of a group would be selected at the highest rate, and the group with that rate
#: has as many: for fewer the intervals do not hold (the usual rule for comparing two proportions).
FEW_SELECTED = 5
_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class GroupImpact:
    """The selection rate of a group.

    Attributes:
        group: name of the group.
        n, selected: number of members, and of those selected.
        rate, low, high: the selection rate and its 95 % Wilson interval.
        ratio: the rate relative to the highest rate; NaN if that is 0.
        ratio_low, ratio_high: the interval of the ratio; all intervals of the audit hold together with 95 %.
        small: whether the group has less than 2 % of the members of all groups; it is not compared.
        below_four_fifths: whether the ratio is below .8.
        alarm: whether the ratio is below .8 and its interval below 1, more than chance; never where at the
            highest rate fewer than `FEW_SELECTED` members would be selected.
    """

    group: str
    n: int
    selected: int
    rate: float
    low: float
    high: float
    ratio: float
    ratio_low: float
    ratio_high: float
    small: bool
    below_four_fifths: bool
    alarm: bool


@dataclass(frozen=True, slots=True)
class ImpactAudit:
    """The selection rates of all groups.

    Attributes:
        groups: in the order of their names.
        highest: the group with the highest rate among those that are not small; None if there is none.
        unknown, unknown_selected: number of persons without a known group, and of those selected.
    """

    groups: tuple[GroupImpact, ...]
    highest: str | None
    unknown: int
    unknown_selected: int

    @property
    def alarms(self) -> tuple[str, ...]:
        """The names of the groups whose ratio is below four fifths by more than chance."""
        return tuple(group.group for group in self.groups if group.alarm)

    def document(self) -> dict[str, Any]:
        """Return the audit as JSON values; NaN and infinity become null."""
        return {
            "highest": self.highest,
            "unknown": self.unknown,
            "unknown_selected": self.unknown_selected,
            "alarms": list(self.alarms),
            "groups": [_to_json(group) for group in self.groups],
        }


def audit_selection(groups: Sequence[str | None], selected: npt.ArrayLike) -> ImpactAudit:
    """Compare the rates at which the members of groups are selected.

    Args:
        groups: the group of each person; None where it is unknown.
        selected: whether the person was selected, shape (n,).

    Raises:
        ValueError: the arguments differ in length.
    """
    chosen = np.asarray(selected, np.bool_)
    if chosen.shape != (len(groups),):
        raise ValueError(f"{chosen.shape} selections for {len(groups)} persons")
    known = np.array([group is not None for group in groups], np.bool_)
    names, place = np.unique(
        np.array([group for group in groups if group is not None], str), return_inverse=True
    )
    n = np.bincount(place, minlength=len(names))
    hits = np.bincount(place[chosen[known]], minlength=len(names))
    small = n < SMALL_SHARE * n.sum()
    highest = None if small.all() else int(np.argmax(np.where(small, -1.0, hits / np.maximum(n, 1))))
    return ImpactAudit(
        groups=tuple(_describe(names, hits, n, small, highest)),
        highest=None if highest is None else str(names[highest]),
        unknown=int((~known).sum()),
        unknown_selected=int(chosen[~known].sum()),
    )


def audit_scores(groups: Sequence[str | None], scores: npt.ArrayLike) -> ImpactAudit:
    """Compare scoring rates: who scores above the median of all persons counts as selected.

    Args:
        groups: the group of each person; None where it is unknown.
        scores: shape (n,), not empty.

    Raises:
        ValueError: the arguments differ in length.
    """
    values = np.asarray(scores, np.float64)
    return audit_selection(groups, values > np.median(values))


def intersect(*columns: Sequence[str | None]) -> list[str | None]:
    """Return the intersection of each person's groups, such as "female × black"; None if one is unknown."""
    rows = zip(*columns, strict=True)
    return [None if None in row else " × ".join(map(str, row)) for row in rows]


def _describe(
    names: npt.NDArray[np.str_], hits: IntArray, n: IntArray, small: BoolArray, highest: int | None
) -> Iterator[GroupImpact]:
    rates, (low, high) = hits / np.maximum(n, 1), wilson_interval(hits, n)
    ratios, ratio_low, ratio_high = _compare(hits, n, small, highest)
    below = ~small & (ratios < FOUR_FIFTHS)
    alarms = below & (ratio_high < 1) & _has_enough(hits, n, highest)
    columns = (names, n, hits, rates, low, high, ratios, ratio_low, ratio_high, small, below, alarms)
    for row in zip(*(column.tolist() for column in columns), strict=True):
        yield GroupImpact(*row)


def _has_enough(hits: IntArray, n: IntArray, highest: int | None) -> BoolArray:
    """Return which groups are large enough for an alarm."""
    if highest is None:
        return np.zeros(len(n), np.bool_)
    expected = n * (hits[highest] / n[highest])
    return (expected >= FEW_SELECTED) & (hits[highest] >= FEW_SELECTED)


def _to_json(group: GroupImpact) -> dict[str, Any]:
    """Return the attributes; a value that is not finite becomes null."""
    values = asdict(group).items()
    return {name: None if isinstance(x, float) and not math.isfinite(x) else x for name, x in values}


def _compare(
    hits: IntArray, n: IntArray, small: BoolArray, highest: int | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the ratios of the rates to the highest rate, and the ends of their intervals.

    The highest rate is the highest of several by chance, too: the confidence is corrected for all pairs.
    """
    if highest is None or hits[highest] == 0:
        return (np.full(len(hits), math.nan),) * 3
    pairs = max(math.comb(int((~small).sum()), 2), 1)
    low, high = ratio_interval((hits, n), (hits[highest], n[highest]), 1 - (1 - _CONFIDENCE) / pairs)
    low[highest] = high[highest] = 1.0
    return (hits / n) / (hits[highest] / n[highest]), low, high

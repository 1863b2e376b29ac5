"""What readers made of each variant, and how sure the difference is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from script_shared.clock import MS_PER_MINUTE
from script_shared.evaluation.ratios import Estimate, ratio
from script_shared.impressions.impression import Click, ImpressionCount

#: Clients tell when it was read by clocks of their own, as far off as `POST /events` bears.
_SKEW_MS = 5 * MS_PER_MINUTE


@dataclass(frozen=True, slots=True)
class Arm:
    """What became of one variant.

    Attributes:
        variant: `champion` or `challenger`.
        releases: those that it was, in the order of their names.
        readers: to whom it was shown.
        impressions: lists that were shown.
        reads: reads that followed.
        per_impression: share of the impressions that a read followed.
        per_reader: share of the readers who followed an impression at least once.
    """

    variant: str
    releases: tuple[str, ...]
    users: int
    impressions: int
    interactions: int
    per_impression: Estimate
    per_reader: Estimate


def arms(shown: Sequence[ImpressionCount], clicks: Sequence[Click], window_ms: int) -> list[Arm]:
    """Return what became of each variant, in the order of their names.

    Args:
        shown: how many impressions readers had.
        clicks: reads of items that were on the list that they came from.
        window_ms: a read counts that came so long after the impression at most.
    """
    counted = [each for each in clicks if -_SKEW_MS <= each.after_ms <= window_ms]
    return [_arm(variant, shown, counted) for variant in sorted({each.variant for each in shown})]


def in_both(shown: Sequence[ImpressionCount]) -> int:
    """Return how many readers saw lists of more than one variant."""
    seen = defaultdict[str, set[str]](set)
    for each in shown:
        seen[each.pseudonym].add(each.variant)
    return sum(len(variants) > 1 for variants in seen.values())


def _arm(variant: str, shown: Sequence[ImpressionCount], clicks: Sequence[Click]) -> Arm:
    impressions, releases = Counter[str](), set[str]()
    for each in shown:
        if each.variant == variant:
            impressions[each.pseudonym] += each.impressions
            releases.add(each.release)
    own = [each for each in clicks if each.variant == variant]
    followed = Counter(user for user, _ in {(each.pseudonym, each.impression_id) for each in own})
    wholes = np.array(list(impressions.values()), np.float64)
    parts = np.array([followed[user] for user in impressions], np.float64)
    return Arm(
        variant,
        tuple(sorted(releases)),
        len(impressions),
        impressions.total(),
        len(own),
        ratio(parts, wholes),
        ratio((parts > 0).astype(np.float64), np.ones(len(parts))),
    )

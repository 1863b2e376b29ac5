"""Computes the click-through of each variant with its uncertainty."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from script_shared.clock import MS_PER_MINUTE
from script_shared.evaluation.ratios import Estimate, ratio
from script_shared.impressions.impression import Click, ImpressionCount

#: The tolerated error of the clients' clocks, the same as in `POST /events`.
_CLOCK_SKEW_MS = 5 * MS_PER_MINUTE


@dataclass(frozen=True, slots=True)
class VariantResult:
    """The measured result of one variant.

    Attributes:
        variant: `champion` or `challenger`.
        releases: ids of the releases that were served as this variant, sorted.
        users: the number of users with an impression.
        impressions: the number of lists that were shown.
        interactions: the number of clicks that followed.
        per_impression: the share of impressions with a click.
        per_user: the share of users with at least one click.
    """

    variant: str
    releases: tuple[str, ...]
    users: int
    impressions: int
    interactions: int
    per_impression: Estimate
    per_user: Estimate


def measure_variants(
    shown: Sequence[ImpressionCount], clicks: Sequence[Click], window_ms: int
) -> list[VariantResult]:
    """Return the result of each variant, sorted by name.

    Args:
        shown: the number of impressions by user, variant and release.
        clicks: clicks on items of the lists that were shown.
        window_ms: clicks later than this after their impression do not count.
    """
    counted = [click for click in clicks if -_CLOCK_SKEW_MS <= click.after_ms <= window_ms]
    return [_measure_variant(name, shown, counted) for name in sorted({entry.variant for entry in shown})]


def count_users_in_both(shown: Sequence[ImpressionCount]) -> int:
    """Return the number of users who had impressions of more than one variant."""
    variants_by_user = defaultdict[str, set[str]](set)
    for entry in shown:
        variants_by_user[entry.pseudonym].add(entry.variant)
    return sum(len(variants) > 1 for variants in variants_by_user.values())


def _measure_variant(
    variant: str, shown: Sequence[ImpressionCount], clicks: Sequence[Click]
) -> VariantResult:
    impressions, releases = Counter[str](), set[str]()
    for entry in shown:
        if entry.variant == variant:
            impressions[entry.pseudonym] += entry.impressions
            releases.add(entry.release)
    variant_clicks = [click for click in clicks if click.variant == variant]
    pairs = {(click.pseudonym, click.impression_id) for click in variant_clicks}
    clicked = Counter(user for user, _ in pairs)
    totals = np.array(list(impressions.values()), np.float64)
    hits = np.array([clicked[user] for user in impressions], np.float64)
    return VariantResult(
        variant,
        tuple(sorted(releases)),
        len(impressions),
        impressions.total(),
        len(variant_clicks),
        ratio(hits, totals),
        ratio((hits > 0).astype(np.float64), np.ones(len(hits))),
    )

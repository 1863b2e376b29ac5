"""The engagement weight of a read, the same in training and serving."""

from __future__ import annotations

import math
from collections.abc import Mapping

#: The weight is time·log1p(minutes) + clicks·clicks + scroll·scroll/100 + visits·visits, clipped to
#: [MIN_WEIGHT, MAX_WEIGHT]; `PLAIN` where the source has no measures.
WEIGHTS = {"time": 0.5, "clicks": 0.05, "scroll": 0.5, "visits": 0.25}
MIN_WEIGHT, MAX_WEIGHT = 0.05, 5.0

MEASURES = ("seconds", "clicks", "scroll", "visits")
PLAIN = 1.0


def weight(details: Mapping[str, str | float]) -> float:
    """Return the engagement weight of a read: its field `weight` if given, else that of its measures."""
    if not details:
        return PLAIN
    if "weight" in details:
        return min(max(float(details["weight"]), MIN_WEIGHT), MAX_WEIGHT)
    seconds, clicks, scroll, visits = (float(details.get(name) or 0.0) for name in MEASURES)
    total = (
        WEIGHTS["time"] * math.log1p(seconds / 60)
        + WEIGHTS["clicks"] * clicks
        + WEIGHTS["scroll"] * scroll / 100
        + WEIGHTS["visits"] * visits
    )
    is_measured = any(name in details for name in MEASURES)
    return min(max(total, MIN_WEIGHT), MAX_WEIGHT) if is_measured else PLAIN

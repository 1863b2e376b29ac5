"""How much one read counts, by what is known of it; training and serving weigh alike."""

from __future__ import annotations

import math
from collections.abc import Mapping

#: w_time·log1p(minutes) + w_clicks·clicks + w_scroll·scroll/100 + w_visits·visits, capped; one plain
#: interaction where the source tells nothing.
WEIGHTS = {"time": 0.5, "clicks": 0.05, "scroll": 0.5, "visits": 0.25}
LEAST, CAP = 0.05, 5.0

MEASURES = ("seconds", "clicks", "scroll", "visits")
PLAIN = 1.0


def weight(details: Mapping[str, str | float]) -> float:
    """Return the engagement weight of a read: `weight` itself where it is told, else by its measures."""
    if not details:
        return PLAIN
    if "weight" in details:
        return min(max(float(details["weight"]), LEAST), CAP)
    seconds, clicks, scroll, visits = (float(details.get(name) or 0.0) for name in MEASURES)
    total = (
        WEIGHTS["time"] * math.log1p(seconds / 60)
        + WEIGHTS["clicks"] * clicks
        + WEIGHTS["scroll"] * scroll / 100
        + WEIGHTS["visits"] * visits
    )
    told = any(name in details for name in MEASURES)
    return min(max(total, LEAST), CAP) if told else PLAIN

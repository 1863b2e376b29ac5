"""An experiment as a table to read and as JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from rich.table import Table

from pipelines.experiments.measurement import Arm
from script_shared.evaluation.ratios import Estimate

#: What an arm is measured by, and what it is called.
MEASURES = {"per_impression": "read / impressions", "per_reader": "readers who read"}


def table(name: str, found: Sequence[Arm]) -> Table:
    """Return a row a variant, and under them what the challenger adds."""
    shown = Table("variant", title=f"experiment {name}, 95 % intervals")
    for column in ("users", "impressions", "interactions", *MEASURES.values()):
        shown.add_column(column, justify="right")
    for arm in found:
        figures = [_percent(getattr(arm, each)) for each in MEASURES]
        shown.add_row(
            arm.variant, f"{arm.users:,}", f"{arm.impressions:,}", f"{arm.interactions:,}", *figures
        )
    added = differences(found)
    if added:
        shown.add_section()
        shown.add_row("difference", "", "", "", *(_percent(each, "+") for each in added.values()))
    return shown


def differences(found: Sequence[Arm]) -> dict[str, Estimate]:
    """Return what the challenger has more than the champion, by measure; nothing where one is missing."""
    by_name = {arm.variant: arm for arm in found}
    if set(by_name) != {"champion", "challenger"}:
        return {}
    challenger, champion = by_name["challenger"], by_name["champion"]
    return {each: getattr(challenger, each).minus(getattr(champion, each)) for each in MEASURES}


def document(name: str, found: Sequence[Arm], both: int) -> dict[str, Any]:
    """Return the same as JSON values; what cannot be said is null."""
    return {
        "experiment": name,
        "variants": [_arm(arm) for arm in found],
        "difference": {each: _ends(value) for each, value in differences(found).items()},
        "readers_in_both": both,
    }


def _arm(arm: Arm) -> dict[str, Any]:
    counts = {"users": arm.users, "impressions": arm.impressions, "interactions": arm.interactions}
    figures = {each: _ends(getattr(arm, each)) for each in MEASURES}
    return {"variant": arm.variant, "releases": list(arm.releases), **counts, **figures}


def _ends(figure: Estimate) -> dict[str, float | None]:
    values = {"value": figure.value, "low": figure.low, "high": figure.high}
    return {name: round(value, 6) if math.isfinite(value) else None for name, value in values.items()}


def _percent(figure: Estimate, sign: str = "") -> str:
    if not math.isfinite(figure.error):
        return f"{figure.value:{sign}.2%}" if math.isfinite(figure.value) else "–"
    return f"{figure.value:{sign}.2%} [{figure.low:{sign}.2%} {figure.high:{sign}.2%}]"

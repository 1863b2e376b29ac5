"""Formats the results of an experiment as a table and as JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from rich.table import Table

from pipelines.experiments.measurement import VariantResult
from script_shared.evaluation.ratios import Estimate

COUNTS = ("users", "impressions", "interactions")
#: The headings of the measures.
MEASURES = {"per_impression": "clicks / impressions", "per_user": "users with a click"}


def build_table(name: str, results: Sequence[VariantResult]) -> Table:
    """Return a row for each variant, and a row for the difference between challenger and champion."""
    table = Table("variant", title=f"experiment {name}, 95 % intervals")
    for column in (*COUNTS, *MEASURES.values()):
        table.add_column(column, justify="right")
    for result in results:
        counts = (f"{getattr(result, name):,}" for name in COUNTS)
        table.add_row(result.variant, *counts, *(_format(getattr(result, name)) for name in MEASURES))
    estimates = compute_differences(results)
    if estimates:
        table.add_section()
        table.add_row("difference", "", "", "", *(_format(estimate, "+") for estimate in estimates.values()))
    return table


def compute_differences(results: Sequence[VariantResult]) -> dict[str, Estimate]:
    """Return challenger minus champion by measure; empty if one of them is missing."""
    by_name = {result.variant: result for result in results}
    if set(by_name) != {"champion", "challenger"}:
        return {}
    challenger, champion = by_name["challenger"], by_name["champion"]
    return {name: getattr(challenger, name).minus(getattr(champion, name)) for name in MEASURES}


def build_document(name: str, results: Sequence[VariantResult], users_in_both: int) -> dict[str, Any]:
    """Return the results as JSON values; undefined estimates are null."""
    estimates = compute_differences(results)
    return {
        "experiment": name,
        "variants": [_to_json(result) for result in results],
        "difference": {name: _estimate_to_json(estimate) for name, estimate in estimates.items()},
        "users_in_both": users_in_both,
    }


def _to_json(result: VariantResult) -> dict[str, Any]:
    counts = {name: getattr(result, name) for name in COUNTS}
    estimates = {name: _estimate_to_json(getattr(result, name)) for name in MEASURES}
    return {"variant": result.variant, "releases": list(result.releases), **counts, **estimates}


def _estimate_to_json(estimate: Estimate) -> dict[str, float | None]:
    values = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    return {name: round(value, 6) if math.isfinite(value) else None for name, value in values.items()}


def _format(estimate: Estimate, sign: str = "") -> str:
    if not math.isfinite(estimate.error):
        return f"{estimate.value:{sign}.2%}" if math.isfinite(estimate.value) else "–"
    return f"{estimate.value:{sign}.2%} [{estimate.low:{sign}.2%} {estimate.high:{sign}.2%}]"

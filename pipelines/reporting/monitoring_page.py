"""Renders the report on a day's predictions as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.reporting.monitoring_figures import draw_history, draw_hours, draw_indices
from pipelines.reporting.template import render_template
from script_shared.drift.detection import MIN_ROWS

_TEMPLATE = "monitoring.html.j2"
#: What each test compares.
_DESCRIPTIONS = {
    "rate": "rate of 1",
    "mean": "mean, in standard deviations",
    "psi": "population stability index",
    "ks": "distance of the distribution functions",
    "missing": "share of missing values",
    "category": "share of a category",
    "languages": "share of a language",
    "term": "TF-IDF weight of a term",
    "outcome": "rate of the outcome, in proportion",
}


def render_monitoring_page(report: Mapping[str, Any], history: Sequence[Mapping[str, Any]]) -> str:
    """Return the HTML page; every text in it is escaped.

    Args:
        report: of the stage `monitor`, as JSON values.
        history: such reports of several days in their order, this one last.
    """
    drift = report["drift"]
    figures = {"Predictions and mean score by hour": draw_hours(report["hours"])}
    if drift["features"]:
        figures["Features that changed most"] = draw_indices(drift["features"])
    figures["The last days"] = draw_history(history)
    return render_template(
        _TEMPLATE, report=report, drift=drift, figures=figures, tests=_DESCRIPTIONS, min_rows=MIN_ROWS
    )

"""Renders the report as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.reporting.figures import age_boxes, metric_bars, recall_curves
from pipelines.reporting.findings import Findings
from pipelines.reporting.template import render_template
from script_shared.evaluation.beyond_accuracy import LIST_METRICS
from script_shared.evaluation.comparison import SERVED
from script_shared.evaluation.gates import FEW_USERS
from script_shared.evaluation.ranking import METRICS

_TEMPLATE = "report.html.j2"


def render_page(findings: Findings, facts: Mapping[str, Any]) -> str:
    """Return the HTML page; every text in it is escaped.

    Args:
        findings: the content of the report.
        facts: `run`, `as_of`, `champion` (id of the champion, or None), `hours` (the starts of the evaluated
            hours) and `verdict`.
    """
    return render_template(
        _TEMPLATE,
        **facts,
        findings=findings,
        figures=_draw_figures(findings),
        metrics=METRICS,
        beyond=LIST_METRICS,
        served=SERVED,
        few_users=FEW_USERS,
    )


def _draw_figures(findings: Findings) -> Mapping[str, str]:
    parts = findings.comparisons
    ages = "Age of recommended and clicked items: 10, 25, 50, 75 and 90 % are younger"
    return {
        **{f"{metric} with 95 % intervals": metric_bars(parts, metric) for metric in METRICS[:2]},
        "Recall by list length": recall_curves(parts, findings.curves),
        ages: age_boxes(parts, findings.ages),
    }

"""Draws the report's figures as SVG data URIs."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
import polars as pl
from matplotlib import rc_context
from matplotlib.figure import Figure

from script_shared.evaluation.comparison import SERVED, Comparison
from script_shared.evaluation.intervals import interval
from script_shared.evaluation.ranking import METRICS

#: A fixed hash salt makes the output deterministic.
_STYLE: Any = {"svg.hashsalt": "report", "svg.fonttype": "none", "font.size": 9, "axes.spines.top": False}


def metric_bars(comparisons: Sequence[Comparison], metric: str) -> str:
    """Draw a metric of every model with its 95 % interval, one panel for each segment."""
    bars = max(len(part.models) for part in comparisons)
    figure, panels = _create_panels(len(comparisons), 0.28 * bars + 0.9)
    column = METRICS.index(metric)
    for axes, part in zip(panels, comparisons, strict=True):
        means = part.means[:, column]
        errors = np.abs(interval(part.draws[:, :, column]) - means)
        colours = ["tab:red" if model == SERVED else "tab:gray" for model in part.models]
        axes.barh(part.models, means, xerr=errors, color=colours, ecolor="black", capsize=2)
        axes.invert_yaxis()
        axes.set(title=part.segment, xlabel=metric)
    return _to_data_uri(figure)


def recall_curves(comparisons: Sequence[Comparison], curves: pl.DataFrame) -> str:
    """Draw recall by list length, for the service and the best baseline."""
    figure, panels = _create_panels(len(comparisons), 2.6)
    for axes, part in zip(panels, comparisons, strict=True):
        for model, colour in ((part.models[part.best_baseline("recall")], "tab:gray"), (SERVED, "tab:red")):
            curve = curves.filter(segment=part.segment, model=model).sort("length")
            axes.plot(curve["length"].to_list(), curve["recall"].to_list(), "o-", color=colour, label=model)
        axes.set(title=part.segment, xlabel="list length", ylabel="recall", ylim=(0, None))
        axes.legend(frameon=False)
    return _to_data_uri(figure)


def age_boxes(comparisons: Sequence[Comparison], ages: pl.DataFrame) -> str:
    """Draw the age of items, for recommended items and for items that users clicked."""
    figure, panels = _create_panels(len(comparisons), 1.8)
    names = ("whislo", "q1", "med", "q3", "whishi")
    for axes, part in zip(panels, comparisons, strict=True):
        rows = ages.filter(segment=part.segment).sort("kind").to_dicts()
        boxes = [{"label": row["kind"], **dict(zip(names, row["age"], strict=True))} for row in rows]
        axes.bxp(boxes, showfliers=False, orientation="horizontal")
        axes.set(title=part.segment, xlabel="hours since publication")
    return _to_data_uri(figure)


def _create_panels(count: int, height: float) -> tuple[Figure, list[Any]]:
    with rc_context(_STYLE):
        figure = Figure(figsize=(3.6 * count, height), layout="constrained")
        return figure, list(np.atleast_1d(figure.subplots(1, count)))


def _to_data_uri(figure: Figure) -> str:
    """Return a figure as a data URI; ids inside separate images cannot clash."""
    out = BytesIO()
    with rc_context(_STYLE):
        figure.savefig(out, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + b64encode(out.getvalue()).decode()

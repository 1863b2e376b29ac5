"""The report's figures, as SVG that a page can hold."""

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

#: The same figures give the same bytes.
_STYLE: Any = {"svg.hashsalt": "report", "svg.fonttype": "none", "font.size": 9, "axes.spines.top": False}


def metric_bars(comparisons: Sequence[Comparison], metric: str) -> str:
    """Draw a metric of every model with its 95 % interval, one panel a segment."""
    figure, panels = _panels(len(comparisons), 0.28 * max(len(each.models) for each in comparisons) + 0.9)
    column = METRICS.index(metric)
    for axes, each in zip(panels, comparisons, strict=True):
        means = each.means[:, column]
        errors = np.abs(interval(each.draws[:, :, column]) - means)
        colours = ["tab:red" if model == SERVED else "tab:gray" for model in each.models]
        axes.barh(each.models, means, xerr=errors, color=colours, ecolor="black", capsize=2)
        axes.invert_yaxis()
        axes.set(title=each.segment, xlabel=metric)
    return _svg(figure)


def recall_curves(comparisons: Sequence[Comparison], curves: pl.DataFrame) -> str:
    """Draw recall by list length, of the service and of the best baseline."""
    figure, panels = _panels(len(comparisons), 2.6)
    for axes, each in zip(panels, comparisons, strict=True):
        for model, colour in ((each.models[each.best_baseline("recall")], "tab:gray"), (SERVED, "tab:red")):
            curve = curves.filter(segment=each.segment, model=model).sort("length")
            axes.plot(curve["length"].to_list(), curve["recall"].to_list(), "o-", color=colour, label=model)
        axes.set(title=each.segment, xlabel="items shown", ylabel="recall", ylim=(0, None))
        axes.legend(frameon=False)
    return _svg(figure)


def age_boxes(comparisons: Sequence[Comparison], ages: pl.DataFrame) -> str:
    """Draw how old articles are that are recommended and that are read."""
    figure, panels = _panels(len(comparisons), 1.8)
    names = ("whislo", "q1", "med", "q3", "whishi")
    for axes, each in zip(panels, comparisons, strict=True):
        rows = ages.filter(segment=each.segment).sort("kind").to_dicts()
        boxes = [{"label": row["kind"], **dict(zip(names, row["age"], strict=True))} for row in rows]
        axes.bxp(boxes, showfliers=False, orientation="horizontal")
        axes.set(title=each.segment, xlabel="hours since publication")
    return _svg(figure)


def _panels(count: int, height: float) -> tuple[Figure, list[Any]]:
    with rc_context(_STYLE):
        figure = Figure(figsize=(3.6 * count, height), layout="constrained")
        return figure, list(np.atleast_1d(figure.subplots(1, count)))


def _svg(figure: Figure) -> str:
    """Return a `data:` address: an image of its own, whose ids cannot clash with another's."""
    out = BytesIO()
    with rc_context(_STYLE):
        figure.savefig(out, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + b64encode(out.getvalue()).decode()

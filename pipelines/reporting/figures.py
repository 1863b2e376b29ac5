"""Draws the figures of the evaluation report."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from pipelines.reporting.svg import create_panels, to_data_uri
from script_shared.evaluation.comparison import SERVED, Comparison
from script_shared.evaluation.intervals import interval
from script_shared.evaluation.ranking import METRICS


def metric_bars(comparisons: Sequence[Comparison], metric: str) -> str:
    """Draw a metric of every model with its 95 % interval, one panel for each segment."""
    bars = max(len(part.models) for part in comparisons)
    figure, panels = create_panels(len(comparisons), 0.28 * bars + 0.9)
    column = METRICS.index(metric)
    for axes, part in zip(panels, comparisons, strict=True):
        means = part.means[:, column]
        errors = np.abs(interval(part.draws[:, :, column]) - means)
        colours = ["tab:red" if model == SERVED else "tab:gray" for model in part.models]
        axes.barh(part.models, means, xerr=errors, color=colours, ecolor="black", capsize=2)
        axes.invert_yaxis()
        axes.set(title=part.segment, xlabel=metric)
    return to_data_uri(figure)


def recall_curves(comparisons: Sequence[Comparison], curves: pl.DataFrame) -> str:
    """Draw recall by list length, for the service and the best baseline."""
    figure, panels = create_panels(len(comparisons), 2.6)
    for axes, part in zip(panels, comparisons, strict=True):
        for model, colour in ((part.models[part.best_baseline("recall")], "tab:gray"), (SERVED, "tab:red")):
            curve = curves.filter(segment=part.segment, model=model).sort("length")
            axes.plot(curve["length"].to_list(), curve["recall"].to_list(), "o-", color=colour, label=model)
        axes.set(title=part.segment, xlabel="list length", ylabel="recall", ylim=(0, None))
        axes.legend(frameon=False)
    return to_data_uri(figure)


def age_boxes(comparisons: Sequence[Comparison], ages: pl.DataFrame) -> str:
    """Draw the age of items, for recommended items and for items that users clicked."""
    figure, panels = create_panels(len(comparisons), 1.8)
    names = ("whislo", "q1", "med", "q3", "whishi")
    for axes, part in zip(panels, comparisons, strict=True):
        rows = ages.filter(segment=part.segment).sort("kind").to_dicts()
        boxes = [{"label": row["kind"], **dict(zip(names, row["age"], strict=True))} for row in rows]
        axes.bxp(boxes, showfliers=False, orientation="horizontal")
        axes.set(title=part.segment, xlabel="hours since publication")
    return to_data_uri(figure)

"""Draws the figures of the monitoring page, from reports as JSON values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.reporting.svg import create_panels, to_data_uri
from script_shared.drift.finding import MIN_PSI

#: Features in a figure, those with the highest index.
MAX_FEATURES = 25


def draw_hours(hours: Sequence[Mapping[str, Any]]) -> str:
    """Draw the number of predictions and the mean score of each hour."""
    figure, (volume, scores) = create_panels(2, 2.2)
    numbers = [hour["hour"] for hour in hours]
    volume.bar(numbers, [hour["rows"] for hour in hours], color="tab:gray")
    volume.set(title="predictions", xlabel="hour (UTC)")
    known = [hour for hour in hours if hour["mean_score"] is not None]
    scores.plot(
        [hour["hour"] for hour in known], [hour["mean_score"] for hour in known], "o-", color="tab:red"
    )
    scores.set(title="mean score", xlabel="hour (UTC)", xlim=(-0.5, 23.5))
    return to_data_uri(figure)


def draw_indices(features: Mapping[str, Mapping[str, Any]]) -> str:
    """Draw the population stability index of the features that changed most."""
    known = [(part["psi"], name) for name, part in features.items() if part["psi"] is not None]
    highest = sorted(known)[-MAX_FEATURES:]
    figure, (axes,) = create_panels(1, 0.2 * len(highest) + 0.9)
    colours = ["tab:red" if value >= MIN_PSI else "tab:gray" for value, _ in highest]
    axes.barh([name for _, name in highest], [value for value, _ in highest], color=colours)
    axes.axvline(MIN_PSI, color="black", linewidth=0.8, linestyle="--")
    axes.set(xlabel="population stability index")
    return to_data_uri(figure)


def draw_history(reports: Sequence[Mapping[str, Any]]) -> str:
    """Draw predictions, mean score, index and findings of each day."""
    figure, panels = create_panels(4, 2.2)
    days = [report["day"][5:] for report in reports]
    series = {
        "predictions": [report["rows"] for report in reports],
        "mean score": [report["mean_score"] for report in reports],
        "mean PSI": [report["drift"]["mean_psi"] for report in reports],
        "findings of drift": [len(report["drift"]["drift"]) for report in reports],
    }
    for axes, (title, values) in zip(panels, series.items(), strict=True):
        # A day without predictions has no score: NaN interrupts the line.
        axes.plot(
            days, [float("nan") if value is None else value for value in values], "o-", color="tab:gray"
        )
        axes.set(title=title)
        axes.set_xticks(days[:: max(len(days) // 4, 1)])
    return to_data_uri(figure)

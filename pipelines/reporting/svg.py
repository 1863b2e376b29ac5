"""Panels of figures, and figures as SVG data URIs."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

#: A fixed hash salt makes the output deterministic.
_STYLE: Any = {"svg.hashsalt": "report", "svg.fonttype": "none", "font.size": 9, "axes.spines.top": False}


def create_panels(count: int, height: float) -> tuple[Figure, list[Any]]:
    """Return a figure, and its axes from left to right.

    Args:
        count: number of axes.
        height: of the figure, inches.
    """
    with rc_context(_STYLE):
        figure = Figure(figsize=(3.6 * count, height), layout="constrained")
        return figure, list(np.atleast_1d(figure.subplots(1, count)))


def to_data_uri(figure: Figure) -> str:
    """Return a figure as a data URI; ids inside separate images cannot clash."""
    out = BytesIO()
    with rc_context(_STYLE):
        figure.savefig(out, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + b64encode(out.getvalue()).decode()

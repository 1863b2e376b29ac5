"""Renders a model card as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.reporting.template import render_template


def render_model_card(card: Mapping[str, Any]) -> str:
    """Return the page of a card; every text in it is escaped.

    Args:
        card: JSON values: `title`, and sections by name, each a text, a number, a list, or a mapping of such
            values; a list of mappings with equal keys becomes a table. A section `audit` is the result of
            `audit_selections`.
    """
    return render_template("model_card.html.j2", card=card)

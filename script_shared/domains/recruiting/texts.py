"""The texts of openings and applicants: title, description and location, each with a vector of its own."""

from __future__ import annotations

from collections.abc import Mapping

from script_shared.models.components.text_space import (
    FIELD_SEPARATOR,
    TextComposition,
    TextField,
    TextParameters,
)

TITLE = TextField(name="title", weight=0.6, dimensions=96, characters=300, words=20_000, ngrams=30_000)
DESCRIPTION = TextField(name="description", weight=0.35, dimensions=128, characters=3_000)
LOCATION = TextField(name="location", weight=0.05, dimensions=16, characters=100, words=2_000)

#: The space is fitted on the texts of all years: openings of a week say too little.
TEXTS = TextParameters(
    fields=(TITLE, DESCRIPTION, LOCATION), fit_items=40_000, fit_window=10 * 365 * 24.0, characters=3_000
)


def _compose(item: Mapping[str, str | None], parameters: TextParameters) -> str:
    """Return title, description and location; equal parts of a description are used once."""
    parts = dict.fromkeys(item.get(name) or "" for name in ("skills", "areas", "body"))
    texts = {
        "title": item.get("title") or "",
        "description": " ".join(part for part in parts if part),
        "location": item.get("location") or "",
    }
    cut = (texts[field.name][: field.characters] for field in parameters.fields)
    return FIELD_SEPARATOR.join(text.replace(FIELD_SEPARATOR, " ") for text in cut)


COMPOSITION = TextComposition(("title", "skills", "areas", "body", "location"), _compose)

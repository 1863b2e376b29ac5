"""The texts of openings and applicants: title, description, location and attributes, each with a vector.

The attributes are words made of columns, such as `client_nelson_page`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from script_shared.models.components.texts.text_space import (
    FIELD_SEPARATOR,
    TextComposition,
    TextField,
    TextParameters,
)

TITLE = TextField(name="title", weight=0.4, dimensions=256, characters=300, words=20_000, ngrams=30_000)
DESCRIPTION = TextField(name="description", weight=0.35, dimensions=256, characters=3_000)
LOCATION = TextField(name="location", weight=0.02, dimensions=16, characters=100, words=2_000)

ATTRIBUTES = TextField(name="attributes", weight=0.23, dimensions=160, characters=600, words=3_000)
#: The columns whose values are attributes.
ATTRIBUTE_COLUMNS = ("client", "analyst", "areas", "level", "city", "english", "contract")
_NON_WORD = re.compile(r"\W+")

#: The space is fitted on the texts of all years: openings of a week say too little.
TEXTS = TextParameters(
    fields=(TITLE, DESCRIPTION, LOCATION, ATTRIBUTES),
    fit_items=40_000,
    fit_window=10 * 365 * 24.0,
    characters=3_000,
)


def _compose(item: Mapping[str, str | None], parameters: TextParameters) -> str:
    """Return title, description and location; equal parts of a description are used once."""
    parts = dict.fromkeys(item.get(name) or "" for name in ("skills", "areas", "body"))
    texts = {
        "title": item.get("title") or "",
        "description": " ".join(part for part in parts if part),
        "location": item.get("location") or "",
        "attributes": " ".join(_attributes(item)),
    }
    cut = (texts[field.name][: field.characters] for field in parameters.fields)
    return FIELD_SEPARATOR.join(text.replace(FIELD_SEPARATOR, " ") for text in cut)


def _attributes(item: Mapping[str, str | None]) -> Iterator[str]:
    for name in ATTRIBUTE_COLUMNS:
        if value := item.get(name):
            yield f"{name}_{_NON_WORD.sub('_', value)}"


COMPOSITION = TextComposition(("title", "skills", "body", "location", *ATTRIBUTE_COLUMNS), _compose)

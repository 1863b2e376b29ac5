"""What is read of an opening or an applicant: categories, numbers, texts and areas, from plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from script_shared.domains.recruiting.matching.features.scales import (
    NAN,
    rank_degree,
    rank_language,
    rank_level,
    read_amount,
)
from script_shared.domains.recruiting.requirements import compose_text
from script_shared.requirements.folding import fold

#: The values of an opening or an applicant by column; absent or None where unknown.
Values = Mapping[str, Any]

#: Categories of openings; the title counts without digits, accents and case.
CATEGORIES = ("client", "analyst", "contract", "level", "areas", "title", "state", "city")
OPENING_NUMBERS = (
    "level_rank", "degree_rank", "english_rank", "spanish_rank", "value", "is_sap", "is_for_disabled",
    "title_length", "skills_length", "body_length",
)  # fmt: skip
APPLICANT_NUMBERS = ("level_rank", "degree_rank", "english_rank", "spanish_rank", "salary")
#: The columns that are read.
OPENING_COLUMNS = (
    "title", "body", "skills", "areas", "city", "state", "level", "degree", "english", "spanish", "contract",
    "client", "analyst", "value", "is_sap", "is_for_disabled",
)  # fmt: skip
APPLICANT_COLUMNS = (
    "title", "body", "skills", "areas", "location", "city", "state", "level", "degree", "english", "spanish",
    "certificates", "other_certificates", "salary",
)  # fmt: skip
_OPENING_TEXTS = ("title", "skills", "areas", "body")
_APPLICANT_TEXTS = ("title", "skills", "areas", "body", "certificates", "other_certificates")
_NO_LETTERS = re.compile(r"[^a-z]+")


def read_title(values: Values) -> str:
    """Return the title; empty where unknown."""
    return values.get("title") or ""


def read_opening_text(values: Values) -> str:
    """Return title, competencies, areas and activities as one text; equal ones once."""
    return compose_text(values, _OPENING_TEXTS)


def read_applicant_text(values: Values) -> str:
    """Return title, knowledge, areas, CV and certificates as one text."""
    return compose_text(values, _APPLICANT_TEXTS)


def read_category(values: Values, name: str) -> str:
    """Return the category of an opening by one of `CATEGORIES`; empty where unknown."""
    value = values.get(name) or ""
    return _NO_LETTERS.sub(" ", fold(value).text).strip() if name == "title" else value


def read_place(values: Values, name: str) -> str:
    """Return the `state` or `city` of an applicant; of a place as one text the last or the first part."""
    parts = [part.strip() for part in (values.get("location") or "").split(",")]
    found = values.get(name) or (parts[-1] if name == "state" else parts[0])
    return str(found)


def split_areas(values: Values) -> list[str]:
    """Return the areas of work."""
    return [area.strip() for area in (values.get("areas") or "").split(",") if area.strip()]


def read_opening_numbers(values: Values) -> Sequence[float]:
    """Return the `OPENING_NUMBERS` of an opening, NaN where unknown."""
    lengths = [float(len(values.get(name) or "")) for name in ("title", "skills", "body")]
    flags = [float(bool(values.get(name))) for name in ("is_sap", "is_for_disabled")]
    return [*_ranks(values), read_amount(values.get("value")), *flags, *lengths]


def read_applicant_numbers(values: Values) -> Sequence[float]:
    """Return the `APPLICANT_NUMBERS` of an applicant, NaN where unknown."""
    salary = values.get("salary")
    return [*_ranks(values), NAN if salary is None else float(salary)]


def _ranks(values: Values) -> list[float]:
    languages = [rank_language(values.get(name)) for name in ("english", "spanish")]
    return [
        rank_level(values.get("level"), values.get("title")),
        rank_degree(values.get("degree")),
        *languages,
    ]

"""Which columns of openings are requirements, and which of applicants are evidence.

Requirements are read from an opening's title, competencies and activities, and from its levels; evidence from
an applicant's title, knowledge, certificates and CV, and from the same levels. Nothing else is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from script_shared.domains.recruiting.levels import CV_SENIORITIES, DEGREES, SENIORITIES, find_seniority
from script_shared.requirements.explainer import RequirementExplainer
from script_shared.requirements.folding import fold
from script_shared.requirements.levels import LANGUAGE_LEVELS, Level
from script_shared.requirements.requirement import LANGUAGE, LEVEL, Kind, Profile, Requirement, Requirements

#: The columns whose texts are read, in this order; the first is one line.
OPENING_TEXTS = ("title", "skills", "body")
APPLICANT_TEXTS = ("title", "skills", "certificates", "other_certificates", "body")
#: The columns of levels, of both kinds.
LEVEL_COLUMNS = ("english", "spanish", "other_language", "level", "degree")
#: An applicant's columns, in the order of the records that the service reads.
APPLICANT_COLUMNS = (*APPLICANT_TEXTS, *LEVEL_COLUMNS)
OPENING_COLUMNS = (*OPENING_TEXTS, *LEVEL_COLUMNS)

#: Names of the scales beside languages.
SENIORITY, DEGREE = "Seniority", "Degree"
#: The weights that are fitted: shares of requirements met by kind, and the distance of the seniority.
WEIGHT_NAMES = (
    "required_skills", "optional_skills", "English", "Spanish", SENIORITY, f"{SENIORITY}_distance", DEGREE,
)  # fmt: skip
#: With a shorter CV a skill that it does not mention is unknown, not missing.
SHORTEST_CV = 200

_LANGUAGES = {"english": "English", "spanish": "Spanish"}
_OTHER_LANGUAGES = {
    "portugues": "Portuguese", "frances": "French", "alemao": "German", "italiano": "Italian",
    "mandarim": "Mandarin", "chines": "Mandarin", "japones": "Japanese", "russo": "Russian",
}  # fmt: skip
#: A CV begins with a summary or the present position: the first seniority is the present one.
_CV_BEGINNING = 3_000
#: Who writes so many of these words in a CV writes Portuguese.
_PORTUGUESE = re.compile(r"\b(?:de|em|para|com|experiencia|formacao|empresa|atividades)\b")
_PORTUGUESE_WORDS = 8


@cache
def open_explainer() -> RequirementExplainer:
    """Return the explainer with the vocabulary of the domain, which is read once."""
    return RequirementExplainer.open(Path(__file__).with_name("skills.txt"))


def compose_text(entity: Mapping[str, Any], columns: Sequence[str]) -> str:
    """Return the texts of some columns, one after the other; equal ones once.

    Spans of requirements and of evidence refer to this text.
    """
    return "\n".join(dict.fromkeys(str(text) for column in columns if (text := entity.get(column))))


def read_opening(opening: Mapping[str, Any]) -> Requirements:
    """Return the requirements of an opening; columns that are missing count as empty."""
    structured = list(_read_levels_required(opening))
    return open_explainer().read_requirements(compose_text(opening, OPENING_TEXTS), structured)


def read_applicant(applicant: Mapping[str, Any]) -> Profile:
    """Return the profile of an applicant; columns that are missing count as empty."""
    cv = str(applicant.get("body") or "")
    return open_explainer().read_profile(
        compose_text(applicant, APPLICANT_TEXTS),
        {**_read_native_language(cv), **_read_cv_seniority(cv), **_read_levels(applicant)},
        is_complete=len(cv) >= SHORTEST_CV,
    )


def _read_levels_required(opening: Mapping[str, Any]) -> Iterator[Requirement]:
    for name, level in _read_levels(opening).items():
        kind: Kind = LEVEL if name in {SENIORITY, DEGREE} else LANGUAGE
        if level.rank > 0 and name != "Portuguese":
            yield Requirement(kind, (name,), level=level, phrase=f"{name}: {level.label}")


def _read_levels(entity: Mapping[str, Any]) -> dict[str, Level]:
    """Return the known levels of an opening or an applicant; the title may name the seniority."""
    levels = {name: LANGUAGE_LEVELS.parse(entity.get(column)) for column, name in _LANGUAGES.items()}
    levels[SENIORITY] = SENIORITIES.parse(entity.get("level")) or find_seniority(entity.get("title"))
    levels[DEGREE] = DEGREES.parse(_join_words(entity.get("degree")))
    other = fold(str(entity.get("other_language") or "")).text
    for word, name in _OTHER_LANGUAGES.items():
        if word in other:
            levels[name] = LANGUAGE_LEVELS.parse(other.partition(word)[2])
    return {name: level for name, level in levels.items() if level}


def _join_words(value: str | None) -> str | None:
    return value.replace("-", " ") if value else None


def _read_cv_seniority(cv: str) -> dict[str, Level]:
    """Return the first seniority that a CV names; few forms have it."""
    level = find_seniority(cv[:_CV_BEGINNING], CV_SENIORITIES)
    return {SENIORITY: level} if level else {}


def _read_native_language(cv: str) -> dict[str, Level]:
    """Return the level of Portuguese of who writes it."""
    words = _PORTUGUESE.findall(fold(cv[:2_000]).text)
    if len(words) < _PORTUGUESE_WORDS:
        return {}
    return {"Portuguese": Level(len(LANGUAGE_LEVELS.labels) - 1, "language of the CV")}

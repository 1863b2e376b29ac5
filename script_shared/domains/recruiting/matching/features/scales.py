"""Ordered values and amounts of openings and applicants as numbers; NaN where unknown."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from script_shared.domains.recruiting.levels import DEGREES, SENIORITIES
from script_shared.requirements.folding import fold

NAN = math.nan
#: Levels of openings by seniority; an analyst has none, and is put where most are.
LEVELS: Mapping[str, float] = {
    "aprendiz": 0, "estagiario": 0, "trainee": 1, "auxiliar": 1, "assistente": 2, "tecnico de nivel medio": 2,
    "junior": 3, "analista": 4, "pleno": 4, "senior": 5, "especialista": 6, "lider": 6, "supervisor": 6,
    "coordenador": 7, "gerente": 8,
}  # fmt: skip
#: The same scale for the seniorities that titles name.
SENIORITY_RANKS: Mapping[str, float] = {
    "Trainee": 1, "Assistente": 2, "Júnior": 3, "Pleno": 4, "Sênior": 5, "Especialista": 6, "Gerente": 8,
}  # fmt: skip
LANGUAGE_LEVELS: Mapping[str, float] = {
    "nenhum": 0, "basico": 1, "tecnico": 2, "intermediario": 3, "avancado": 4, "fluente": 5,
}  # fmt: skip
_NUMBER = re.compile(r"\d[\d.,]*")


def rank_level(level: str | None, title: str | None = None) -> float:
    """Return the seniority of a level, or the one that a title names; NaN where it is unknown."""
    rank = LEVELS.get(fold(level or "").text)
    if rank is not None:
        return rank
    named = SENIORITIES.parse(title)
    return NAN if named is None else SENIORITY_RANKS[named.label]


def rank_language(value: str | None) -> float:
    """Return the rank of a level of a language, 0 to 5; NaN where it is unknown."""
    return LANGUAGE_LEVELS.get(fold(value or "").text, NAN)


def rank_degree(value: str | None) -> float:
    """Return the rank of a degree; NaN where it is unknown."""
    level = DEGREES.parse(value.replace("-", " ")) if value else None
    return NAN if level is None else float(level.rank)


def read_amount(value: str | None) -> float:
    """Return the first amount of a text such as `R$ 80,00`, in the unit of the text; NaN without one.

    A comma separates decimals; so does a single point before one or two digits.
    """
    match = _NUMBER.search(value or "")
    if match is None:
        return NAN
    whole, comma, decimals = match.group().rstrip(".,").partition(",")
    head, point, tail = whole.rpartition(".")
    if comma or not point or len(tail) > 2 or "." in head:
        whole = whole.replace(".", "")
    return float(f"{whole}.{re.sub(r'[.,]', '', decimals) or '0'}") if whole.isdigit() else float(whole)

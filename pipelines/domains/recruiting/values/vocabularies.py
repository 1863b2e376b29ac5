"""The values of fields with a choice, in the spelling of the site's form; other values stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from itertools import product

import polars as pl

from pipelines.domains.recruiting.values.distinct import map_distinct
from pipelines.domains.recruiting.values.folding import fold

LANGUAGE_LEVELS = ("Nenhum", "Básico", "Intermediário", "Avançado", "Fluente", "Técnico")
LEVELS = (
    *("Aprendiz", "Trainee", "Auxiliar", "Assistente", "Técnico de Nível Médio", "Júnior", "Pleno", "Sênior"),
    *("Analista", "Especialista", "Líder", "Supervisor", "Coordenador", "Gerente"),
)
_COURSES = (
    *("Ensino Fundamental", "Ensino Médio", "Ensino Técnico", "Ensino Superior"),
    *("Pós Graduação", "Mestrado", "Doutorado"),
)
_PROGRESS = ("Incompleto", "Cursando", "Completo")
DEGREES = tuple(f"{course} {progress}" for course, progress in product(_COURSES, _PROGRESS))
AREAS = (
    *("Administrativa", "Comercial", "Financeira/Controladoria", "Gestão e Alocação de Recursos de TI"),
    *("Jurídica", "Marketing", "Novos Negócios e Parcerias", "Qualidade Corporativa", "Recursos Humanos"),
    *("Relacionamento Técnico", "TI - Arquitetura", "TI - Banco de Dados", "TI - Desenvolvimento/Design"),
    *("TI - Desenvolvimento/Mobile", "TI - Desenvolvimento/Programação", "TI - Governança"),
    *("TI - Infraestrutura", "TI - Processos e Negócios", "TI - Projetos", "TI - Qualidade/Testes"),
    *("TI - SAP", "TI - Segurança da Informação", "TI - Sistemas e Ferramentas", "TI - Suporte"),
    *("TI - Telecom", "TI - UX"),
)
#: A dash without blanks, which names of areas do not contain.
_DASH = re.compile(r"(?<! )-(?! )")
#: The states of Brazil by abbreviation.
STATES: Mapping[str, str] = {
    "AC": "Acre", "AL": "Alagoas", "AM": "Amazonas", "AP": "Amapá", "BA": "Bahia", "CE": "Ceará",
    "DF": "Distrito Federal", "ES": "Espírito Santo", "GO": "Goiás", "MA": "Maranhão", "MG": "Minas Gerais",
    "MS": "Mato Grosso do Sul", "MT": "Mato Grosso", "PA": "Pará", "PB": "Paraíba", "PE": "Pernambuco",
    "PI": "Piauí", "PR": "Paraná", "RJ": "Rio de Janeiro", "RN": "Rio Grande do Norte", "RO": "Rondônia",
    "RR": "Roraima", "RS": "Rio Grande do Sul", "SC": "Santa Catarina", "SE": "Sergipe", "SP": "São Paulo",
    "TO": "Tocantins",
}  # fmt: skip


def _by_folded_name(names: Iterable[str]) -> dict[str, str]:
    return {fold(name): name for name in names}


_AREAS = _by_folded_name(AREAS)
#: The spelling of each folded value, by column of the refined items.
_VALUES: Mapping[str, Mapping[str, str]] = {
    "english": _by_folded_name(LANGUAGE_LEVELS),
    "spanish": _by_folded_name(LANGUAGE_LEVELS),
    "level": _by_folded_name(LEVELS),
    "degree": _by_folded_name(DEGREES),
    "state": _by_folded_name(STATES.values()) | {code.lower(): name for code, name in STATES.items()},
}


def normalise_choices(frame: pl.DataFrame) -> pl.DataFrame:
    """Spell the values of the columns with a choice as the site's form does."""
    return frame.with_columns(
        map_distinct(frame[column], partial(_spell, known)).alias(column) for column, known in _VALUES.items()
    )


def _spell(known: Mapping[str, str], text: str) -> str:
    return known.get(fold(text), text)


def normalise_areas(areas: pl.Series) -> pl.Series:
    """Return the areas of each row without repetition, separated by `, `, in the spelling of the form."""
    return map_distinct(areas, _normalise_areas)


def _normalise_areas(text: str) -> str | None:
    return ", ".join(dict.fromkeys(area for name in _split(text) for area in _find_areas(name))) or None


def _find_areas(name: str) -> list[str]:
    """Return the areas of a name: the form joins several by dashes, as in `TI - SAP-Administrativa-`."""
    parts = [part for part in _DASH.split(name) if part]
    known = [_AREAS.get(fold(part)) for part in parts]
    return [area for area in known if area] if all(known) else [_AREAS.get(fold(name), name)]


def _split(text: str) -> list[str]:
    parts = (part.strip() for part in text.replace(";", ",").split(","))
    return [part for part in parts if part]


def normalise_list(texts: pl.Series) -> pl.Series:
    """Return the parts of each text, separated by `, `, in alphabetical order: their order has no meaning."""
    return map_distinct(texts, lambda text: ", ".join(sorted(_split(text))) or None)


def normalise_language(texts: pl.Series) -> pl.Series:
    """Return languages without the dash that stands for a missing level; null for a dash alone."""
    return map_distinct(texts, lambda text: text.strip(" -") or None)

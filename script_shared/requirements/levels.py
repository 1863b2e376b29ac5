"""Levels: ordered names such as basic < advanced, and the level of a language that a text states."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from script_shared.requirements.folding import fold

#: How far behind and before a language its level is sought, in characters.
_AFTER, _BEFORE = 40, 25


@dataclass(frozen=True, slots=True)
class Level:
    """A level that a person has or needs.

    Attributes:
        rank: its rank on a scale.
        label: its name.
        start, end: span of the text that states it; None for a level of a structured field.
    """

    rank: int
    label: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Scale:
    """An ordered scale.

    Attributes:
        labels: the names of the ranks 0, 1, …
        ranks: the rank by folded expression.
    """

    labels: tuple[str, ...]
    ranks: Mapping[str, int]

    @classmethod
    def from_expressions(cls, expressions: Mapping[str, str]) -> Scale:
        """Return a scale.

        Args:
            expressions: by the name of each level, the lowest first, its folded expressions: separated by
                blanks, with underscores for the blanks within them.
        """
        ranks = {
            word.replace("_", " "): rank
            for rank, words in enumerate(expressions.values())
            for word in words.split()
        }
        return cls(tuple(expressions), ranks)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self.ranks, key=len, reverse=True)
        expressions = "|".join(map(re.escape, longest_first))
        return re.compile(rf"(?<![a-z0-9])(?:{expressions})(?![a-z0-9])")

    def find(self, folded: str) -> list[int]:
        """Return the ranks of all levels in a folded text, in the order of the text."""
        return [self.ranks[found] for found in self._pattern.findall(folded)]

    def parse(self, value: str | None) -> Level | None:
        """Return the first level that a value names; None where it names none."""
        ranks = self.find(fold(value).text) if value else []
        return self.level(ranks[0]) if ranks else None

    def level(self, rank: int) -> Level:
        """Return the level of a rank."""
        return Level(rank, self.labels[rank])


#: Levels of a language, with those of the Common European Framework; `Técnico` is the reading of manuals.
LANGUAGE_LEVELS = Scale.from_expressions(
    {
        "Nenhum": "nenhum none",
        "Básico": "basico basica basic iniciante elementar nocoes beginner elementary a1 a2",
        "Técnico": "tecnico tecnica leitura instrumental technical reading",
        "Intermediário": "intermediario intermediaria intermediate medio conversacao b1",
        "Avançado": "avancado avancada advanced b2",
        "Fluente": (
            "fluente fluentes fluencia fluent fluency proficiente proficient proficiency nativo nativa "
            "native bilingue bilingual c1 c2"
        ),
    }
)

_STOP = re.compile(r"[;!?•|\n]|\.(?=\s|$)")
_CONNECTIVE = re.compile(r"\s*(?:,|/|e|and|y|ou|or)\s*")


def find_language_level(folded: str, span: tuple[int, int], previous_end: int, next_start: int) -> int | None:
    """Return the rank of the level that a text states for a language; None where it states none.

    The level follows the language (`inglês avançado`), or precedes it (`advanced English`). Of several, as in
    `intermediário/avançado`, the highest counts.

    Args:
        folded: the text.
        span: the mention of the language.
        previous_end: end of the mention of a language before, 0 for none.
        next_start: start of the next mention of a language, the length of the text for none.
    """
    start, end = span
    after = folded[end : min(end + _AFTER, next_start)]
    for part in _STOP.split(after, 1)[0].split(","):
        if ranks := LANGUAGE_LEVELS.find(part):
            return max(ranks)
    before = _STOP.split(folded[max(start - _BEFORE, previous_end) : start])[-1].split(",")[-1]
    return max(LANGUAGE_LEVELS.find(before), default=None)


def shares_level(folded: str, end: int, next_start: int) -> bool:
    """Return whether only a connective separates two languages, as in `inglês e espanhol fluentes`."""
    return _CONNECTIVE.fullmatch(folded, end, next_start) is not None

"""A vocabulary of skills with their synonyms, read from a text file.

A line defines a skill: its name, its synonyms, and the broader skills that it implies. A name or a synonym
after `~` is ambiguous: it counts only beside another term of the same group. Lines that begin with blanks
continue the line before, those that begin with `#` are comments:

    [software]
    Java: java 17, core java
    Spring Boot: springboot < Java
    ~Go: golang

Case, accents and the plurals of words do not matter, and neither do the characters between the words of a
term: `react js` is also `react.js`. The terms of the group `ignored` name no skill; they prevent that a part
of them does. The skills of the group `language` have levels.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from script_shared.errors import SettingsError
from script_shared.requirements.folding import fold

IGNORED, LANGUAGE = "ignored", "language"
AMBIGUOUS = "~"
#: A word of a folded text; `c#`, `c++`, `2+` and `.net` are words.
WORD = re.compile(r"(?<![a-z0-9])\.net\b|[a-z0-9]+[+#]*")
_SHORT = 4


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill of the vocabulary.

    Attributes:
        name: as shown to people.
        group: the heading below which it is defined.
        terms: its folded name and synonyms that are not ambiguous.
        ambiguous_terms: those that count only beside another term of the group.
        implies: the names of broader skills.
    """

    name: str
    group: str
    terms: tuple[str, ...]
    ambiguous_terms: tuple[str, ...]
    implies: tuple[str, ...]


class Sense(NamedTuple):
    """A skill that a term may name, by its number, and whether the term is ambiguous."""

    skill: int
    is_ambiguous: bool


@dataclass(frozen=True)
class Vocabulary:
    """The skills, numbered in the order of the file.

    Attributes:
        skills: without those of the group `ignored`.
        ignored: terms that name no skill.
    """

    skills: tuple[Skill, ...]
    ignored: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str, where: str = "vocabulary") -> Vocabulary:
        """Parse a vocabulary.

        Args:
            text: the content of the file.
            where: what errors name as the place.

        Raises:
            SettingsError: a line is invalid, a name repeats, or an implied skill is missing.
        """
        parsed = [_parse_line(line, group, f"{where}, line {n}") for n, group, line in _lines(text, where)]
        skills = tuple(skill for skill in parsed if skill.group != IGNORED)
        names = [skill.name for skill in skills]
        for skill in skills:
            _check_skill(skill, names, where)
        ignored = [term for skill in parsed if skill.group == IGNORED for term in skill.terms[1:]]
        return cls(skills, tuple(ignored))

    @cached_property
    def number(self) -> Mapping[str, int]:
        """The number of each skill, by name."""
        return {skill.name: number for number, skill in enumerate(self.skills)}

    @cached_property
    def narrower(self) -> Sequence[tuple[int, ...]]:
        """For each skill the numbers of those that imply it, directly or not; itself is the first."""
        below: list[dict[int, None]] = [{number: None} for number in range(len(self.skills))]
        for number in range(len(self.skills)):
            for broader in self._find_broader(number):
                below[broader][number] = None
        return [tuple(numbers) for numbers in below]

    def _find_broader(self, number: int) -> set[int]:
        found: set[int] = set()
        waiting = [number]
        while waiting:
            implied = {self.number[name] for name in self.skills[waiting.pop()].implies} - found
            found |= implied
            waiting += implied
        return found - {number}

    @cached_property
    def trie(self) -> Mapping[str, Any]:
        """The terms word by word; the key "" leads to the senses of the term that ends there."""
        root: dict[str, Any] = {}
        for term in self.ignored:
            _insert(root, term, None)
        for number, skill in enumerate(self.skills):
            for term in skill.terms:
                _insert(root, term, Sense(number, False))
            for term in skill.ambiguous_terms:
                _insert(root, term, Sense(number, True))
        return root


def _lines(text: str, where: str) -> Iterator[tuple[int, str, str]]:
    """Yield the number, the group and the text of each definition."""
    group, start, parts = "", 0, list[str]()
    for number, raw in enumerate([*text.splitlines(), "[end]"], start=1):
        line = raw.split("#")[0].rstrip() if raw.startswith("#") else raw.rstrip()
        if not line:
            continue
        if line.startswith(" ") and parts:
            parts.append(line.strip())
            continue
        if parts:
            yield start, group, " ".join(parts)
            parts = []
        if line.startswith("[") and line.endswith("]"):
            group = line[1:-1].strip()
        elif not group:
            raise SettingsError("a skill has no group", where=f"{where}, line {number}")
        else:
            start, parts = number, [line]


def _parse_line(line: str, group: str, where: str) -> Skill:
    definition, _, implied = line.partition(" < ")
    name, _, synonyms = definition.partition(":")
    terms = [name.strip(), *(part.strip() for part in synonyms.split(",") if part.strip())]
    folded = [fold(term.removeprefix(AMBIGUOUS)).text.strip() for term in terms]
    for term in folded:
        if not WORD.search(term):
            raise SettingsError(f"the term {term!r} contains no word", where=where)
    marked = dict(zip(folded, (term.startswith(AMBIGUOUS) for term in terms), strict=True))
    return Skill(
        name=terms[0].removeprefix(AMBIGUOUS),
        group=group,
        terms=tuple(term for term, is_ambiguous in marked.items() if not is_ambiguous),
        ambiguous_terms=tuple(term for term, is_ambiguous in marked.items() if is_ambiguous),
        implies=tuple(part.strip() for part in implied.split(",") if part.strip()),
    )


def _check_skill(skill: Skill, names: Sequence[str], where: str) -> None:
    place = f"{where}, skill {skill.name!r}"
    if names.count(skill.name) > 1:
        raise SettingsError("the skill is defined twice", where=place, remedy="merge the two lines")
    for implied in skill.implies:
        if implied not in names or implied == skill.name:
            raise SettingsError(f"it implies {implied!r}, which is not another skill", where=place)


def _insert(root: dict[str, Any], term: str, sense: Sense | None) -> None:
    for words in _spellings(WORD.findall(term)):
        node = root
        for word in words:
            node = node.setdefault(word, {})
        senses: list[Sense] = node.setdefault("", [])
        if sense and sense.skill not in {known.skill for known in senses}:
            senses.append(sense)


def _spellings(words: Iterable[str]) -> Iterable[Sequence[str]]:
    """Return the words of a term, each also with the plural s."""
    return itertools.product(*((word, f"{word}s") if _has_plural(word) else (word,) for word in words))


def _has_plural(word: str) -> bool:
    return len(word) >= _SHORT and word.isalpha() and not word.endswith("s")

"""Finds the skills of the domain's vocabulary in a text, without negations: fast enough for a million CVs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from script_shared.domains.recruiting.requirements import open_explainer
from script_shared.requirements.folding import fold
from script_shared.requirements.vocabulary import WORD, Sense, Vocabulary

_NO_NODE: Mapping[str, Any] = {}
_NOTHING: Sequence[Sense] = ()


class SkillReader:
    """Finds the longest terms of a vocabulary; a skill implies the broader ones.

    An ambiguous term counts where the text names another skill of its group, such as `MM` beside `SAP`.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._trie = vocabulary.trie
        self._groups = [skill.group for skill in vocabulary.skills]
        self._broader: list[set[int]] = [{number} for number in range(len(vocabulary.skills))]
        for number, narrower in enumerate(vocabulary.narrower):
            for skill in narrower:
                self._broader[skill].add(number)

    def __len__(self) -> int:
        return len(self._broader)

    def read(self, text: str) -> set[int]:
        """Return the numbers of the skills that a text names, and of the broader ones."""
        senses = self._find_senses(WORD.findall(fold(text).text))
        certain = {sense.skill for sense in senses if not sense.is_ambiguous}
        groups = {self._groups[skill] for skill in certain}
        found = certain | {sense.skill for sense in senses if self._groups[sense.skill] in groups}
        return set().union(*(self._broader[skill] for skill in found))

    def _find_senses(self, words: Sequence[str]) -> list[Sense]:
        senses: list[Sense] = []
        position = 0
        while position < len(words):
            length, found = self._match(words, position)
            senses += found
            position += length
        return senses

    def _match(self, words: Sequence[str], start: int) -> tuple[int, Sequence[Sense]]:
        """Return the length of the longest term that begins at a word, or 1, and its senses."""
        node, length, senses = self._trie, 1, _NOTHING
        for end in range(start, len(words)):
            node = node.get(words[end], _NO_NODE)
            if not node:
                break
            if "" in node:
                length, senses = end - start + 1, node[""]
        return length, senses


@cache
def open_skill_reader() -> SkillReader:
    """Return the reader of the domain's vocabulary, which is built once."""
    return SkillReader(open_explainer().vocabulary)

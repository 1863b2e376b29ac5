"""Finds the terms of a vocabulary in a text: word-bounded, the longest first, with negations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from script_shared.requirements.folding import FoldedText
from script_shared.requirements.negation import denying_terms, is_denied_after, is_in_scope
from script_shared.requirements.vocabulary import WORD, Sense, Vocabulary

#: What may separate the words of a term.
_SEPARATORS = frozenset(
    [
        "",
        " ",
        "-",
        "/",
        ".",
        "_",
        "&",
        "'",
        "+",
        "\n",
        "  ",
        " \n",
        "\n ",
        " - ",
        " / ",
        " & ",
        "- ",
        " -",
        "/ ",
        " /",
    ]
)
_MODULE_WORDS = frozenset(["modulo", "modulos", "module", "modules"])
#: An ambiguous term counts if only such words separate it from another term of its group, at most two.
_LIST_WORDS = _MODULE_WORDS | {"e", "ou", "y", "and", "or", "em", "de", "in", "o", "a", "os", "as", "the"}
_NEAR = 2


class Mention(NamedTuple):
    """A term in a text.

    Attributes:
        skill: number of the skill.
        start, end: span in the folded text.
        is_negated: whether the text denies it.
    """

    skill: int
    start: int
    end: int
    is_negated: bool


class _Term(NamedTuple):
    """A term in a text, with the first word and the word after the last; no senses: not a skill."""

    first: int
    last: int
    start: int
    end: int
    senses: Sequence[Sense]


class MentionFinder:
    """Finds the mentions of all skills of a vocabulary in one pass over the words."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._trie = vocabulary.trie
        self._denials = _build_denials()
        self._groups = [skill.group for skill in vocabulary.skills]

    def find(self, text: FoldedText) -> list[Mention]:
        """Return the mentions in the order of the text; a term that names two skills is two mentions."""
        folded = text.text
        words = [(match.group(), match.start(), match.end()) for match in WORD.finditer(folded)]
        terms = list(self._find_terms(folded, words))
        cues = [
            end
            for place, (word, _, _) in enumerate(words)
            if word in self._denials and (end := _match(folded, words, place, self._denials)[1])
        ]
        cue_ends = [words[last - 1][2] for last in cues]
        return [
            Mention(sense.skill, term.start, term.end, _is_negated(folded, term, cue_ends))
            for term, senses in self._resolve(words, terms)
            for sense in senses
        ]

    def _find_terms(self, folded: str, words: Sequence[tuple[str, int, int]]) -> Iterator[_Term]:
        place, trie = 0, self._trie
        while place < len(words):
            if words[place][0] not in trie:
                place += 1
                continue
            senses, last = _match(folded, words, place, trie)
            if not last:
                place += 1
                continue
            yield _Term(place, last, words[place][1], words[last - 1][2], senses)
            place = last

    def _resolve(
        self, words: Sequence[tuple[str, int, int]], terms: Sequence[_Term]
    ) -> Iterator[tuple[_Term, Sequence[Sense]]]:
        """Yield the terms with the senses that their neighbours confirm."""
        certain = {
            self._groups[sense.skill] for term in terms for sense in term.senses if not sense.is_ambiguous
        }
        for place, term in enumerate(terms):
            plain = [sense for sense in term.senses if not sense.is_ambiguous]
            if plain or not term.senses:
                yield term, plain
                continue
            near = self._groups_near(words, terms, place)
            after_module = term.first > 0 and words[term.first - 1][0] in _MODULE_WORDS
            yield (
                term,
                [
                    sense
                    for sense in term.senses
                    if (group := self._groups[sense.skill]) in certain and (after_module or group in near)
                ],
            )

    def _groups_near(
        self, words: Sequence[tuple[str, int, int]], terms: Sequence[_Term], place: int
    ) -> set[str]:
        """Return the groups of the terms just before and after one in a list."""
        groups = set[str]()
        for left, right, other in ((place - 1, place, place - 1), (place, place + 1, place + 1)):
            if left < 0 or right == len(terms):
                continue
            between = words[terms[left].last : terms[right].first]
            if len(between) <= _NEAR and all(word in _LIST_WORDS for word, _, _ in between):
                groups |= {self._groups[sense.skill] for sense in terms[other].senses}
        return groups


def _match(
    folded: str, words: Sequence[tuple[str, int, int]], place: int, trie: Mapping[str, Any]
) -> tuple[Sequence[Sense], int]:
    """Return the senses of the longest term that begins at a word, and the word after it; 0 for none."""
    node, found, last = trie[words[place][0]], None, 0
    following = place + 1
    while True:
        if "" in node:
            found, last = node[""], following
        if following == len(words) or len(node) == ("" in node):
            break
        node = node.get(words[following][0])
        if node is None or folded[words[following - 1][2] : words[following][1]] not in _SEPARATORS:
            break
        following += 1
    return found or (), last


def _is_negated(folded: str, term: _Term, cue_ends: Sequence[int]) -> bool:
    before = any(end <= term.start and is_in_scope(folded, end, term.start) for end in cue_ends)
    return before or is_denied_after(folded, term.end)


def _build_denials() -> Mapping[str, Any]:
    root: dict[str, Any] = {}
    for term in denying_terms():
        node = root
        for word in WORD.findall(term):
            node = node.setdefault(word, {})
        node.setdefault("", ())
    return root

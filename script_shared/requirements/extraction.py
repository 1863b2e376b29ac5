"""Extracts the requirements of a text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from script_shared.requirements.folding import FoldedText, fold
from script_shared.requirements.levels import LANGUAGE_LEVELS, Level, find_language_level, shares_level
from script_shared.requirements.mentions import Mention, MentionFinder
from script_shared.requirements.phrases import Phrase, find_optional, is_dispensed, split_phrases
from script_shared.requirements.quotes import quote
from script_shared.requirements.requirement import LANGUAGE as LANGUAGE_KIND
from script_shared.requirements.requirement import SKILL, Requirement, Requirements
from script_shared.requirements.vocabulary import LANGUAGE, Vocabulary

_COMMA = re.compile(r"\s*[,/]\s*")
_OR = re.compile(r"\s*,?\s*(?:e/ou|ou|or|and/or)\s+(?:em |de |in |com |o |a )?")
_SHORTEST_PHRASE = 12


class RequirementExtractor:
    """Finds what a text asks for."""

    def __init__(self, vocabulary: Vocabulary, finder: MentionFinder) -> None:
        self._vocabulary, self._finder = vocabulary, finder
        self._languages = {
            number for number, skill in enumerate(vocabulary.skills) if skill.group == LANGUAGE
        }

    def extract(self, text: str, structured: Sequence[Requirement] = ()) -> Requirements:
        """Return the requirements of a text and of structured fields.

        A requirement that occurs several times is required if it is so anywhere, and the highest of its
        levels is needed.

        Args:
            text: the text.
            structured: requirements of structured fields; they precede those of the text.
        """
        folded = fold(text)
        mentions = self._finder.find(folded)
        found: dict[object, Requirement] = {}
        unrecognised: dict[str, None] = {}
        for requirement in structured:
            _merge(found, requirement)
        for phrase in split_phrases(folded.text, [(mention.start, mention.end) for mention in mentions]):
            if phrase.first == phrase.last:
                unrecognised |= _quote_unrecognised(text, folded, phrase)
            elif not is_dispensed(folded.text, phrase):
                for requirement in self._read_phrase(text, folded, phrase, mentions):
                    _merge(found, requirement)
        return Requirements(tuple(found.values()), tuple(unrecognised))

    def find_language_levels(self, text: FoldedText, mentions: Sequence[Mention]) -> dict[str, Level]:
        """Return the highest level that a text states for each language, with its place."""
        languages = [
            mention for mention in mentions if mention.skill in self._languages and not mention.is_negated
        ]
        levels: dict[str, Level] = {}
        for mention, rank in zip(languages, _find_ranks(text.text, languages), strict=True):
            name = self._vocabulary.skills[mention.skill].name
            if rank is not None and (name not in levels or rank > levels[name].rank):
                start, end = text.original_span(mention.start, mention.end)
                levels[name] = replace(LANGUAGE_LEVELS.level(rank), start=start, end=end)
        return levels

    def _read_phrase(
        self, text: str, folded: FoldedText, phrase: Phrase, mentions: Sequence[Mention]
    ) -> Iterator[Requirement]:
        terms = mentions[phrase.first : phrase.last]
        optional = find_optional(folded.text, phrase, [(term.start, term.end) for term in terms])
        ranks = dict(self._find_ranks_of(folded.text, terms))
        for group in self._group_alternatives(folded.text, terms):
            first, last = terms[group[0]], terms[group[-1]]
            names = dict.fromkeys(self._vocabulary.skills[terms[place].skill].name for place in group)
            start, end = folded.original_span(first.start, last.end)
            is_language = all(terms[place].skill in self._languages for place in group)
            rank = ranks.get(group[0])
            yield Requirement(
                kind=LANGUAGE_KIND if is_language else SKILL,
                names=tuple(names),
                is_optional=all(optional[place] for place in group),
                level=None if rank is None else LANGUAGE_LEVELS.level(rank),
                start=start,
                end=end,
                phrase=quote(text, start, end),
            )

    def _group_alternatives(self, folded: str, terms: Sequence[Mention]) -> list[list[int]]:
        """Return the places of the terms, alternatives such as `A, B or C` together.

        Terms before a comma belong to the alternatives if they have a broader skill in common with them, or
        all have none: not REST in `REST, Git or SVN`.
        """
        groups: list[list[int]] = []
        links = [_find_link(folded, *pair) for pair in itertools.pairwise(terms)]
        for place in reversed(range(len(terms))):
            link = links[place] if place < len(links) else ""
            joins_list = (
                link == ","
                and len(groups[-1]) > 1
                and not (place and links[place - 1] == "or")
                and self._are_alike(terms[place].skill, terms[place + 1].skill)
            )
            if link == "or" or joins_list:
                groups[-1].insert(0, place)
            else:
                groups.append([place])
        return groups[::-1]

    def _are_alike(self, first: int, second: int) -> bool:
        one, other = self._vocabulary.skills[first], self._vocabulary.skills[second]
        if one.implies or other.implies:
            return not set(one.implies).isdisjoint(other.implies)
        return one.group == other.group

    def _find_ranks_of(self, folded: str, terms: Sequence[Mention]) -> Iterator[tuple[int, int | None]]:
        places = [place for place, term in enumerate(terms) if term.skill in self._languages]
        return zip(places, _find_ranks(folded, [terms[place] for place in places]), strict=True)


def _quote_unrecognised(text: str, folded: FoldedText, phrase: Phrase) -> dict[str, None]:
    """Return the quote of a phrase; nothing for headings and fragments."""
    if phrase.end - phrase.start < _SHORTEST_PHRASE or folded.text[phrase.end - 1] == ":":
        return {}
    return {quote(text, *folded.original_span(phrase.start, phrase.end)): None}


def _merge(found: dict[object, Requirement], requirement: Requirement) -> None:
    known = found.setdefault(requirement.key, requirement)
    level = max(filter(None, (known.level, requirement.level)), key=lambda level: level.rank, default=None)
    is_optional = known.is_optional and requirement.is_optional
    # The text's phrase is the better explanation of a level that a field states, too.
    source = requirement if known.start is None and level is not known.level else known
    found[requirement.key] = replace(source, level=level, is_optional=is_optional)


def _find_ranks(folded: str, languages: Sequence[Mention]) -> list[int | None]:
    """Return the rank of each mentioned language; one without a level takes that of the next one."""
    ends = [0, *(mention.end for mention in languages)]
    starts = [*(mention.start for mention in languages[1:]), len(folded)]
    ranks = [
        find_language_level(folded, (mention.start, mention.end), ends[place], starts[place])
        for place, mention in enumerate(languages)
    ]
    for place in range(len(languages) - 2, -1, -1):
        if ranks[place] is None and shares_level(folded, languages[place].end, starts[place]):
            ranks[place] = ranks[place + 1]
    return ranks


def _find_link(folded: str, left: Mention, right: Mention) -> str:
    """Return what links two terms: "or", "," or nothing of both."""
    if left.end > right.start:
        return ""
    gap = folded[left.end : right.start]
    return "or" if _OR.fullmatch(gap) else "," if _COMMA.fullmatch(gap) else ""

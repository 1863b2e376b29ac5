"""Splits a text of requirements into phrases, and decides which of their terms are optional."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_BOUNDARY = re.compile(r"\n|;|[!?.](?=\s|$)|[•·▪●◦*\uf0b7\uf0d8\uf0a7]|\s\|\s|(?<=\n)\s*[-o]\s")
_OPTIONAL = re.compile(
    r"\b(?:desejave(?:l|is)|desejad[oa]s?|diferencia(?:l|is)|nice[ -]to[ -]have|good[ -]to[ -]have|prefer\w*"
    r"|desirable|desired|opciona(?:l|is)|optional|(?:um|a) plus|bonus|vantagem|advantage)\b"
)
_REQUIRED = re.compile(
    r"\b(?:obrigatori[oa]s?|mandatori[oa]s?|mandatory|imprescindive(?:l|is)|essencia(?:l|is)|essential"
    r"|indispensave(?:l|is)|must[ -]have|required|necessari[oa]s?|exigid[oa]s?|requerid[oa]s?|precisa)\b"
)
#: `Docker (obrigatório)`: just behind a term.
_ATTRIBUTE = re.compile(rf"\W{{1,3}}{_REQUIRED.pattern}")
_DISPENSED = re.compile(
    r"\bnao (?:(?:e|sera|sao|ha|eh) )?(?:necessari|obrigatori|exigid|precis|requer|necessidade)"
    r"|\bnot (?:required|necessary|mandatory|needed)|\bdispensave(?:l|is)|\bsem necessidade"
)
_HEADING = re.compile(
    r"\b(?:requisitos?|requirements?|atividades|responsabilidades|atribuicoes|qualificacoes|conhecimentos?"
    r"|skills|competencias|perfil|horario|local|detalhes|descricao|description|beneficios|observacoes)\b"
)
#: A heading has at most so many words.
_HEADING_WORDS = 7
#: A verb just before `diferencial` or `desejável`: its subject is all that precedes in the phrase.
_PREDICATE = re.compile(
    r"\b(?:e|sera|seria|sao|serao|is|are|be|as|como)\s+(?:considerad[oa]s?\s+)?"
    r"(?:como\s+)?(?:uma?|an?|muito|altamente|highly|strongly)?\s*$"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence, bullet or line of a text.

    Attributes:
        start, end: span in the folded text.
        first, last: its terms are those with the numbers from `first` to before `last`.
        is_optional: whether it is below a heading for optional requirements.
    """

    start: int
    end: int
    first: int
    last: int
    is_optional: bool


def split_phrases(folded: str, terms: Sequence[tuple[int, int]]) -> Iterator[Phrase]:
    """Yield the phrases of a text, headings included.

    Args:
        folded: the text.
        terms: spans of the terms found in it, in order.
    """
    starts = [start for start, _ in terms]
    below_optional, start = False, 0
    boundaries = [(found.start(), found.end()) for found in _BOUNDARY.finditer(folded)]
    for end, following in [*boundaries, (len(folded), len(folded))]:
        text = folded[start:end].strip()
        if text:
            begin = folded.index(text, start)
            first, last = bisect_left(starts, begin), bisect_left(starts, end)
            if _is_heading(text, has_terms=first < last):
                below_optional = _OPTIONAL.search(text) is not None
            yield Phrase(begin, begin + len(text), first, last, below_optional)
        start = following


def _is_heading(text: str, *, has_terms: bool) -> bool:
    if text.endswith(":"):
        return True
    if has_terms or len(text.split()) > _HEADING_WORDS:
        return False
    return bool(_HEADING.search(text) or _OPTIONAL.search(text) or _REQUIRED.search(text))


def is_dispensed(folded: str, phrase: Phrase) -> bool:
    """Return whether a phrase says that something is not required."""
    return _DISPENSED.search(folded, phrase.start, phrase.end) is not None


def find_optional(folded: str, phrase: Phrase, terms: Sequence[tuple[int, int]]) -> list[bool]:
    """Decide for each term of a phrase whether it is optional.

    `desejável` makes optional what follows it in the phrase. At the end it concerns the last part, and with a
    verb (`será um diferencial`) the whole phrase.

    Args:
        folded: the text.
        phrase: one of its phrases.
        terms: spans of the terms of the phrase, in order.
    """
    required = [found.start() for found in _REQUIRED.finditer(folded, phrase.start, phrase.end)]
    optional = [phrase.is_optional] * len(terms)
    for cue in _OPTIONAL.finditer(folded, phrase.start, phrase.end):
        first, last = _find_scope(folded, phrase, cue.span(), required, terms)
        for place, (start, _) in enumerate(terms):
            optional[place] |= first <= start < last
    for place, (_, end) in enumerate(terms):
        optional[place] &= _ATTRIBUTE.match(folded, end, phrase.end) is None
    return optional


def _find_scope(
    folded: str,
    phrase: Phrase,
    cue: tuple[int, int],
    required: Sequence[int],
    terms: Sequence[tuple[int, int]],
) -> tuple[int, int]:
    """Return the span that a cue makes optional; `required` are the places of words such as `mandatory`."""
    start, end = cue
    opens = folded.rfind("(", phrase.start, start)
    in_parentheses = opens > folded.rfind(")", phrase.start, start)
    closes = folded.find(")", end, phrase.end) if in_parentheses else -1
    limit = closes if closes >= 0 else min((place for place in required if place > end), default=phrase.end)
    if any(end <= place < limit for place, _ in terms):
        return end, limit
    earlier = max((place for place in required if place < start), default=phrase.start)
    if not in_parentheses and _PREDICATE.search(folded, earlier, start):
        return earlier, start
    ends = [place for _, place in terms if place <= start]
    if not ends:
        return start, start
    return max(folded.rfind(",", phrase.start, ends[-1]), earlier), start

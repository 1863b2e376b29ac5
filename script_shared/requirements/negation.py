"""Expressions that deny what follows them, in Portuguese and English."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

_NOUNS = "experiencia conhecimento conhecimentos vivencia dominio contato pratica certificacao formacao"
_ENGLISH_NOUNS = "experience knowledge exposure skills"
_ADJECTIVES = "nenhum nenhuma qualquer muita muito grande previa"
_ENGLISH_ADJECTIVES = "any much prior previous hands_on"
_VERBS = """
possuo possui tenho conheco conhece domino domina trabalhei atuei utilizei utilizo uso usei falo fala
programo sei
"""
_ENGLISH_VERBS = "have has know speak use used worked work"
_PHRASES = """
ainda nao, nunca trabalhei, nunca atuei, nunca utilizei, nunca usei, nunca tive, never worked, never used,
not familiar, unfamiliar, don t have, don t know, doesn t have, have no, has no, lack of, lacks,
gostaria de aprender, quero aprender, desejo aprender, interesse em aprender, vontade de aprender,
want to learn, would like to learn, willing to learn
"""

#: What ends the scope of a negation: the end of a clause, or a verb that begins another statement. A line
#: break after a preposition does not.
_END = re.compile(
    r"[;!?•|]|\.(?=\s|$)|(?<! em)(?<! com)(?<! de)(?<! in)(?<! with)\n"
    r"|,\s*(?:com )?(?:experiencia|conhecimento|vivencia|experience|knowledge)\b"
    r"|\b(?:mas|porem|entretanto|contudo|possuo|tenho|domino|conheco|atuo|but|however|though|although)\b"
)
#: The widest distance between a negation and what it denies, in characters.
_REACH = 80
#: A statement such as `SAP: não`, after what it denies.
_AFTER = re.compile(r"\s*[:=-]\s*(?:nao|nenhum|nenhuma|none|no)\b(?! (?:se|so|apenas|only)\b)")


def denying_terms() -> Iterator[str]:
    """Yield the folded expressions that deny what follows."""
    yield from _combine(("sem", "nao ha"), _ADJECTIVES, _NOUNS)
    yield from _combine(("no", "without"), _ENGLISH_ADJECTIVES, _ENGLISH_NOUNS)
    yield from (f"nao {verb}" for verb in _VERBS.split())
    yield from (f"{cue} {verb}" for cue in ("not", "did not") for verb in _ENGLISH_VERBS.split())
    yield from _PHRASES.split(",")


def _combine(cues: Sequence[str], adjectives: str, nouns: str) -> Iterator[str]:
    for words in itertools.product(cues, ("", *adjectives.split()), nouns.split()):
        yield " ".join(words).replace("_", " ")


def is_in_scope(folded: str, cue_end: int, start: int) -> bool:
    """Return whether a negation that ends at `cue_end` denies the term that begins at `start`."""
    if start - cue_end > _REACH:
        return False
    return not _END.search(folded, cue_end, start)


def is_denied_after(folded: str, end: int) -> bool:
    """Return whether the term that ends at `end` is followed by a denial."""
    return _AFTER.match(folded, end) is not None

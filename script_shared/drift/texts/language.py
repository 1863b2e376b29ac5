"""Whether a text is Portuguese, English or something else, by its function words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from script_shared.drift.texts.stop_words import STOP_WORDS

OTHER = "other"
#: The languages that are told apart.
LANGUAGES = ("pt", "en", OTHER)
#: Sums of parts of votes differ by rounding.
_TOLERANCE = 1e-9

#: Of each function word, its languages, each with an equal part of the vote.
_VOTES = {
    word: {language: 1 / len(languages) for language in languages}
    for word in frozenset[str]().union(*STOP_WORDS.values())
    if (languages := [language for language, words in STOP_WORDS.items() if word in words])
}


def find_language(words: Iterable[str]) -> str:
    """Return `pt`, `en` or `other`; a tie goes to the first of these.

    A text without function words is `other`: a list of names has no language.

    Args:
        words: of the text, as `find_words` returns them.
    """
    votes: defaultdict[str, float] = defaultdict(float)
    for word, count in Counter(words).items():
        for language, vote in _VOTES.get(word, {}).items():
            votes[language] += count * vote
    if not votes:
        return OTHER
    most = max(votes.values()) - _TOLERANCE
    return next((language for language in LANGUAGES if votes[language] >= most), OTHER)


def count_languages(texts: Iterable[Sequence[str]]) -> dict[str, int]:
    """Count texts, each a list of words, by language."""
    counts = Counter(map(find_language, texts))
    return {language: counts[language] for language in LANGUAGES}

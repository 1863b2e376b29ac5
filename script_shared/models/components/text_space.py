"""What a text is about: TF-IDF of its words, reduced by a truncated SVD.

Deerwester et al., "Indexing by Latent Semantic Analysis", JASIS 1990. A space is fitted once and used
for a long while: a text's vector is the sum of its words' axes, so that a new article is placed beside
the old ones without fitting anything, in serving too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from unicodedata import combining, normalize

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.arrays import Bundle
from script_shared.types import FeatureArray
from script_shared.vocabulary import Vocabulary

_WORD = re.compile(r"\w\w+")
_NO_WORD = re.compile(r"\W+")


class TextParameters(BaseModel):
    """How texts become vectors.

    Attributes:
        dimensions: length of a vector, at most.
        characters: of each body, so many are read.
        words: size of the vocabulary.
        fit_items: a space is fitted on so many texts, at most.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dimensions: int = 64
    characters: int = 600
    words: int = 30_000
    fit_items: int = 20_000


class TextSpace:
    """Words and their axes: inverse document frequency times the word's place in the reduced space.

    Args:
        vocabulary: the words, plain.
        axes: a row a word.
    """

    def __init__(self, vocabulary: Vocabulary, axes: FeatureArray) -> None:
        self._vocabulary, self._axes = vocabulary, axes
        self._place = {word: place for place, word in enumerate(vocabulary)}

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._axes.shape[1]

    @classmethod
    def fit(
        cls, documents: Sequence[str], parameters: TextParameters, stop_words: Sequence[str]
    ) -> TextSpace:
        """Learn a space from texts; of texts that say nothing, one in which every text is nowhere."""
        from sklearn.decomposition import TruncatedSVD  # training only
        from sklearn.feature_extraction.text import TfidfVectorizer

        texts = [each for each in map(plain, documents) if _WORD.search(each)]
        words = TfidfVectorizer(
            lowercase=False, stop_words=list(stop_words), max_features=parameters.words, dtype=np.float32
        )
        try:
            found = words.fit_transform(texts)
        except ValueError:  # nothing but stop words
            return cls(Vocabulary.from_ids([]), np.zeros((0, 1), np.float32))
        size = max(1, min(parameters.dimensions, found.shape[1] - 1, found.shape[0] - 1))
        if min(found.shape) < 2:
            axes = np.zeros((found.shape[1], 1))
        else:
            axes = words.idf_[:, None] * TruncatedSVD(size, n_iter=3, random_state=0).fit(found).components_.T
        vocabulary = Vocabulary.from_ids(words.vocabulary_)
        rows = [words.vocabulary_[word] for word in vocabulary]
        return cls(vocabulary, axes[rows].astype(np.float32))

    def transform(self, documents: Sequence[str]) -> FeatureArray:
        """Return a vector of length 1 a text; 0 for a text of which no word is known."""
        found = np.zeros((len(documents), self.dimensions), np.float32)
        for row, document in enumerate(documents):
            words = map(self._place.get, _WORD.findall(plain(document)))
            places = [place for place in words if place is not None]
            if places:
                np.add.reduce(self._axes.take(places, axis=0), axis=0, out=found[row])
        length = np.linalg.norm(found, axis=1, keepdims=True)
        return np.divide(found, length, out=found, where=length > 0)

    def dump(self) -> Bundle:
        """Return words and axes."""
        return Bundle({**self._vocabulary.arrays(), "axes": self._axes})

    @classmethod
    def load(cls, bundle: Bundle) -> TextSpace:
        """Build a space from what `dump` returned."""
        return cls(Vocabulary.restore(bundle.arrays), np.asarray(bundle.arrays["axes"], np.float32))


def compose(title: str | None, body: str | None, region: str | None, category: str | None) -> str:
    """Return what is known of an article as one text; category and region are words of their own."""
    marks = (("category", category), ("region", region))
    words = [f"{kind}_{_NO_WORD.sub('_', name)}" for kind, name in marks if name]
    return " ".join([title or "", body or "", *words]).strip()


def plain(text: str) -> str:
    """Return a text in lower case without accents, as scikit-learn's `strip_accents` does."""
    text = text.lower()
    if text.isascii():
        return text
    # A replacement a letter, not a look at every letter: a third of the time.
    for letter in set(text):
        if letter > "\x7f" and (bare := _bare(letter)) != letter:
            text = text.replace(letter, bare)
    return text


@cache
def _bare(letter: str) -> str:
    return "".join(part for part in normalize("NFKD", letter) if not combining(part))

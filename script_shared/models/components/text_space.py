"""Text vectors: latent semantic analysis, TF-IDF of words reduced by a truncated SVD.

Deerwester et al., "Indexing by Latent Semantic Analysis", JASIS 1990. A space is fitted once and reused: a
text's vector is the sum of its words' vectors, so that serving encodes new items without fitting.
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
_NON_WORD = re.compile(r"\W+")


class TextParameters(BaseModel):
    """How texts are encoded.

    Attributes:
        dimensions: maximum length of a vector.
        characters: number of characters of each body that are used.
        words: maximum size of the vocabulary.
        fit_items: maximum number of texts that a space is fitted on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dimensions: int = 64
    characters: int = 600
    words: int = 30_000
    fit_items: int = 20_000


class TextSpace:
    """A vocabulary and the vector of each word: inverse document frequency times the SVD component.

    Args:
        vocabulary: the words, in lower case without accents.
        axes: shape (words, dimensions).
    """

    def __init__(self, vocabulary: Vocabulary, axes: FeatureArray) -> None:
        self._vocabulary, self._axes = vocabulary, axes
        self._row = {word: row for row, word in enumerate(vocabulary)}

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return self._axes.shape[1]

    @classmethod
    def fit(
        cls, documents: Sequence[str], parameters: TextParameters, stop_words: Sequence[str]
    ) -> TextSpace:
        """Fit a space on texts; without any words, a space in which every vector is zero."""
        from sklearn.decomposition import TruncatedSVD  # training only
        from sklearn.feature_extraction.text import TfidfVectorizer

        texts = [text for text in map(normalise, documents) if _WORD.search(text)]
        vectorizer = TfidfVectorizer(
            lowercase=False, stop_words=list(stop_words), max_features=parameters.words, dtype=np.float32
        )
        try:
            counts = vectorizer.fit_transform(texts)
        except ValueError:  # the texts contain stop words only
            return cls(Vocabulary.from_ids([]), np.zeros((0, 1), np.float32))
        size = max(1, min(parameters.dimensions, counts.shape[1] - 1, counts.shape[0] - 1))
        if min(counts.shape) < 2:
            axes = np.zeros((counts.shape[1], 1))
        else:
            with np.errstate(invalid="ignore"):  # equal texts have no variance to explain
                svd = TruncatedSVD(size, n_iter=3, random_state=0).fit(counts)
            axes = vectorizer.idf_[:, None] * svd.components_.T
        vocabulary = Vocabulary.from_ids(vectorizer.vocabulary_)
        rows = [vectorizer.vocabulary_[word] for word in vocabulary]
        return cls(vocabulary, axes[rows].astype(np.float32))

    def transform(self, documents: Sequence[str]) -> FeatureArray:
        """Return the vectors of texts, normalised to length 1; zero for texts without known words."""
        vectors = np.zeros((len(documents), self.dimensions), np.float32)
        for row, document in enumerate(documents):
            found = map(self._row.get, _WORD.findall(normalise(document)))
            word_rows = [word_row for word_row in found if word_row is not None]
            if word_rows:
                np.add.reduce(self._axes.take(word_rows, axis=0), axis=0, out=vectors[row])
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.divide(vectors, length, out=vectors, where=length > 0)

    def dump(self) -> Bundle:
        """Return the words and their vectors."""
        return Bundle({**self._vocabulary.arrays(), "axes": self._axes})

    @classmethod
    def load(cls, bundle: Bundle) -> TextSpace:
        """Restore a space from the result of `dump`."""
        return cls(Vocabulary.restore(bundle.arrays), np.asarray(bundle.arrays["axes"], np.float32))


def compose_text(title: str | None, body: str | None, region: str | None, category: str | None) -> str:
    """Return the fields of an item as one text; category and region become single words."""
    labels = (("category", category), ("region", region))
    words = [f"{kind}_{_NON_WORD.sub('_', name)}" for kind, name in labels if name]
    return " ".join([title or "", body or "", *words]).strip()


def normalise(text: str) -> str:
    """Return a text in lower case without accents, as scikit-learn's `strip_accents` does."""
    text = text.lower()
    if text.isascii():
        return text
    # One replacement a distinct letter takes a third of the time of a loop over all letters.
    for letter in set(text):
        if letter > "\x7f" and (base := _base_letter(letter)) != letter:
            text = text.replace(letter, base)
    return text


@cache
def _base_letter(letter: str) -> str:
    return "".join(part for part in normalize("NFKD", letter) if not combining(part))

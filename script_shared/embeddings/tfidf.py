"""Latent semantic analysis: TF-IDF of words and character n-grams, reduced by a truncated SVD.

Deerwester et al., "Indexing by Latent Semantic Analysis", JASIS 1990. An embedder is fitted once and reused:
a text's vector is the sum of its terms' vectors, so that serving encodes new texts without fitting.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.arrays import Bundle
from script_shared.embeddings.embedder import FittedEmbedder, normalise_rows
from script_shared.embeddings.latent_semantics import TermVectors, fit_words, fit_words_and_ngrams
from script_shared.embeddings.terms import find_words, has_words, normalise, split_token
from script_shared.types import FeatureArray
from script_shared.vocabulary import Vocabulary

#: Maximum number of tokens of which the n-grams' rows are cached, some twenty MB.
_MAX_CACHED = 32_768


#: Prefix of the arrays of the n-grams.
_NGRAM = "ngram_"

_NO_TERMS = Vocabulary.from_ids([])


class TfidfParameters(BaseModel):
    """How texts are encoded.

    Attributes:
        dimensions: maximum length of a vector.
        characters: number of characters of a text that are used; whoever composes the text cuts it.
        words: maximum number of words.
        ngrams: maximum number of character n-grams of a word (three to five characters), for short texts such
            as titles; 0 for words only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dimensions: int = 64
    characters: int = 600
    words: int = 30_000
    ngrams: int = 0


class TfidfEmbedder(FittedEmbedder):
    """The vector of each term: inverse document frequency times the SVD component.

    Args:
        terms: words and n-grams in lower case without accents, and their vectors.
    """

    def __init__(self, terms: TermVectors) -> None:
        self._words, self._ngrams, self._axes = terms
        self._row_of_word = {word: row for row, word in enumerate(self._words)}
        self._row_of_ngram = {ngram: row for row, ngram in enumerate(self._ngrams, len(self._words))}
        self._cached_rows: dict[str, list[int]] = {}

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return self._axes.shape[1]

    @classmethod
    def fit(
        cls, texts: Sequence[str], parameters: TfidfParameters, stop_words: Sequence[str]
    ) -> TfidfEmbedder:
        """Fit on texts; without any words, an embedder of which every vector is zero."""
        texts = [text for text in map(normalise, texts) if has_words(text)]
        words, dimensions = parameters.words, parameters.dimensions
        if parameters.ngrams:
            return cls(fit_words_and_ngrams(texts, stop_words, words, parameters.ngrams, dimensions))
        return cls(fit_words(texts, stop_words, words, dimensions))

    def encode(self, texts: Sequence[str]) -> FeatureArray:
        """Return the vectors of texts, normalised to length 1; zero for texts without known terms."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            term_rows = self._find_rows(normalise(text))
            if term_rows:
                np.add.reduce(self._axes.take(term_rows, axis=0), axis=0, out=vectors[row])
        return normalise_rows(vectors)

    def _find_rows(self, text: str) -> list[int]:
        found = map(self._row_of_word.get, find_words(text))
        rows = [row for row in found if row is not None]
        if self._row_of_ngram:
            for token in text.split():
                rows += self._cached_rows.get(token) or self._find_ngram_rows(token)
        return rows

    def _find_ngram_rows(self, token: str) -> list[int]:
        found = map(self._row_of_ngram.get, split_token(token))
        rows = [row for row in found if row is not None]
        if len(self._cached_rows) >= _MAX_CACHED:
            self._cached_rows.clear()
        self._cached_rows[token] = rows
        return rows

    def dump(self) -> Bundle:
        """Return the terms and their vectors."""
        ngrams = self._ngrams.arrays() if len(self._ngrams) else {}
        names = {_NGRAM + name: array for name, array in ngrams.items()}
        return Bundle({**self._words.arrays(), **names, "axes": self._axes})

    @classmethod
    def load(cls, bundle: Bundle) -> TfidfEmbedder:
        """Restore an embedder from the result of `dump`."""
        arrays, ngrams = bundle.arrays, _NO_TERMS
        if f"{_NGRAM}text" in arrays:
            ngrams = Vocabulary.restore({name: arrays[_NGRAM + name] for name in ("text", "offsets")})
        axes = np.asarray(arrays["axes"], np.float32)
        return cls(TermVectors(Vocabulary.restore(arrays), ngrams, axes))

"""Fits latent semantic analysis with scikit-learn, which only training has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from script_shared.embeddings.terms import find_character_ngrams
from script_shared.types import FeatureArray, FloatArray, IntArray
from script_shared.vocabulary import Vocabulary

#: A sparse matrix of scipy, which serving lacks; shape (texts, terms).
SparseMatrix = Any


class TermVectors(NamedTuple):
    """The vectors of terms.

    Attributes:
        words: the words.
        ngrams: the character n-grams.
        axes: shape (words + n-grams, dimensions), the words first.
    """

    words: Vocabulary
    ngrams: Vocabulary
    axes: FeatureArray


class _Terms(NamedTuple):
    """The terms of some texts.

    Attributes:
        vocabulary: the terms.
        column: of each term, in the order of the vocabulary.
        weights: inverse document frequency by column.
        matrix: TF-IDF.
    """

    vocabulary: Vocabulary
    column: IntArray
    weights: FloatArray
    matrix: SparseMatrix


_NO_TERMS = Vocabulary.from_ids([])


def fit_words(
    texts: Sequence[str], stop_words: Sequence[str], max_words: int, dimensions: int
) -> TermVectors:
    """Fit vectors of words; without any words, no vectors, of length 1.

    Args:
        texts: normalised texts, each with a word.
        stop_words: words that are left out.
        max_words: maximum number of words; the most frequent ones are used.
        dimensions: maximum length of a vector.
    """
    words = _count_terms(texts, max_words, stop_words=list(stop_words), norm="l2")
    if words is None:
        return TermVectors(_NO_TERMS, _NO_TERMS, np.zeros((0, 1), np.float32))
    axes = _reduce(words.matrix, words.weights, dimensions)
    return TermVectors(words.vocabulary, _NO_TERMS, axes[words.column].astype(np.float32))


def fit_words_and_ngrams(
    texts: Sequence[str], stop_words: Sequence[str], max_words: int, max_ngrams: int, dimensions: int
) -> TermVectors:
    """Fit vectors of words and of character n-grams in one space; see `fit_words`.

    On average over the texts, words and n-grams have the same weight.
    """
    from scipy.sparse import hstack
    from sklearn.preprocessing import normalize

    words = _count_terms(texts, max_words, stop_words=list(stop_words), norm=None)
    ngrams = _count_terms(texts, max_ngrams, analyzer=find_character_ngrams, norm=None)
    if words is None or ngrams is None:
        return fit_words(texts, stop_words, max_words, dimensions)
    scale = _mean_length(words.matrix) / _mean_length(ngrams.matrix)
    matrix = normalize(hstack([words.matrix, scale * ngrams.matrix], format="csr"))
    weights = np.concatenate([words.weights, scale * ngrams.weights])
    columns = np.concatenate([words.column, len(words.column) + ngrams.column])
    axes = _reduce(matrix, weights, dimensions)[columns].astype(np.float32)
    return TermVectors(words.vocabulary, ngrams.vocabulary, axes)


def _count_terms(texts: Sequence[str], max_terms: int, **options: Any) -> _Terms | None:
    """Return the terms of texts and their TF-IDF; None if the texts contain stop words only."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(lowercase=False, max_features=max_terms, dtype=np.float32, **options)
    try:
        matrix = vectorizer.fit_transform(texts)
    except ValueError:
        return None
    vocabulary = Vocabulary.from_ids(vectorizer.vocabulary_)
    column = np.array([vectorizer.vocabulary_[term] for term in vocabulary], np.int64)
    return _Terms(vocabulary, column, vectorizer.idf_, matrix)


def _reduce(matrix: SparseMatrix, weights: FloatArray, dimensions: int) -> FloatArray:
    """Return the vector of each column: its weight times its component."""
    from sklearn.decomposition import TruncatedSVD

    size = max(1, min(dimensions, matrix.shape[1] - 1, matrix.shape[0] - 1))
    if min(matrix.shape) < 2:
        return np.zeros((matrix.shape[1], 1))
    with np.errstate(invalid="ignore"):  # equal texts have no variance to explain
        svd = TruncatedSVD(size, n_iter=3, random_state=0).fit(matrix)
    return weights[:, None] * svd.components_.T


def _mean_length(matrix: SparseMatrix) -> float:
    return float(np.sqrt(matrix.multiply(matrix).sum(axis=1)).mean())

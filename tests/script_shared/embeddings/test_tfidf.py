import numpy as np
import pytest
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from script_shared.embeddings.terms import find_character_ngrams, normalise
from script_shared.embeddings.tfidf import TfidfEmbedder, TfidfParameters
from tests.support.embedders import TEXTS, FittedEmbedderContract

WORDS = TfidfParameters(dimensions=8)
WITH_NGRAMS = TfidfParameters(dimensions=8, ngrams=5_000)
STOP_WORDS = ("de", "em")


class TestWords(FittedEmbedderContract):
    def make(self):
        return TfidfEmbedder.fit(TEXTS, WORDS, STOP_WORDS)

    def make_other(self):
        return TfidfEmbedder.fit(TEXTS[::-1] + TEXTS[:2], WORDS, STOP_WORDS)


class TestWordsAndNgrams(FittedEmbedderContract):
    def make(self):
        return TfidfEmbedder.fit(TEXTS, WITH_NGRAMS, STOP_WORDS)

    def make_other(self):
        return TfidfEmbedder.fit(TEXTS, WITH_NGRAMS, ())


def test_ngrams_find_a_misspelt_word():
    misspelt = ["Programasão"]
    assert not TfidfEmbedder.fit(TEXTS, WORDS, ()).encode(misspelt).any()
    embedder = TfidfEmbedder.fit(TEXTS, WITH_NGRAMS, ())
    cosines = embedder.encode(TEXTS) @ embedder.encode(misspelt)[0]
    assert TEXTS[cosines.argmax()] == "Programador: desenvolvedor Java"


def test_vectors_of_words_and_ngrams_equal_those_of_scikit_learn():
    texts = [normalise(text) for text in TEXTS]
    words = TfidfVectorizer(norm=None, stop_words=list(STOP_WORDS))
    ngrams = TfidfVectorizer(norm=None, analyzer=find_character_ngrams)
    parts = [vectorizer.fit_transform(texts).toarray() for vectorizer in (words, ngrams)]
    scale = np.linalg.norm(parts[0], axis=1).mean() / np.linalg.norm(parts[1], axis=1).mean()
    matrix = np.hstack([parts[0], scale * parts[1]])
    expected = TruncatedSVD(8, n_iter=3, random_state=0).fit(normalize(matrix)).transform(matrix)
    vectors = TfidfEmbedder.fit(TEXTS, WITH_NGRAMS, STOP_WORDS).encode(TEXTS)
    np.testing.assert_allclose(vectors @ vectors.T, normalize(expected) @ normalize(expected).T, atol=1e-3)


@pytest.mark.parametrize("texts", [[], [""], ["de"], ["gol"], ["gol", "gol"], ["gol", "lei"]])
@pytest.mark.parametrize("parameters", [WORDS, WITH_NGRAMS])
def test_any_few_texts_can_be_fitted(texts, parameters):
    embedder = TfidfEmbedder.fit(texts, parameters, STOP_WORDS)
    vectors = embedder.encode(["gol de placa", "", *texts])
    assert vectors.shape == (len(texts) + 2, embedder.dimensions)
    assert np.isfinite(vectors).all()

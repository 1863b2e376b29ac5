import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer, strip_accents_unicode
from sklearn.preprocessing import normalize

from script_shared.domains.news.stop_words import STOP_WORDS
from script_shared.models.components.texts.text_space import (
    TextParameters,
    TextSpace,
    compose_text,
    normalise,
)

PARAMETERS = TextParameters(dimensions=6, words=40)
SUBJECTS = ("Câmara vota orçamento da União", "Seleção vence e vai à final", "Chuva forte atinge São Paulo")
DOCUMENTS = [
    f"{SUBJECTS[number % 3]}; dia {number % 17}, região_{number % 5} avaliação" for number in range(90)
]
UNUSUAL_TEXTS = [
    "",
    "de a o",
    "ﬁnal ½ ² Ⅳ ❶ İSTANBUL straße",
    "e\u0301tat \u05d1\u05bc\u05bc",
    "\u0905\u094d\u0915 orçamento",
]


def fit_space():
    return TextSpace.fit(DOCUMENTS, PARAMETERS, STOP_WORDS)


@pytest.fixture(scope="module")
def space():
    return fit_space()


@pytest.fixture(scope="module")
def sklearn_transform():
    vectorizer = TfidfVectorizer(
        strip_accents="unicode", stop_words=list(STOP_WORDS), max_features=40, dtype=np.float32
    )
    svd = TruncatedSVD(6, n_iter=3, random_state=0).fit(vectorizer.fit_transform(DOCUMENTS))
    return lambda documents: normalize(svd.transform(vectorizer.transform(documents)))


def test_vectors_equal_those_of_scikit_learn(space, sklearn_transform):
    documents = [
        *DOCUMENTS,
        *UNUSUAL_TEXTS,
        "Orçamento da SELEÇÃO: chuva, chuva e mais chuva em São Paulo (região_3)",
    ]
    vectors, expected = space.transform(documents), sklearn_transform(documents)
    np.testing.assert_allclose(vectors, expected, atol=2e-6)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(expected.any(axis=1) * 1.0, abs=1e-5)
    assert not vectors[len(DOCUMENTS)].any()


@settings(deadline=None, derandomize=True, database=None, max_examples=100)
@given(
    st.lists(
        st.one_of(st.text(), st.sampled_from(DOCUMENTS), st.sampled_from(UNUSUAL_TEXTS)),
        min_size=1,
        max_size=4,
    )
)
def test_vector_of_any_text_equals_that_of_scikit_learn(space, sklearn_transform, parts):
    document = " ".join(parts)
    np.testing.assert_allclose(space.transform([document]), sklearn_transform([document]), atol=2e-6)


@settings(deadline=None, derandomize=True, database=None, max_examples=300)
@given(st.text())
def test_normalise_strips_accents_like_scikit_learn(text):
    assert normalise(text) == strip_accents_unicode(text.lower())


def test_loaded_space_encodes_like_the_fitted_one(space, tmp_path):
    space.dump().write(tmp_path / "space")
    loaded = TextSpace.load(type(space.dump()).read(tmp_path / "space"))
    assert np.array_equal(loaded.transform(DOCUMENTS), space.transform(DOCUMENTS))


def test_two_fits_are_equal(space):
    assert np.array_equal(space.transform(DOCUMENTS), fit_space().transform(DOCUMENTS))


@pytest.mark.parametrize(
    "documents", [[], [""], ["de a o"], ["gol"], ["gol", "gol"], ["gol", "lei"], ["gol time", "gol time"]]
)
def test_space_can_be_fitted_on_few_texts(documents):
    space = TextSpace.fit(documents, PARAMETERS, STOP_WORDS)
    vectors = space.transform(["gol do time", "", *documents])
    assert vectors.shape == (len(documents) + 2, space.dimensions)
    assert np.isfinite(vectors).all()


def test_missing_fields_are_left_out_of_the_text():
    assert (
        compose_text("Gol", "do time", "São Paulo/SP", "esporte")
        == "Gol do time category_esporte region_São_Paulo_SP"
    )
    assert compose_text(None, None, None, None) == ""
    assert compose_text("Gol", None, "", None) == "Gol"

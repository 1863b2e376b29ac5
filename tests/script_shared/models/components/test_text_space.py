import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer, strip_accents_unicode
from sklearn.preprocessing import normalize

from script_shared.domains.news.stop_words import STOP_WORDS
from script_shared.models.components.text_space import TextParameters, TextSpace, compose_text, normalise

PARAMETERS = TextParameters(dimensions=6, words=40)
SUBJECTS = ("Câmara vota orçamento da União", "Seleção vence e vai à final", "Chuva forte atinge São Paulo")
DOCUMENTS = [
    f"{SUBJECTS[number % 3]}; dia {number % 17}, região_{number % 5} avaliação" for number in range(90)
]
ODD = [
    "",
    "de a o",
    "ﬁnal ½ ² Ⅳ ❶ İSTANBUL straße",
    "e\u0301tat \u05d1\u05bc\u05bc",
    "\u0905\u094d\u0915 orçamento",
]


def fitted():
    return TextSpace.fit(DOCUMENTS, PARAMETERS, STOP_WORDS)


@pytest.fixture(scope="module")
def space():
    return fitted()


@pytest.fixture(scope="module")
def by_sklearn():
    words = TfidfVectorizer(
        strip_accents="unicode", stop_words=list(STOP_WORDS), max_features=40, dtype=np.float32
    )
    reduce = TruncatedSVD(6, n_iter=3, random_state=0).fit(words.fit_transform(DOCUMENTS))
    return lambda documents: normalize(reduce.transform(words.transform(documents)))


def test_vectors_equal_those_of_scikit_learn(space, by_sklearn):
    new = [*DOCUMENTS, *ODD, "Orçamento da SELEÇÃO: chuva, chuva e mais chuva em São Paulo (região_3)"]
    found, expected = space.transform(new), by_sklearn(new)
    np.testing.assert_allclose(found, expected, atol=2e-6)
    assert np.linalg.norm(found, axis=1) == pytest.approx(expected.any(axis=1) * 1.0, abs=1e-5)
    assert not found[len(DOCUMENTS)].any()


@settings(deadline=None, derandomize=True, database=None, max_examples=100)
@given(
    st.lists(st.one_of(st.text(), st.sampled_from(DOCUMENTS), st.sampled_from(ODD)), min_size=1, max_size=4)
)
def test_the_vector_of_any_text_equals_that_of_scikit_learn(space, by_sklearn, parts):
    document = " ".join(parts)
    np.testing.assert_allclose(space.transform([document]), by_sklearn([document]), atol=2e-6)


@settings(deadline=None, derandomize=True, database=None, max_examples=300)
@given(st.text())
def test_normalise_strips_accents_like_scikit_learn(text):
    assert normalise(text) == strip_accents_unicode(text.lower())


def test_a_loaded_space_encodes_like_the_fitted_one(space, tmp_path):
    space.dump().write(tmp_path / "space")
    loaded = TextSpace.load(type(space.dump()).read(tmp_path / "space"))
    assert np.array_equal(loaded.transform(DOCUMENTS), space.transform(DOCUMENTS))


def test_two_fits_are_equal(space):
    assert np.array_equal(space.transform(DOCUMENTS), fitted().transform(DOCUMENTS))


@pytest.mark.parametrize(
    "documents", [[], [""], ["de a o"], ["gol"], ["gol", "gol"], ["gol", "lei"], ["gol time", "gol time"]]
)
def test_a_space_can_be_fitted_on_few_texts(documents):
    space = TextSpace.fit(documents, PARAMETERS, STOP_WORDS)
    found = space.transform(["gol do time", "", *documents])
    assert found.shape == (len(documents) + 2, space.dimensions)
    assert np.isfinite(found).all()


def test_missing_fields_are_left_out_of_the_text():
    assert (
        compose_text("Gol", "do time", "São Paulo/SP", "esporte")
        == "Gol do time category_esporte region_São_Paulo_SP"
    )
    assert compose_text(None, None, None, None) == ""
    assert compose_text("Gol", None, "", None) == "Gol"

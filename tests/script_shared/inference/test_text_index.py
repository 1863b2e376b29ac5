"""Items are found by the weighted mean of the fields' cosines."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.dataset import Vectors
from script_shared.inference.text_index import TextIndex
from script_shared.models.components.texts.text_space import TextField, TextParameters, TextSpace

FIELDS = (
    TextField(name="title", weight=0.75, dimensions=6),
    TextField(name="place", weight=0.25, dimensions=3),
)
TEXTS = [
    "java spring\x1frecife norte",
    "python sql\x1folinda sul",
    "java sql\x1folinda norte",
    "\x1frecife",
    "",
]
#: Positions of the texts; item 1 has none.
ITEMS = [0, 2, 3, 4]


@pytest.fixture(scope="module")
def space():
    return TextSpace.fit(TEXTS, TextParameters(fields=FIELDS), ())


@pytest.fixture
def index(space):
    rows = np.vstack([np.zeros((1, space.dimensions), np.float32), space.transform(TEXTS[:4])])
    return TextIndex.build(space, Vectors(rows, np.array([1, 0, 2, 3, 4], np.int32)))


def encode(space, text):
    return {name: rows[0] for name, rows in space.split(space.transform([text])).items()}


def cosines(space, left, right):
    both = encode(space, left), encode(space, right)
    return {name: float(both[0][name] @ both[1][name]) for name in both[0]}


@pytest.mark.parametrize("query", TEXTS[:4])
def test_score_is_the_weighted_mean_over_the_fields_of_the_query(space, index, query):
    found = index.search(encode(space, query), 9, None)
    weights = {field.name: field.weight for field in FIELDS}
    used = [name for name, vector in encode(space, query).items() if vector.any()]
    for item, score in zip(found.ids.tolist(), found.scores.tolist(), strict=True):
        pair = cosines(space, query, TEXTS[ITEMS.index(item)])
        expected = sum(weights[name] * pair[name] for name in used) / sum(weights[name] for name in used)
        assert score == pytest.approx(expected, abs=1e-5)
    assert sorted(found.ids.tolist()) == ITEMS
    assert found.scores[0] == pytest.approx(1, abs=1e-5)


def test_query_without_known_words_finds_nothing(space, index):
    assert len(index.search(encode(space, "unheard\x1fof"), 9, None).ids) == 0


def test_mask_excludes_items(space, index):
    allowed = np.array([False, True, True, False, True])
    assert sorted(index.search(encode(space, TEXTS[0]), 9, allowed).ids.tolist()) == [2, 4]


def test_changed_item_has_its_new_text_and_a_removed_one_is_not_found(space, index):
    index.upsert(np.array([2, 7], np.int32), space.transform([TEXTS[0]] * 2))
    assert set(index.search(encode(space, TEXTS[0]), 3, None).ids.tolist()) == {0, 2, 7}
    index.remove(np.array([0, 7, 99], np.int32))
    assert index.find(0) is None
    assert index.search(encode(space, TEXTS[0]), 1, None).ids.tolist() == [2]


def test_vectors_of_an_item_are_those_of_its_text(space, index):
    found = index.find(3)
    for name, vector in encode(space, TEXTS[2]).items():
        np.testing.assert_allclose(found[name], vector, atol=1e-6)
    assert index.find(1) is None


@settings(deadline=None, max_examples=20)
@given(st.sampled_from(TEXTS[:4]), st.integers(1, 5))
def test_loaded_index_finds_the_same(space, query, count):
    rows = space.transform(TEXTS)
    built = TextIndex.build(space, Vectors(rows, np.arange(len(TEXTS), dtype=np.int32)))
    loaded = TextIndex.load(built.dump())
    expected, found = (each.search(encode(space, query), count, None) for each in (built, loaded))
    assert found.ids.tolist() == expected.ids.tolist()
    np.testing.assert_array_equal(found.scores, expected.scores)

import numpy as np
import pytest

from script_shared.arrays import Bundle
from script_shared.errors import SettingsError
from script_shared.vector_index.exact import ExactIndex
from script_shared.vector_index.factory import open_index
from script_shared.vector_index.index import IndexSchema
from tests.support.vector_indexes import SCHEMA, VectorIndexContract, random_vectors


class TestExactIndex(VectorIndexContract):
    def make(self, schema=SCHEMA):
        return open_index("exact", schema, "items")

    def reopen(self, index, schema, folder):
        index.dump().write(folder)
        return ExactIndex.load(schema, Bundle.read(folder))


ONE_FIELD = IndexSchema({"text": 3}, "embedder-1")


def test_of_equal_scores_the_lower_id_comes_first():
    index = ExactIndex(ONE_FIELD)
    ids = np.random.default_rng(0).permutation(500)
    index.upsert(ids, {"text": np.tile(np.array([[0.6, 0.8, 0]], np.float32), (500, 1))})
    query = {"text": np.array([1, 0, 0], np.float32)}
    assert index.search(query, {"text": 1.0}, 20).ids.tolist() == list(range(20))
    allowed = np.arange(500) >= 450
    assert index.search(query, {"text": 1.0}, 5, allowed).ids.tolist() == [450, 451, 452, 453, 454]


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_more_rows_than_a_block_are_found_like_by_brute_force(share):
    rng, index = np.random.default_rng(1), ExactIndex(ONE_FIELD)
    vectors = random_vectors(rng, 30_000, {"text": 3})["text"]
    for start in range(0, 30_000, 7_000):
        ids = np.arange(start, min(start + 7_000, 30_000))
        index.upsert(ids, {"text": vectors[ids]})
    index.remove(np.arange(0, 30_000, 10))
    allowed = (rng.random(30_000) < share) & (np.arange(30_000) % 10 > 0)
    scores = np.where(allowed, vectors @ vectors[5], -2)
    result = index.search({"text": vectors[5]}, {"text": 1.0}, 50, allowed)
    assert len(index) == 27_000
    np.testing.assert_allclose(result.scores, np.sort(scores)[::-1][:50], atol=1e-6)


def test_adding_to_a_loaded_index_leaves_its_file(tmp_path):
    index = ExactIndex(ONE_FIELD)
    index.upsert(np.arange(900), random_vectors(np.random.default_rng(2), 900, {"text": 3}))
    index.dump().write(tmp_path / "index")
    before = {path: path.read_bytes() for path in (tmp_path / "index").iterdir()}
    loaded = ExactIndex.load(ONE_FIELD, Bundle.read(tmp_path / "index"))
    loaded.upsert(np.arange(800, 1_000), random_vectors(np.random.default_rng(3), 200, {"text": 3}))
    loaded.remove(np.arange(100))
    assert len(loaded) == 900
    assert {path: path.read_bytes() for path in (tmp_path / "index").iterdir()} == before


def test_unknown_specification_is_refused():
    with pytest.raises(SettingsError, match="'annoy'"):
        open_index("annoy:x", SCHEMA, "items")

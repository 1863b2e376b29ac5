import numpy as np
import pytest

from script_shared.errors import VectorIndexError
from script_shared.vector_index.exact import ExactIndex
from script_shared.vector_index.factory import open_index
from script_shared.vector_index.index import IndexSchema
from tests.support.vector_indexes import SCHEMA, VectorIndexContract, unit

pytest.importorskip("usearch")

FIELDS = {"title": 24, "body": 24, "place": 8}
CLUSTERED = IndexSchema(FIELDS, "embedder-1")


class TestUsearchIndex(VectorIndexContract):
    def make(self, schema=SCHEMA):
        return open_index("usearch", schema, "items")

    def reopen(self, index, schema, folder):
        index.save(folder)
        return type(index).open(schema, folder)


def clustered_vectors(rng, n):
    """Return vectors around 60 centres a field; places are 40 distinct ones."""
    vectors = {}
    for name, length in FIELDS.items():
        centres = unit(rng.normal(size=(60, length)))[rng.integers(0, 60, n)]
        vectors[name] = unit(centres + 0.6 * rng.normal(size=(n, length)) / np.sqrt(length))
    vectors["place"] = vectors["place"][rng.zipf(1.5, n) % 40]
    return vectors


@pytest.fixture(scope="module")
def indexes():
    vectors = clustered_vectors(np.random.default_rng(0), 6_000)
    both = ExactIndex(CLUSTERED), open_index("usearch", CLUSTERED, "items")
    for index in both:
        index.upsert(np.arange(6_000), vectors)
    return *both, vectors


@pytest.mark.parametrize("weights", [(1 / 3, 1 / 3, 1 / 3), (0.6, 0.3, 0.1), (0.5, 0.5, 0), (1, 0, 0)])
@pytest.mark.parametrize("share", [1.0, 0.3, 0.02])
def test_98_percent_of_the_nearest_50_are_found(indexes, weights, share):
    exact, approximate, vectors = indexes
    allowed = np.random.default_rng(1).random(6_000) < share
    by_field, found = dict(zip(FIELDS, weights, strict=True)), []
    for row in range(0, 6_000, 200):
        query = {name: vectors[name][row] for name in FIELDS}
        expected, result = (index.search(query, by_field, 50, allowed) for index in (exact, approximate))
        found.append((result.scores >= expected.scores[-1] - 1e-6).mean())
    assert np.mean(found) >= 0.98


def test_a_graph_without_its_vectors_is_refused(indexes, tmp_path):
    approximate = indexes[1]
    approximate.save(tmp_path / "index")
    small = open_index("usearch", CLUSTERED, "items")
    small.save(tmp_path / "small")
    (tmp_path / "small" / "graph.usearch").replace(tmp_path / "index" / "graph.usearch")
    with pytest.raises(VectorIndexError, match="the graph has 0 vectors, the table 6000"):
        type(approximate).open(CLUSTERED, tmp_path / "index")

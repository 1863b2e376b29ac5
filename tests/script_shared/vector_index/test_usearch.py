import numpy as np
import pytest

from script_shared.errors import VectorIndexError
from script_shared.vector_index.factory import open_index
from tests.support.vector_indexes import (
    CLUSTERED,
    SCHEMA,
    VectorIndexContract,
    clustered_vectors,
    measure_recall,
)

pytest.importorskip("usearch")


class TestUsearchIndex(VectorIndexContract):
    def make(self, schema=SCHEMA):
        return open_index("usearch", schema, "items")

    def reopen(self, index, schema, folder):
        index.save(folder)
        return type(index).open(schema, folder)


@pytest.fixture(scope="module")
def filled():
    index = open_index("usearch", CLUSTERED, "items")
    index.upsert(np.arange(6_000), clustered_vectors(6_000))
    return index


@pytest.mark.parametrize("weights", [(1 / 3, 1 / 3, 1 / 3), (0.6, 0.3, 0.1), (0.5, 0.5, 0), (1, 0, 0)])
@pytest.mark.parametrize("share", [1.0, 0.3, 0.02])
def test_98_percent_of_the_nearest_50_are_found(filled, weights, share):
    allowed = np.random.default_rng(1).random(6_000) < share
    assert measure_recall(filled, 6_000, weights, allowed) >= 0.98


def test_a_graph_without_its_vectors_is_refused(filled, tmp_path):
    filled.save(tmp_path / "index")
    small = open_index("usearch", CLUSTERED, "items")
    small.save(tmp_path / "small")
    (tmp_path / "small" / "graph.usearch").replace(tmp_path / "index" / "graph.usearch")
    with pytest.raises(VectorIndexError, match="the graph has 0 vectors, the table 6000"):
        type(filled).open(CLUSTERED, tmp_path / "index")

import itertools

import numpy as np
import pytest

from script_shared.errors import VectorIndexError
from script_shared.vector_index.factory import open_index
from tests.support.vector_indexes import CLUSTERED, SCHEMA, VectorIndexContract, measure_recall

pytest.importorskip("qdrant_client")

from script_shared.vector_index.qdrant import QdrantIndex


class QdrantContract(VectorIndexContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self.folders, self.opened = (tmp_path / f"items-{number}" for number in itertools.count()), {}
        yield
        for index in self.opened:
            index.close()

    def make(self, schema=SCHEMA):
        return self.open_folder(next(self.folders), schema)

    def reopen(self, index, schema, folder):
        index.close()
        return self.open_folder(self.opened[index], schema)

    def open_folder(self, folder, schema):
        index = self.open(folder, schema)
        self.opened[index] = folder
        return index

    def open(self, folder, schema):
        raise NotImplementedError


class TestQdrantFolder(QdrantContract):
    def open(self, folder, schema):
        return open_index(f"qdrant:{folder}", schema, "items")


class TestQdrantEngine(QdrantContract):
    def open(self, folder, schema):
        pytest.importorskip("qdrant_edge")
        return open_engine(folder, schema)


def open_engine(folder, schema):
    from tests.support.qdrant_edge import EdgeClient

    return QdrantIndex(EdgeClient(folder), "items", schema, is_server=True)


def test_98_percent_of_the_nearest_50_are_found(tmp_path):
    pytest.importorskip("qdrant_edge")
    index = open_engine(tmp_path, CLUSTERED)
    assert measure_recall(index, 2_000, (0.6, 0.3, 0.1), np.arange(2_000) % 3 == 0) >= 0.98
    index.close()


def test_a_server_that_does_not_answer_is_named():
    with pytest.raises(VectorIndexError, match="Qdrant cannot be used") as caught:
        open_index("qdrant:http://127.0.0.1:1", SCHEMA, "items")
    assert "items" in caught.value.where

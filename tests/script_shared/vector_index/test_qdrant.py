import itertools
import os

import pytest

from script_shared.vector_index.factory import open_index
from tests.support.vector_indexes import SCHEMA, VectorIndexContract

pytest.importorskip("qdrant_client")


_names = (f"items_{os.getpid()}_{number}" for number in itertools.count())


class TestQdrantFolder(VectorIndexContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self.folder, self.opened = tmp_path / "qdrant", []
        yield
        for index in self.opened:
            index.close()

    def make(self, schema=SCHEMA):
        return self.open(schema, f"{self.folder}-{next(_names)}")

    def open(self, schema, folder):
        index = open_index(f"qdrant:{folder}", schema, "items")
        index.folder = folder
        self.opened.append(index)
        return index

    def reopen(self, index, schema, folder):
        index.close()
        return self.open(schema, index.folder)

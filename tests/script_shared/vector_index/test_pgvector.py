import itertools

import pytest

from script_shared.errors import VectorIndexError
from script_shared.vector_index.factory import open_index
from tests.support.vector_indexes import SCHEMA, VectorIndexContract

pgserver = pytest.importorskip("pgserver")
_tables = (f"items_{number}" for number in itertools.count())


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    server = pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    yield server.get_uri()
    server.cleanup()


class TestPgvectorIndex(VectorIndexContract):
    @pytest.fixture(autouse=True)
    def _database(self, url):
        self.url, self.opened = url, []
        yield
        for index in self.opened:
            index.close()

    def make(self, schema=SCHEMA):
        return self.open(schema, next(_tables))

    def open(self, schema, table):
        index = open_index(f"pgvector:{self.url}", schema, table)
        index.table = table
        self.opened.append(index)
        return index

    def reopen(self, index, schema, folder):
        return self.open(schema, index.table)


def test_an_error_names_the_host_and_not_the_password():
    with pytest.raises(VectorIndexError, match="the vector index cannot be used") as caught:
        open_index("pgvector:postgresql://someone:secret@127.0.0.1:1/none", SCHEMA, "items")
    assert "127.0.0.1" in caught.value.where
    assert "secret" not in str(caught.value)

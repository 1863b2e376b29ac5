import itertools
from contextlib import closing

import numpy as np
import psycopg2
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


@pytest.mark.parametrize("share", [1.0, 0.1])
def test_95_percent_of_the_nearest_50_are_found(url, share):
    index = open_index(f"pgvector:{url}", CLUSTERED, f"clustered-{share}")
    allowed = np.random.default_rng(1).random(1_200) < share
    assert measure_recall(index, 1_200, (0.6, 0.3, 0.1), allowed) >= 0.95
    index.close()


def test_a_search_uses_the_graph_of_all_fields(url):
    index = open_index(f"pgvector:{url}", CLUSTERED, "explained")
    index.upsert(np.arange(1_200), clustered_vectors(1_200))
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("ANALYZE explained")
        vector = str([0.1] * CLUSTERED.width)
        query = "EXPLAIN SELECT id FROM explained ORDER BY all_fields <#> %s::vector LIMIT 50"
        cursor.execute(query, (vector,))
        assert "explained_all_fields" in str(cursor.fetchall())
    index.close()


def test_an_error_names_the_host_and_not_the_password():
    with pytest.raises(VectorIndexError, match="the vector index cannot be used") as caught:
        open_index("pgvector:postgresql://someone:secret@127.0.0.1:1/none", SCHEMA, "items")
    assert "127.0.0.1" in caught.value.where
    assert "secret" not in str(caught.value)

"""Search in a table of Postgres with the extension pgvector, 0.5 or newer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import psycopg2
from psycopg2.extras import execute_values
from psycopg2.sql import SQL, Composable, Identifier, Literal

from script_shared.errors import VectorIndexError
from script_shared.types import FeatureArray, IntArray, LongArray, Mask
from script_shared.vector_index.exact import combine
from script_shared.vector_index.index import (
    ALL_FIELDS,
    IndexSchema,
    Labels,
    SearchResult,
    VectorIndex,
    check_fingerprint,
    rank,
)

#: Rows of an INSERT.
_PAGE = 200
#: Vectors that a search visits: at least so many, and the highest number that the extension accepts.
_VISITED, _MAX_VISITED = 400, 1_000


class PgvectorIndex(VectorIndex):
    """A table with a vector column for each field and one for all of them, each with an HNSW index.

    A query of one field is searched by the field's column; one of several fields by the column of all. Where
    filters leave fewer than `k` of the visited rows, all rows are compared.

    Args:
        url: `postgresql://user:password@host:port/name`.
        table: its name; it is created if it does not exist.
        schema: fields, labels and the embedder's fingerprint.

    Raises:
        VectorIndexError: the table is of another embedder, or the database does not answer.
    """

    def __init__(self, url: str, table: str, schema: IndexSchema) -> None:
        super().__init__(schema)
        self._url, self._table, self._lock = url, table, threading.Lock()
        self._connection: Any = None
        self._is_indexed = False
        with self._transaction() as cursor:
            self._create(cursor)
            cursor.execute("SELECT obj_description(%s::regclass)", (Identifier(table).as_string(cursor),))
            check_fingerprint(str(cursor.fetchone()[0]), schema.fingerprint, f"table {table!r}")

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def __len__(self) -> int:
        with self._transaction() as cursor:
            cursor.execute(self._sql("SELECT count(*) FROM {table}"))
            return int(cursor.fetchone()[0])

    def _sql(self, text: str, **parts: Composable) -> Composable:
        return SQL(text).format(table=Identifier(self._table), **parts)

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        """Yield a cursor; commit at the end of the block, roll back and reconnect when it fails."""
        with self._lock:
            try:
                self._connection = self._connection or psycopg2.connect(self._url, connect_timeout=5)
                with self._connection, self._connection.cursor() as cursor:
                    yield cursor
            except psycopg2.Error as error:
                self.close()
                # Only the first line, and only the host: the URL contains a password.
                message = (str(error).strip().splitlines() or [type(error).__name__])[0]
                where = f"table {self._table!r} on {urlsplit(self._url).hostname}"
                remedy = "check that the database is up and has the extension vector"
                what = f"the vector index cannot be used: {message}"
                raise VectorIndexError(what, where=where, remedy=remedy) from error

    def _create(self, cursor: Any) -> None:
        cursor.execute("SELECT to_regclass(%s)", (Identifier(self._table).as_string(cursor),))
        if cursor.fetchone()[0] is not None:
            return
        sizes = {**self.schema.fields, ALL_FIELDS: self.schema.width}
        columns = [
            SQL("{} vector({}) NOT NULL").format(Identifier(name), Literal(size))
            for name, size in sizes.items()
        ]
        columns += [SQL("{} text NOT NULL").format(_label_column(name)) for name in self.schema.labels]
        cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
        cursor.execute(
            self._sql(
                "CREATE TABLE {table} (id bigint PRIMARY KEY, {columns})", columns=SQL(", ").join(columns)
            )
        )
        cursor.execute(
            self._sql("COMMENT ON TABLE {table} IS {fingerprint}", fingerprint=Literal(self.fingerprint))
        )

    def _create_indexes(self, cursor: Any) -> None:
        graph = "CREATE INDEX IF NOT EXISTS {index} ON {table} USING hnsw ({column} vector_ip_ops)"
        label = "CREATE INDEX IF NOT EXISTS {index} ON {table} ({column})"
        for name in (*self.schema.fields, ALL_FIELDS):
            index = Identifier(f"{self._table}_{name}")
            cursor.execute(self._sql(graph, index=index, column=Identifier(name)))
        for name in self.schema.labels:
            index = Identifier(f"{self._table}_label_{name}")
            cursor.execute(self._sql(label, index=index, column=_label_column(name)))

    def _upsert(self, ids: LongArray, vectors: FeatureArray, labels: Mapping[str, Sequence[str]]) -> None:
        slices = {**self.schema.slices, ALL_FIELDS: slice(None)}
        names = [*map(Identifier, slices), *map(_label_column, self.schema.labels)]
        changes = [SQL("{0} = EXCLUDED.{0}").format(name) for name in names]
        statement = self._sql(
            "INSERT INTO {table} (id, {names}) VALUES %s ON CONFLICT (id) DO UPDATE SET {changes}",
            names=SQL(", ").join(names),
            changes=SQL(", ").join(changes),
        )
        rows = (
            (
                int(ids[row]),
                *(_to_text(vectors[row, columns]) for columns in slices.values()),
                *(labels[name][row] for name in self.schema.labels),
            )
            for row in range(len(ids))
        )
        with self._transaction() as cursor:
            execute_values(cursor, statement, rows, page_size=_PAGE)
            if not self._is_indexed:
                # After the first rows: a graph of many rows is built faster than it is extended.
                self._create_indexes(cursor)
        self._is_indexed = True

    def remove(self, ids: IntArray) -> None:
        """Remove ids; unknown ones are ignored."""
        with self._transaction() as cursor:
            cursor.execute(self._sql("DELETE FROM {table} WHERE id = ANY(%s)"), (ids.tolist(),))

    def _search(
        self,
        query: Mapping[str, FeatureArray],
        weights: Mapping[str, float],
        k: int,
        allowed: Mask,
        labels: Labels,
    ) -> SearchResult:
        column, vector = ALL_FIELDS, combine(self.schema, query, weights)
        if len(query) == 1:
            [column] = query
            vector = query[column]
        conditions, values = _make_conditions(allowed, labels)
        statement = self._sql(
            "SELECT id, {all}::text FROM {table} WHERE {conditions} ORDER BY {column} <#> %s LIMIT %s",
            all=Identifier(ALL_FIELDS),
            conditions=SQL(" AND ").join(conditions),
            column=Identifier(column),
        )
        with self._transaction() as cursor:
            cursor.execute(f"SET LOCAL hnsw.ef_search = {min(max(_VISITED, 2 * k), _MAX_VISITED)}")
            cursor.execute(statement, (*values, _to_text(vector), k))
            rows = cursor.fetchall()
            if len(rows) < k:
                cursor.execute("SET LOCAL enable_indexscan = off")
                cursor.execute(statement, (*values, _to_text(vector), k))
                rows = cursor.fetchall()
        ids = np.array([name for name, _ in rows], np.int64)
        vectors = np.array([json.loads(text) for _, text in rows], np.float32)
        return rank(self.schema, ids, vectors.reshape(len(ids), self.schema.width), query, weights, k)


def _label_column(name: str) -> Identifier:
    return Identifier(f"label_{name}")


def _make_conditions(allowed: Mask, labels: Labels) -> tuple[list[Composable], list[Any]]:
    """Return SQL conditions and their values; allowed ids are sent as a bit each."""
    conditions: list[Composable] = [SQL("true")]
    values: list[Any] = []
    for name, value in labels.items():
        conditions.append(SQL("{} = %s").format(_label_column(name)))
        values.append(value)
    if allowed is not None:
        conditions.append(SQL("CASE WHEN id < %s THEN get_bit(%s, id) = 1 ELSE false END"))
        values += [len(allowed), np.packbits(allowed, bitorder="little").tobytes()]
    return conditions, values


def _to_text(vector: FeatureArray) -> str:
    return f"[{','.join(map(str, vector.tolist()))}]"

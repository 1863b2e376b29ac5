"""Writes the records in Postgres to JSON files, so that a run keeps a copy of what it has read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from psycopg2.sql import SQL, Identifier

from pipelines.domains.recruiting.postgres.connection import connect, describe
from pipelines.domains.recruiting.postgres.raw_tables import RAW_TABLES
from script_shared.errors import InputError

_ROWS_AT_A_TIME = 2_000


def export_files(url: str, names: Mapping[str, str], folder: Path) -> None:
    """Write one JSON file for each table of raw records that exists, ordered by code.

    Args:
        url: of the database.
        names: the name of the file of each kind, without its extension.
        folder: an empty folder.

    Raises:
        InputError: the database has none of the tables.
        DownloadError: the database cannot be reached now.
    """
    with connect(url) as connection:
        # All tables as of one moment, whatever is written meanwhile.
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        tables = {kind: table for kind, table in RAW_TABLES.items() if _exists(connection, table)}
        for kind, table in tables.items():
            _export(connection, table, folder / f"{names[kind]}.json")
    if not tables:
        problem = f"the database has none of {', '.join(RAW_TABLES.values())}"
        remedy = "fill them with python -m pipelines ingest"
        raise InputError(problem, where=describe(url), remedy=remedy)


def _exists(connection: Any, table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (table,))
        return bool(cursor.fetchone()[0])


def _export(connection: Any, table: str, path: Path) -> None:
    query = SQL('SELECT to_json(codigo)::text, payload::text FROM {table} ORDER BY codigo COLLATE "C"')
    with path.open("w", encoding="utf-8") as file, connection.cursor(name=table) as cursor:
        cursor.itersize = _ROWS_AT_A_TIME
        cursor.execute(query.format(table=Identifier(table)))
        file.write("{")
        for number, (code, payload) in enumerate(cursor):
            file.write(f"{',' if number else ''}\n{code}: {payload}")
        file.write("\n}\n")

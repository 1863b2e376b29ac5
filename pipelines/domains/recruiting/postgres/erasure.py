"""Deletes erased applicants from the tables of raw records and of hire predictions (LGPD, article 18)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from psycopg2.sql import SQL, Composed, Identifier

from pipelines.domains.recruiting.columns import APPLICANTS, APPLICATIONS
from pipelines.domains.recruiting.postgres.connection import connect
from pipelines.domains.recruiting.postgres.gold import FEATURES_TABLE, GOLD_TABLE, KEY, LABELS_TABLE
from pipelines.domains.recruiting.postgres.raw_tables import RAW_TABLES
from script_shared.domains.recruiting.tables import APPLICANT, make_id

_CODES_AT_A_TIME = 10_000
#: Tables with one or several rows for each applicant, and the column of the code.
_ROWS = {
    RAW_TABLES[APPLICANTS]: "codigo",
    FEATURES_TABLE: KEY,
    LABELS_TABLE: KEY,
    GOLD_TABLE: KEY,
}
_PROSPECTS = RAW_TABLES[APPLICATIONS]
_ENTRIES = """jsonb_array_elements(
    CASE WHEN jsonb_typeof(payload -> 'prospects') = 'array' THEN payload -> 'prospects' ELSE '[]' END
)"""
_CODE = "btrim(entry ->> 'codigo')"
_DELETE_ENTRIES = f"""
UPDATE {{table}} SET payload = jsonb_set(payload, '{{{{prospects}}}}', (
    SELECT coalesce(jsonb_agg(entry ORDER BY position), '[]')
    FROM {_ENTRIES} WITH ORDINALITY AS entries (entry, position)
    WHERE coalesce({_CODE} <> ALL(%(codes)s), TRUE)
))
WHERE EXISTS (SELECT FROM {_ENTRIES} AS entries (entry) WHERE {_CODE} = ANY(%(codes)s))
"""  # noqa: S608 - constants


def erase_applicants(url: str, select_erased: Callable[[Sequence[str]], Collection[str]]) -> int:
    """Delete erased applicants in one transaction: records, entries of applications, features and labels.

    Args:
        url: of the database; tables that it lacks are passed over.
        select_erased: returns those of some ids, such as `applicant:31001`, that are erased.

    Returns:
        The number of erased applicants that were found.

    Raises:
        InputError: the database refuses a statement.
        DownloadError: the database cannot be reached now.
    """
    with connect(url) as connection, connection, connection.cursor() as cursor:
        tables = {table: column for table, column in _ROWS.items() if _exists(cursor, table)}
        has_prospects = _exists(cursor, _PROSPECTS)
        queries = [_select_codes(table, column) for table, column in tables.items()]
        queries += [_select_prospects()] if has_prospects else []
        erased = sorted({code for query in queries for code in _find_erased(cursor, query, select_erased)})
        if not erased:
            return 0
        for table, column in tables.items():
            statement = SQL("DELETE FROM {} WHERE btrim({}::text) = ANY(%s)")
            cursor.execute(statement.format(Identifier(table), Identifier(column)), (erased,))
        if has_prospects:
            cursor.execute(SQL(_DELETE_ENTRIES).format(table=Identifier(_PROSPECTS)), {"codes": erased})
    return len(erased)


def _exists(cursor: Any, table: str) -> bool:
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (table,))
    return bool(cursor.fetchone()[0])


def _select_codes(table: str, column: str) -> Composed:
    return SQL("SELECT DISTINCT btrim({}::text) FROM {}").format(Identifier(column), Identifier(table))


def _select_prospects() -> Composed:
    query = SQL(f"SELECT DISTINCT {_CODE} FROM {{table}}, {_ENTRIES} AS entries (entry)")  # noqa: S608
    return query.format(table=Identifier(_PROSPECTS))


def _find_erased(
    cursor: Any, query: Composed, select_erased: Callable[[Sequence[str]], Collection[str]]
) -> Iterator[str]:
    """Yield the codes of a query that belong to erased applicants."""
    cursor.execute(query)
    while rows := cursor.fetchmany(_CODES_AT_A_TIME):
        codes = {make_id(APPLICANT, code): code for (code,) in rows if code}
        yield from (codes[user] for user in select_erased(list(codes)))

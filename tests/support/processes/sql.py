"""Queries a database in tests."""

from contextlib import closing

import psycopg2


def query(url, statement):
    """Return the rows of a query."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()

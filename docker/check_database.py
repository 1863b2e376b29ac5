"""Connects to Airflow's database once; prints a remedy if that fails."""

from __future__ import annotations

import os
import sys

import psycopg2

URL_VARIABLE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
REFUSED = """\
the database refuses the password of the user airflow
  where:  POSTGRES_PASSWORD in .env: it differs from the password with which the database was created
  remedy: restore the former value, or give the database the new one:
            docker compose up --detach postgres
            docker compose exec postgres sh /docker-entrypoint-initdb.d/users.sh
          then start again: docker compose up --detach
"""


def main() -> int:
    """Return 0 when the database accepts the login, 1 otherwise."""
    try:
        psycopg2.connect(os.environ[URL_VARIABLE].replace("+psycopg2", "", 1), connect_timeout=10).close()
    except psycopg2.OperationalError as error:
        refused = "password authentication failed" in str(error)
        sys.stderr.write(REFUSED if refused else f"{URL_VARIABLE}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

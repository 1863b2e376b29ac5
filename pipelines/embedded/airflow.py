"""How Airflow is set up on one machine: a LocalExecutor, on loopback only, on SQLite or Postgres."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

USER = "admin"
COMPONENTS = {
    "airflow-scheduler": ["scheduler", "--skip-serve-logs"],
    "airflow-dag-processor": ["dag-processor"],
    "airflow-api": ["api-server"],
}


@dataclass(frozen=True, slots=True)
class AirflowHome:
    """Where Airflow runs.

    Attributes:
        home: its folder: settings, logs and the SQLite file.
        code: the repository.
        port: of its pages and REST API.
        database: a Postgres, or empty for SQLite.
        password: of the one user.
    """

    home: Path
    code: Path
    port: int
    database: str
    password: str


def environment(place: AirflowHome) -> dict[str, str]:
    """Return all of Airflow's settings; writes the file with the password, readable by us alone."""
    place.home.mkdir(parents=True, exist_ok=True)
    passwords = place.home / "passwords.json"
    passwords.touch(mode=0o600)
    passwords.write_text(json.dumps({USER: place.password}))
    settings = {
        **_core(place),
        **_api(place.port),
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
    }
    named = {f"AIRFLOW__{key}": value for key, value in settings.items()}
    return {**named, "AIRFLOW_HOME": str(place.home), "PYTHONPATH": str(place.code)}


def _core(place: AirflowHome) -> dict[str, str]:
    return {
        "CORE__DAGS_FOLDER": str(place.code / "pipelines" / "dags"),
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__PARALLELISM": "4",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "DATABASE__SQL_ALCHEMY_CONN": connection(place.database, place.home),
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    }


def _api(port: int) -> dict[str, str]:
    return {
        "API__HOST": "127.0.0.1",
        "API__PORT": str(port),
        "API__BASE_URL": f"http://127.0.0.1:{port}",
        "API__SECRET_KEY": secrets.token_hex(16),
        "API_AUTH__JWT_SECRET": secrets.token_hex(32),
        "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
    }


def connection(database: str, home: Path) -> str:
    """Return the database's address with the driver that we bring: plain `postgresql://` has another."""
    if not database:
        return f"sqlite:///{home.resolve() / 'airflow.db'}"
    _, _, rest = database.partition("://")
    return f"postgresql+psycopg2://{rest}"

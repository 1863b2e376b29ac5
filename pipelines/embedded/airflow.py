"""Configures Airflow for one machine: LocalExecutor, loopback only, SQLite or Postgres."""

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
class AirflowConfig:
    """The configuration of an Airflow.

    Attributes:
        home: the folder of its settings, logs and SQLite file.
        code: the root of the repository.
        port: the port of its web pages and REST API.
        database: the URL of a Postgres database; empty for SQLite.
        password: the password of its only user, `USER`.
    """

    home: Path
    code: Path
    port: int
    database: str
    password: str


def airflow_environment(config: AirflowConfig) -> dict[str, str]:
    """Return Airflow's environment variables; write its password file, readable by this user alone."""
    config.home.mkdir(parents=True, exist_ok=True)
    passwords = config.home / "passwords.json"
    passwords.touch(mode=0o600)
    passwords.write_text(json.dumps({USER: config.password}))
    settings = {
        **_core_settings(config),
        **_api_settings(config.port),
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
    }
    variables = {f"AIRFLOW__{key}": value for key, value in settings.items()}
    return {**variables, "AIRFLOW_HOME": str(config.home), "PYTHONPATH": str(config.code)}


def _core_settings(config: AirflowConfig) -> dict[str, str]:
    return {
        "CORE__DAGS_FOLDER": str(config.code / "pipelines" / "dags"),
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__PARALLELISM": "4",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "DATABASE__SQL_ALCHEMY_CONN": database_url(config.database, config.home),
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    }


def _api_settings(port: int) -> dict[str, str]:
    return {
        "API__HOST": "127.0.0.1",
        "API__PORT": str(port),
        "API__BASE_URL": f"http://127.0.0.1:{port}",
        "API__SECRET_KEY": secrets.token_hex(16),
        "API_AUTH__JWT_SECRET": secrets.token_hex(32),
        "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
    }


def database_url(database: str, home: Path) -> str:
    """Return the URL of the database with the installed driver; plain `postgresql://` selects another."""
    if not database:
        return f"sqlite:///{home.resolve() / 'airflow.db'}"
    _, _, rest = database.partition("://")
    return f"postgresql+psycopg2://{rest}"

"""Settings of everything on one machine, read from the environment."""

from __future__ import annotations

from script_shared.settings import Settings


class EmbeddedSettings(Settings):
    """Where Airflow and the API listen, on loopback, and where Airflow keeps its records.

    Attributes:
        airflow_port: of Airflow's pages and REST API.
        api_port: of the recommendations.
        airflow_database: a Postgres, `postgresql://user:password@host:port/name`; empty for a SQLite
            file below the data root.
    """

    airflow_port: int = 8080
    api_port: int = 8001
    airflow_database: str = ""

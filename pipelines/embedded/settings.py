"""Settings of Airflow and the API on one machine, read from the environment."""

from __future__ import annotations

from pydantic import Field, field_validator

from script_shared.settings import Settings


class EmbeddedSettings(Settings):
    """The loopback ports of Airflow and the API, and Airflow's database.

    Attributes:
        airflow_port: the port of Airflow's web pages and REST API.
        api_port: the port of the recommendation API.
        airflow_database: the URL of a Postgres database, `postgresql://user:password@host:port/name`; empty
            for a SQLite file below the data root.
    """

    airflow_port: int = Field(default=8080, ge=1, le=65_535)
    api_port: int = Field(default=8001, ge=1, le=65_535)
    airflow_database: str = ""

    @field_validator("airflow_database")
    @classmethod
    def _require_postgres(cls, url: str) -> str:
        # The message omits the URL, which contains a password.
        if url and not url.startswith(("postgresql://", "postgres://")):
            raise ValueError("the URL does not begin with postgresql://; leave it empty for a SQLite file")
        return url

"""Settings of everything on one machine, read from the environment."""

from __future__ import annotations

from pydantic import Field, field_validator

from script_shared.settings import Settings


class EmbeddedSettings(Settings):
    """Where Airflow and the API listen, on loopback, and where Airflow keeps its records.

    Attributes:
        airflow_port: of Airflow's pages and REST API.
        api_port: of the recommendations.
        airflow_database: a Postgres, `postgresql://user:password@host:port/name`; empty for a SQLite
            file below the data root.
    """

    airflow_port: int = Field(default=8080, ge=1, le=65_535)
    api_port: int = Field(default=8001, ge=1, le=65_535)
    airflow_database: str = ""

    @field_validator("airflow_database")
    @classmethod
    def _is_postgres(cls, address: str) -> str:
        # The message leaves the address out: it has a password.
        if address and not address.startswith(("postgresql://", "postgres://")):
            raise ValueError(
                "the address does not begin with postgresql://; leave it empty for a SQLite file"
            )
        return address

"""Settings shared by training and serving, read from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from script_shared.errors import SettingsError

Environment = Literal["dev", "staging", "prod"]

#: The share of readers that `ENV=dev` works on.
DEV_READERS = 0.1


class Settings(BaseSettings):
    """Where things are and which kind of deployment this is.

    Attributes:
        env: `dev` works on a sample of readers, `staging` and `prod` on all of them.
        data_root: the shared volume.
        domain: which domain this deployment serves.
        events_url: where the event log is; empty for a SQLite file on the volume.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    env: Environment = "prod"
    data_root: Path = Path("data")
    domain: str = "news"
    events_url: SecretStr = SecretStr("")

    @property
    def reader_share(self) -> float:
        """The share of readers that this kind of deployment works on."""
        return DEV_READERS if self.env == "dev" else 1.0

    @classmethod
    def read(cls) -> Self:
        """Read the settings from the environment and `.env`.

        Raises:
            SettingsError: one is malformed or unsafe; names it.
        """
        try:
            return cls()
        except (OSError, UnicodeDecodeError) as error:
            remedy = "write it as UTF-8 text that this user may read, or remove it"
            raise SettingsError("the file of settings cannot be read", where=".env", remedy=remedy) from error
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"]).upper()
            remedy = "correct the environment variable, or set ENV=dev on a machine of your own"
            raise SettingsError(first["msg"], where=name or "environment", remedy=remedy) from error

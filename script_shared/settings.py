"""Settings shared by training and serving, read from the environment."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, Self

from pydantic import SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from script_shared.errors import SettingsError

Environment = Literal["dev", "staging", "prod"]

#: The domain of a deployment that names none; its event log is at `EVENTS_URL` itself.
DEFAULT_DOMAIN = "news"
#: Share of users in the sample of `ENV=dev`.
DEV_USER_SHARE = 0.1
#: A bucket and an optional prefix, or an absolute folder.
_PART = r"[A-Za-z0-9_=-][A-Za-z0-9_.=-]*"
_RELEASES_URL = re.compile(rf"((s3|gs|az)://[A-Za-z0-9][A-Za-z0-9_.-]*(/{_PART})*/?|file:///.*)?")


class Settings(BaseSettings):
    """Settings of a deployment.

    Attributes:
        env: kind of deployment; `dev` uses a sample of the users, `staging` and `prod` use all.
        data_root: root folder of the shared volume.
        domain: name of the domain.
        events_url: URL of the event log; empty for a SQLite file on the volume.
        releases_url: URL of the releases of all domains, `s3://bucket/prefix`, `gs://…`, `az://…` or
            `file:///folder`; empty for a folder of the volume.
        releases_cache: folder of local copies of releases on an object store; empty for a folder
            of the volume.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    env: Environment = "prod"
    data_root: Path = Path("data")
    domain: str = DEFAULT_DOMAIN
    events_url: SecretStr = SecretStr("")
    releases_url: str = ""
    releases_cache: str = ""

    @field_validator("releases_url")
    @classmethod
    def _check_releases_url(cls, url: str) -> str:
        if not _RELEASES_URL.fullmatch(url):
            raise ValueError(
                f"{url!r} is no address of releases, such as s3://bucket/prefix or file:///folder"
            )
        return url

    @property
    def user_share(self) -> float:
        """Share of the users that the deployment uses."""
        return DEV_USER_SHARE if self.env == "dev" else 1.0

    @classmethod
    def read(cls) -> Self:
        """Read the settings from the environment and `.env`.

        Raises:
            SettingsError: a setting is malformed or unsafe; names it.
        """
        try:
            return cls()
        except (OSError, UnicodeDecodeError) as error:
            remedy = "write it as UTF-8 text, make it readable for this user, or remove it"
            raise SettingsError("the settings file cannot be read", where=".env", remedy=remedy) from error
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"]).upper()
            remedy = "correct the environment variable, or set ENV=dev on a development machine"
            raise SettingsError(first["msg"], where=name or "environment", remedy=remedy) from error

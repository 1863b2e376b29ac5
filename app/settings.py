"""Settings of the service, read from the environment; unsafe ones are refused in production."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from script_shared.settings import Settings


class ApiSettings(Settings):
    """Where the service listens and how it follows releases.

    Attributes:
        api_host: address to listen on; loopback unless told otherwise.
        api_port: port to listen on; 0 takes any free one.
        api_log_level: the least that is logged.
        api_access_log: whether every request is logged, reader ids included.
        api_max_body_bytes: larger request bodies are refused.
        release_poll_seconds: how often the champion's name is looked up.
        release_verify: whether every file's sha-256 is checked before a release is served.
    """

    api_host: str = "127.0.0.1"
    api_port: int = Field(default=8001, ge=0, le=65_535)
    api_log_level: Literal["debug", "info", "warning", "error"] = "info"
    api_access_log: bool = False
    api_max_body_bytes: int = Field(default=65_536, ge=1, le=16 * 1024 * 1024)
    release_poll_seconds: float = Field(default=2.0, ge=0.05, le=3_600)
    release_verify: bool = True

    @model_validator(mode="after")
    def _safe_in_production(self) -> Self:
        if self.env != "prod":
            return self
        unsafe = {
            "API_LOG_LEVEL": self.api_log_level == "debug",
            "RELEASE_VERIFY": not self.release_verify,
            "RELEASE_POLL_SECONDS": self.release_poll_seconds < 0.5,
        }
        refused = [name for name, is_unsafe in unsafe.items() if is_unsafe]
        if refused:
            raise ValueError(f"unsafe in production: {', '.join(refused)}")
        return self


def load_settings() -> ApiSettings:
    """Read the settings from the environment and `.env`.

    Raises:
        SettingsError: one is malformed or unsafe; names it.
    """
    return ApiSettings.read()

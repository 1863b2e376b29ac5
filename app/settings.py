"""Settings of the service, read from the environment; unsafe ones are refused in production."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from script_shared.settings import Settings

#: The least length of a key that cannot be guessed.
KEY_LENGTH = 16
_ORIGIN = r"https?://[A-Za-z0-9.-]+(:\d{1,5})?"
_ORIGINS = rf"^(\s*{_ORIGIN}\s*(,\s*{_ORIGIN}\s*)*)?$"


class ApiSettings(Settings):
    """Where the service listens and how it follows releases.

    Attributes:
        api_host: address to listen on; loopback unless told otherwise.
        api_port: port to listen on; 0 takes any free one.
        api_log_level: the least that is logged.
        api_access_log: whether every request is logged, reader ids included.
        api_max_body_bytes: larger request bodies are refused.
        api_max_header_bytes, api_header_seconds: requests whose line and headers are larger, or are not
            there after so long, are refused.
        api_body_seconds: so are those whose body is not there so long after them.
        api_max_connections: beyond so many at once, requests are answered 503.
        api_rate_per_key, api_rate_per_address: requests a second from the sender of a valid key, and from
            the address of anybody else; 0 for no limit.
        api_events_per_key: events a second that count of those sent with one key; 0 for no limit.
        api_burst_seconds: what so many seconds allow may come at once.
        api_cors_origins: other sites whose pages may ask, `https://host` separated by commas.
        api_lists_ahead: so many lists are kept and given again while they hold; 0 ranks every request anew.
        release_poll_seconds: how often the champion's name is looked up.
        release_verify: whether every file's sha-256 is checked before a release is served.
        events_poll_seconds: how often the log is read for what other replicas accepted.
        api_keys_events, api_keys_items, api_keys_users, api_keys_admin: keys that open the doors of each
            kind, several separated by commas; while there is none, those doors are closed.
        challenger_share: of readers with an id, so many are answered by the challenger; 0 loads none.
        experiment: its name; another one draws the readers anew.
        inference_log_keys: keys for readers' pseudonyms, separated by commas: the first names them, the
            others find what older ones named; without one nothing is logged.
        inference_log_sample: of readers, so many are logged.
        inference_log_days: what is older is taken out.
    """

    api_host: str = "127.0.0.1"
    api_port: int = Field(default=8001, ge=0, le=65_535)
    api_log_level: Literal["debug", "info", "warning", "error"] = "info"
    api_access_log: bool = False
    api_max_body_bytes: int = Field(default=1_048_576, ge=1, le=16 * 1024 * 1024)
    api_max_header_bytes: int = Field(default=65_536, ge=1_024, le=1024 * 1024)
    api_header_seconds: float = Field(default=10, ge=0.1, le=600)
    api_body_seconds: float = Field(default=30, ge=0.1, le=3_600)
    api_max_connections: int = Field(default=2_000, ge=1, le=1_000_000)
    api_rate_per_key: float = Field(default=0, ge=0, le=1e6)
    api_rate_per_address: float = Field(default=0, ge=0, le=1e6)
    api_events_per_key: float = Field(default=0, ge=0, le=1e6)
    api_burst_seconds: float = Field(default=5, ge=0, le=3_600)
    api_lists_ahead: int = Field(default=16_384, ge=0, le=1_000_000)
    api_cors_origins: str = Field(default="", pattern=_ORIGINS)
    release_poll_seconds: float = Field(default=2.0, ge=0.05, le=3_600)
    release_verify: bool = True
    events_poll_seconds: float = Field(default=0.1, ge=0.01, le=60)
    api_keys_events: SecretStr = SecretStr("")
    api_keys_items: SecretStr = SecretStr("")
    api_keys_users: SecretStr = SecretStr("")
    api_keys_admin: SecretStr = SecretStr("")

    challenger_share: float = Field(default=0.0, ge=0, le=1, allow_inf_nan=False)
    experiment: str = Field(default="default", pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    inference_log_keys: SecretStr = SecretStr("")
    inference_log_sample: float = Field(default=1.0, ge=0, le=1, allow_inf_nan=False)
    inference_log_days: float = Field(default=30.0, gt=0, le=3_660)

    @property
    def origins(self) -> tuple[str, ...]:
        """Return the sites whose pages may ask."""
        return _parts(self.api_cors_origins)

    def keys(self, scope: str) -> tuple[str, ...]:
        """Return the keys of a kind of doors."""
        told: SecretStr = getattr(self, f"api_keys_{scope}")
        return _parts(told.get_secret_value())

    @property
    def pseudonym_keys(self) -> tuple[str, ...]:
        """Return the keys for readers' pseudonyms, the one in use first."""
        return _parts(self.inference_log_keys.get_secret_value())

    @field_validator("api_keys_events", "api_keys_items", "api_keys_users", "api_keys_admin")
    @classmethod
    def _sendable(cls, told: SecretStr) -> SecretStr:
        text = told.get_secret_value()
        if not (text.isascii() and text.isprintable()):
            raise ValueError("a key may hold printable ASCII characters only")
        return told

    @model_validator(mode="after")
    def _safe_in_production(self) -> Self:
        if self.env != "prod":
            return self
        unsafe = {
            "API_LOG_LEVEL": self.api_log_level == "debug",
            "RELEASE_VERIFY": not self.release_verify,
            "RELEASE_POLL_SECONDS": self.release_poll_seconds < 0.5,
        }
        scopes = ("events", "items", "users", "admin")
        unsafe |= {
            f"API_KEYS_{scope.upper()} (a key of fewer than {KEY_LENGTH} characters)": any(
                len(key) < KEY_LENGTH for key in self.keys(scope)
            )
            for scope in scopes
        }
        unsafe[f"INFERENCE_LOG_KEYS (a key of fewer than {KEY_LENGTH} characters)"] = any(
            len(key) < KEY_LENGTH for key in self.pseudonym_keys
        )
        refused = [name for name, is_unsafe in unsafe.items() if is_unsafe]
        if refused:
            raise ValueError(f"unsafe in production: {', '.join(refused)}")
        return self


def _parts(told: str) -> tuple[str, ...]:
    return tuple(text for part in told.split(",") if (text := part.strip()))


def load_settings() -> ApiSettings:
    """Read the settings from the environment and `.env`.

    Raises:
        SettingsError: one is malformed or unsafe; names it.
    """
    return ApiSettings.read()

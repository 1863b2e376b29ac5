"""Settings of the API, from the environment; unsafe ones are refused in production."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from script_shared.settings import Settings

#: Shorter keys can be guessed.
MIN_KEY_LENGTH = 16
_ORIGIN = r"https?://[A-Za-z0-9.-]+(:\d{1,5})?"
_ORIGINS = rf"^(\s*{_ORIGIN}\s*(,\s*{_ORIGIN}\s*)*)?$"


class ApiSettings(Settings):
    """Settings of the API; docs/api.md describes each with its default.

    Attributes:
        api_host: address to listen on.
        api_port: port to listen on; 0 takes any free one.
        api_log_level: lowest level that is logged.
        api_access_log: whether every request is logged, user ids included.
        api_max_body_bytes: size of the largest accepted request body.
        api_max_header_bytes: size of the largest accepted request line with its headers.
        api_header_seconds: time that these may take to arrive.
        api_body_seconds: time that a body may take to arrive.
        api_max_connections: open connections from which on requests are answered 503.
        api_rate_per_key: requests a second with one valid key; 0 is no limit.
        api_rate_per_address: requests a second from one address without a valid key; 0 is no limit.
        api_events_per_key: events a second with one key; 0 is no limit.
        api_burst_seconds: seconds whose requests may arrive at once.
        api_cors_origins: sites whose pages may call the API, `https://host` separated by commas.
        api_result_cache_size: size of the result cache in lists; 0 ranks every request.
        api_fast_path: whether simple and repeated `GET /recommendations` skip routing and validation.
        api_coalesce_responses: whether the head of a response is sent together with its body.
        api_fast_counters: whether the busiest metrics are plain numbers between collections.
        release_poll_seconds: seconds between two looks at the registry of releases.
        release_verify: whether the sha-256 of every file is checked before a release is served.
        events_poll_seconds: seconds between two reads of the event log for other replicas' events.
        api_keys_events, api_keys_items, api_keys_users, api_keys_admin: keys of each scope, separated by
            commas; without a key the endpoints of the scope are disabled.
        challenger_share: share of the users with an id that the challenger answers; 0 loads none.
        experiment: name of the experiment; another name assigns the users anew.
        inference_log_keys: keys for pseudonyms of users, separated by commas: the first makes new ones, the
            others find older ones; without a key nothing is logged.
        inference_log_sample: share of the users that is logged.
        inference_log_days: age at which entries are deleted, in days; by default half a year: article 26(6)
            of the EU AI Act asks who deploys a high-risk system to keep its logs for six months or more.
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
    api_result_cache_size: int = Field(default=16_384, ge=0, le=1_000_000)
    api_fast_path: bool = True
    api_coalesce_responses: bool = True
    api_fast_counters: bool = True
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
    inference_log_days: float = Field(default=183.0, gt=0, le=3_660)

    @property
    def origins(self) -> tuple[str, ...]:
        """Return the sites whose pages may call the API."""
        return _split(self.api_cors_origins)

    def keys(self, scope: str) -> tuple[str, ...]:
        """Return the keys of a scope."""
        keys: SecretStr = getattr(self, f"api_keys_{scope}")
        return _split(keys.get_secret_value())

    @property
    def pseudonym_keys(self) -> tuple[str, ...]:
        """Return the keys for pseudonyms of users, the one in use first."""
        return _split(self.inference_log_keys.get_secret_value())

    @field_validator("api_keys_events", "api_keys_items", "api_keys_users", "api_keys_admin")
    @classmethod
    def _check_header_safe(cls, keys: SecretStr) -> SecretStr:
        text = keys.get_secret_value()
        if not (text.isascii() and text.isprintable()):
            raise ValueError("a key may consist of printable ASCII characters only")
        return keys

    @model_validator(mode="after")
    def _check_production(self) -> Self:
        if self.env != "prod":
            return self
        unsafe = {
            "API_LOG_LEVEL": self.api_log_level == "debug",
            "RELEASE_VERIFY": not self.release_verify,
            "RELEASE_POLL_SECONDS": self.release_poll_seconds < 0.5,
        }
        scopes = ("events", "items", "users", "admin")
        keys = {f"API_KEYS_{scope.upper()}": self.keys(scope) for scope in scopes}
        keys["INFERENCE_LOG_KEYS"] = self.pseudonym_keys
        for name, values in keys.items():
            is_short = any(len(key) < MIN_KEY_LENGTH for key in values)
            unsafe[f"{name} (a key of fewer than {MIN_KEY_LENGTH} characters)"] = is_short
        refused = [name for name, is_unsafe in unsafe.items() if is_unsafe]
        if refused:
            raise ValueError(f"unsafe in production: {', '.join(refused)}")
        return self


def _split(text: str) -> tuple[str, ...]:
    return tuple(stripped for part in text.split(",") if (stripped := part.strip()))

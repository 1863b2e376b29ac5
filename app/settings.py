"""Settings of the service, read from the environment."""

from __future__ import annotations

from script_shared.settings import Settings


class ApiSettings(Settings):
    """Where the service listens and how it follows releases.

    Attributes:
        api_host: address to bind to; loopback unless told otherwise.
        api_port: port to bind to.
        release_poll_seconds: how often the champion's name is looked up.
    """

    api_host: str = "127.0.0.1"
    api_port: int = 8001
    release_poll_seconds: float = 1.0

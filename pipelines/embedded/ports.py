"""Ports on loopback."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from script_shared.errors import SettingsError


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Return different loopback ports that nobody listens on."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def require_free(port: int, setting: str) -> None:
    """Make sure that we can listen on a port.

    Raises:
        SettingsError: something else does; names the port and the setting that moves it.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SettingsError(
                f"port {port} cannot be listened on: {error.strerror}",
                where=setting,
                remedy=f"stop what listens there, or choose another port: make run {setting}={port + 10}",
            ) from error

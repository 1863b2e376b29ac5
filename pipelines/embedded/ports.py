"""Finds and checks free TCP ports on loopback."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from script_shared.errors import SettingsError


def find_free_port() -> int:
    """Return a free loopback port."""
    return find_free_ports(1)[0]


def find_free_ports(count: int) -> list[int]:
    """Return distinct free loopback ports."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def require_free_port(port: int, setting: str) -> None:
    """Check that a port is free.

    Args:
        port: the port.
        setting: the setting that selects the port, for the error.

    Raises:
        SettingsError: the port is in use.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            problem = f"port {port} is not available: {error.strerror}"
            remedy = f"stop the process that uses it, or choose another: make run {setting}={port + 10}"
            raise SettingsError(problem, where=setting, remedy=remedy) from error

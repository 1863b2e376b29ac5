"""The terminal: one for all, so that what moves on it does not overwrite itself."""

from __future__ import annotations

from rich.console import Console

CONSOLE = Console(stderr=True)

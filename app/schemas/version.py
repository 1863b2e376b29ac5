"""The version of the code in a response."""

from __future__ import annotations

import platform

from pydantic import BaseModel

from app import __version__


class Version(BaseModel):
    """The version of the code."""

    name: str
    version: str
    python: str


def describe_version() -> dict[str, str]:
    """Return the fields of `Version`."""
    return {"name": "manchete", "version": __version__, "python": platform.python_version()}

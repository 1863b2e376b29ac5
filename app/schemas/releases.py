"""The forms of releases in responses, and how a request names one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, Field

_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,119}$"
_DESCRIPTION = "Id of a release, its version such as `v3`, `champion` or `challenger`."
_RELEASE = Field(examples=["20261121T065014Z-3763-ad5eaf61f2"])

PathRelease = Annotated[str, Path(pattern=_NAME, description=_DESCRIPTION, examples=["v3"])]
BaseRelease = Annotated[
    str,
    Query(pattern=_NAME, description=f"{_DESCRIPTION} The release is compared with it.", examples=["v2"]),
]
RollbackTarget = Annotated[
    str | None,
    Query(
        pattern=_NAME,
        description=f"{_DESCRIPTION} By default the newest earlier champion that can be served.",
        examples=["v2"],
    ),
]


class ReleaseEntry(BaseModel):
    """One release; the fields of its manifest are null when the manifest cannot be read."""

    release: Annotated[str, _RELEASE]
    version: Annotated[int | None, Field(examples=[3])] = None
    aliases: list[str]
    run: str | None = None
    created_at: datetime | None = None
    as_of_ms: int | None = None
    replay: bool | None = None
    metrics: dict[str, Any] | None = None


class Serving(BaseModel):
    """The releases that are served, and why the champion or the challenger was refused."""

    champion: str | None
    challenger: str | None
    refused: str | None


class Aliases(BaseModel):
    """The releases that the aliases name after a change; replicas follow within `RELEASE_POLL_SECONDS`."""

    champion: Annotated[str | None, _RELEASE]
    champion_version: Annotated[int | None, Field(examples=[3])]
    challenger: str | None

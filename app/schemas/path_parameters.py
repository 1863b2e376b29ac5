"""Bounded ids in paths."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path

from app.schemas.fields import MAX_ID, PRINTABLE


def _id_parameter(noun: str) -> Any:
    description = f"The {noun}, at most {MAX_ID} printable characters."
    return Path(min_length=1, max_length=MAX_ID, pattern=PRINTABLE, description=description)


PathItemId = Annotated[str, _id_parameter("item")]
PathUserId = Annotated[str, _id_parameter("user")]

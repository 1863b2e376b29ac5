"""Codes of openings and applicants in paths, parameters and bodies; a kind and a code make an id."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import Field

#: A slash would end a path's code.
CODE = "^[^\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029/]*$"
MAX_CODE = 128

Code = Annotated[str, Field(min_length=1, max_length=MAX_CODE, pattern=CODE)]


def _describe(noun: str) -> str:
    return f"The code of the {noun}, at most {MAX_CODE} printable characters without a slash."


def _path(noun: str) -> Any:
    return Path(min_length=1, max_length=MAX_CODE, pattern=CODE, description=_describe(noun))


def _query(noun: str) -> Any:
    return Query(min_length=1, max_length=MAX_CODE, pattern=CODE, description=_describe(noun))


OpeningCode = Annotated[str, _path("opening")]
ApplicantCode = Annotated[str, _path("applicant")]
VacancyQuery = Annotated[str, _query("opening")]
ApplicantQuery = Annotated[str, _query("applicant")]


def split_id(item_id: str) -> tuple[str, str]:
    """Return the kind and the code of an id such as `opening:5185`."""
    kind, _, code = item_id.partition(":")
    return kind, code

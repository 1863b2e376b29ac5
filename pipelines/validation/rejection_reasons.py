"""Reasons for rejecting a row, each with its remedy; domains add their own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RejectionReason:
    """Why a row is rejected.

    Attributes:
        name: a few words, unique within a domain; the quarantine and reports contain it.
        remedy: how to correct the data.
    """

    name: str
    remedy: str

    def __str__(self) -> str:
        return self.name


TOO_MANY_FIELDS = RejectionReason("too many fields", "quote fields that contain commas")
NOT_JSON = RejectionReason(
    "not a JSON object", "write one object per line, with closed braces and texts in double quotes"
)
NOT_UTF8 = RejectionReason("not UTF-8", "save the file as UTF-8")
MISSING_VALUE = RejectionReason("missing value", "fill the field; a truncated row lacks its last fields")
ID_TOO_LONG = RejectionReason("id too long", "give ids of at most 256 characters, as requests do")
CONTROL_CHARACTER = RejectionReason(
    "control character", "remove line breaks and other control characters: requests cannot contain them"
)
NOT_A_NUMBER = RejectionReason("not a number", "write plain digits, with a point before decimals")
NEGATIVE = RejectionReason("negative", "correct the value; times and counts are never below zero")
TOO_LARGE = RejectionReason("too large", "correct the value; counts must be below 2,147,483,648")
NOT_MILLISECONDS = RejectionReason(
    "time not in milliseconds", "multiply seconds by 1,000; divide microseconds by 1,000"
)
NOT_A_TIME = RejectionReason("not a time", "write times, from 1973 on, as 2022-08-15 02:57:16+00:00")
FUTURE = RejectionReason("in the future", "correct the clock that recorded the time, and give times in UTC")
DUPLICATE = RejectionReason("exact duplicate", "nothing: the first of the equal rows was kept")

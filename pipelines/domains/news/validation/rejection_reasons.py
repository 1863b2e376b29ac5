"""Why a row can be rejected, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class RejectionReason(StrEnum):
    """Why a row was rejected."""

    FIELDS = "too many fields"
    JSON = "not a JSON object"
    ENCODING = "not UTF-8"
    MISSING = "missing value"
    LONG = "id too long"
    CONTROL = "control character"
    USER_TYPE = "unknown user type"
    NUMBER = "not a number"
    NEGATIVE = "negative"
    LARGE = "too large"
    MILLISECONDS = "time not in milliseconds"
    TIME = "not a time"
    FUTURE = "in the future"
    LENGTHS = "lists of unequal length"
    DUPLICATE = "exact duplicate"
    REPEATED = "repeated item"
    STRAGGLER = "straggler"


REMEDIES: Mapping[RejectionReason, str] = {
    RejectionReason.FIELDS: "quote fields that hold commas",
    RejectionReason.JSON: "write one object per line, with its braces closed and its texts in double quotes",
    RejectionReason.ENCODING: "save the file as UTF-8",
    RejectionReason.MISSING: "fill the field; a row cut short lacks its last fields",
    RejectionReason.LONG: "give ids of at most 256 characters, as requests do",
    RejectionReason.CONTROL: "leave line breaks and other control characters out of ids: no request can carry them",
    RejectionReason.USER_TYPE: "write Logged or Non-Logged, or leave the field empty",
    RejectionReason.NUMBER: "write plain digits, with a point before decimals",
    RejectionReason.NEGATIVE: "correct the value; times and counts are never below zero",
    RejectionReason.LARGE: "correct the value; no count is beyond two thousand million",
    RejectionReason.MILLISECONDS: "multiply seconds by 1,000; divide microseconds by 1,000",
    RejectionReason.TIME: "write times, of 1973 or later, as 2022-08-15 02:57:16+00:00",
    RejectionReason.FUTURE: "correct the clock that stamped it, and give times in UTC",
    RejectionReason.LENGTHS: "give every list of the row as many values as historySize says",
    RejectionReason.DUPLICATE: "nothing: the first of the equal rows was kept",
    RejectionReason.REPEATED: "nothing: one row of the item was kept",
    RejectionReason.STRAGGLER: "nothing, or lower the straggler share; such reads come after the data has dried up",
}

"""Reasons for rejecting a row, and the remedy for each."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class RejectionReason(StrEnum):
    """Why a row was rejected."""

    TOO_MANY_FIELDS = "too many fields"
    NOT_JSON = "not a JSON object"
    NOT_UTF8 = "not UTF-8"
    MISSING_VALUE = "missing value"
    ID_TOO_LONG = "id too long"
    CONTROL_CHARACTER = "control character"
    UNKNOWN_USER_TYPE = "unknown user type"
    NOT_A_NUMBER = "not a number"
    NEGATIVE = "negative"
    TOO_LARGE = "too large"
    NOT_MILLISECONDS = "time not in milliseconds"
    NOT_A_TIME = "not a time"
    FUTURE = "in the future"
    UNEQUAL_LENGTHS = "lists of unequal length"
    DUPLICATE = "exact duplicate"
    REPEATED_ITEM = "repeated item"
    STRAGGLER = "straggler"


REMEDIES: Mapping[RejectionReason, str] = {
    RejectionReason.TOO_MANY_FIELDS: "quote fields that contain commas",
    RejectionReason.NOT_JSON: "write one object per line, with closed braces and texts in double quotes",
    RejectionReason.NOT_UTF8: "save the file as UTF-8",
    RejectionReason.MISSING_VALUE: "fill the field; a truncated row lacks its last fields",
    RejectionReason.ID_TOO_LONG: "give ids of at most 256 characters, as requests do",
    RejectionReason.CONTROL_CHARACTER: (
        "remove line breaks and other control characters from ids, regions and devices: "
        "requests cannot contain them"
    ),
    RejectionReason.UNKNOWN_USER_TYPE: "write Logged or Non-Logged, or leave the field empty",
    RejectionReason.NOT_A_NUMBER: "write plain digits, with a point before decimals",
    RejectionReason.NEGATIVE: "correct the value; times and counts are never below zero",
    RejectionReason.TOO_LARGE: "correct the value; counts must be below 2,147,483,648",
    RejectionReason.NOT_MILLISECONDS: "multiply seconds by 1,000; divide microseconds by 1,000",
    RejectionReason.NOT_A_TIME: "write times, from 1973 on, as 2022-08-15 02:57:16+00:00",
    RejectionReason.FUTURE: "correct the clock that recorded the time, and give times in UTC",
    RejectionReason.UNEQUAL_LENGTHS: "give every list of the row as many values as historySize says",
    RejectionReason.DUPLICATE: "nothing: the first of the equal rows was kept",
    RejectionReason.REPEATED_ITEM: "nothing: one row of the item was kept",
    RejectionReason.STRAGGLER: (
        "nothing, or lower the straggler share; the read is later than the last hour with enough reads"
    ),
}

"""All reasons for rejecting a row of news, in the order of docs/data-formats.md."""

from __future__ import annotations

from dataclasses import replace

from pipelines.validation import rejection_reasons as common
from pipelines.validation.rejection_reasons import RejectionReason

CONTROL_CHARACTER = replace(
    common.CONTROL_CHARACTER,
    remedy="remove line breaks and other control characters from ids, regions and devices: "
    "requests cannot contain them",
)
UNKNOWN_USER_TYPE = RejectionReason(
    "unknown user type", "write Logged or Non-Logged, or leave the field empty"
)
UNEQUAL_LENGTHS = RejectionReason(
    "lists of unequal length", "give every list of the row as many values as historySize says"
)
REPEATED_ITEM = RejectionReason("repeated item", "nothing: one row of the item was kept")
STRAGGLER = RejectionReason(
    "straggler",
    "nothing, or lower the straggler share; the read is later than the last hour with enough reads",
)

REASONS = (
    common.TOO_MANY_FIELDS,
    common.NOT_JSON,
    common.NOT_UTF8,
    common.MISSING_VALUE,
    common.ID_TOO_LONG,
    CONTROL_CHARACTER,
    UNKNOWN_USER_TYPE,
    common.NOT_A_NUMBER,
    common.NEGATIVE,
    common.TOO_LARGE,
    common.NOT_MILLISECONDS,
    common.NOT_A_TIME,
    common.FUTURE,
    UNEQUAL_LENGTHS,
    common.DUPLICATE,
    REPEATED_ITEM,
    STRAGGLER,
)

"""All reasons for rejecting a row of recruiting, in the order of docs/data-formats.md."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.validation import rejection_reasons as common
from pipelines.validation.rejection_reasons import RejectionReason

BROKEN_RECORD = RejectionReason(
    "broken record",
    "write the record as a JSON object, with closed braces and texts; the others were read",
)
NOT_TEXT = RejectionReason("not a text", "write a text, a number, true, false or null")
NOT_A_FLAG = RejectionReason("not true or false", "write true or false, or leave the field empty")
UPDATED_EARLIER = RejectionReason("updated before the application", "correct one of the two dates")
REPEATED_APPLICATION = RejectionReason(
    "repeated application", "nothing: the outcome that was updated last was kept, with the first date"
)
REPEATED_RECORD = RejectionReason("repeated record", "nothing: the last complete row of the code was kept")
STRAGGLER = RejectionReason(
    "straggler",
    "nothing, or correct the date; the application is later than the last day with enough applications",
)

REASONS = (
    BROKEN_RECORD,
    common.TOO_MANY_FIELDS,
    common.NOT_JSON,
    NOT_TEXT,
    common.NOT_UTF8,
    common.MISSING_VALUE,
    common.ID_TOO_LONG,
    common.CONTROL_CHARACTER,
    common.NOT_MILLISECONDS,
    common.NOT_A_TIME,
    common.FUTURE,
    UPDATED_EARLIER,
    NOT_A_FLAG,
    common.DUPLICATE,
    REPEATED_APPLICATION,
    REPEATED_RECORD,
    STRAGGLER,
)
#: How to correct the data, by the name of a reason.
REMEDIES: Mapping[str, str] = {reason.name: reason.remedy for reason in REASONS}

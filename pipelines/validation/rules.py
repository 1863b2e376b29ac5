"""Rules for the values of raw rows; each source chooses the rules for its columns."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.formats.raw_table import BROKEN_LINE, OVERFLOW, UNREADABLE
from pipelines.formats.timestamps import EARLIEST_MS, LATEST_MS, TIMESTAMP, parsed_column
from pipelines.validation import rejection_reasons as reasons
from pipelines.validation.rejection_reasons import RejectionReason

#: The longest id, in characters, that a request may contain.
MAX_ID_LENGTH = 256
#: C0 and C1 control characters, and the separators of lines and paragraphs.
CONTROL_CHARACTERS = "[\\x00-\\x1f\\x7f-\\x{9f}\\x{2028}\\x{2029}]"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for one field of a row.

    Attributes:
        reason: why a row that violates the rule is rejected.
        field: the column that the rule is about; None for the whole row.
        is_violated: expression that is true for rows that violate the rule.
    """

    reason: RejectionReason
    field: str | None
    is_violated: pl.Expr


def forbid_extra_fields() -> Rule:
    """A row may not have more fields than the header."""
    return Rule(reasons.TOO_MANY_FIELDS, None, pl.col(OVERFLOW).is_not_null())


def require_json_object() -> Rule:
    """A line of a JSON Lines file must be an object."""
    return Rule(reasons.NOT_JSON, None, pl.col(OVERFLOW).str.starts_with(BROKEN_LINE))


def require_value(field: str) -> Rule:
    """A value must be present and not blank."""
    return Rule(reasons.MISSING_VALUE, field, pl.col(field).fill_null("").str.strip_chars() == "")


def require_utf8(field: str) -> Rule:
    """A value must be valid UTF-8 in the file."""
    return Rule(reasons.NOT_UTF8, field, pl.col(field).str.contains(UNREADABLE, literal=True))


def limit_id_length(field: str, length: int = MAX_ID_LENGTH) -> Rule:
    """An id may not be longer than a length, in characters."""
    return Rule(reasons.ID_TOO_LONG, field, pl.col(field).str.len_chars() > length)


def require_id(field: str, length: int = MAX_ID_LENGTH) -> tuple[Rule, ...]:
    """A value must be present, valid UTF-8 and of a length that a request can contain."""
    return require_value(field), require_utf8(field), limit_id_length(field, length)


def forbid_control_characters(field: str, reason: RejectionReason = reasons.CONTROL_CHARACTER) -> Rule:
    """A value may not contain control characters, because a request may not."""
    return Rule(reason, field, pl.col(field).str.contains(CONTROL_CHARACTERS))


def require_whole_number(field: str) -> tuple[Rule, ...]:
    """A value must be a whole number that is not negative."""
    number = pl.col(field).cast(pl.Int64, strict=False)
    return (
        require_value(field),
        Rule(reasons.NOT_A_NUMBER, field, number.is_null()),
        Rule(reasons.NEGATIVE, field, number < 0),
    )


def require_count(field: str) -> tuple[Rule, ...]:
    """A value must be a whole number that is not negative and fits in 32 bits."""
    is_too_large = pl.col(field).cast(pl.Int64, strict=False) >= 2**31
    return *require_whole_number(field), Rule(reasons.TOO_LARGE, field, is_too_large)


def require_measure(field: str) -> tuple[Rule, ...]:
    """A value must be a number that is not negative and is finite in single precision."""
    return require_value(field), *check_measure(field)


def check_measure(field: str) -> tuple[Rule, ...]:
    """A value must be null or satisfy `require_measure`."""
    number = pl.col(field).cast(pl.Float64, strict=False).cast(pl.Float32)
    is_finite = number.is_finite().fill_null(value=False)
    return (
        Rule(reasons.NOT_A_NUMBER, field, pl.col(field).is_not_null() & ~is_finite),
        Rule(reasons.NEGATIVE, field, number < 0),
    )


def require_milliseconds(field: str) -> tuple[Rule, ...]:
    """A value must be a time in milliseconds; other units are detected by their size and rejected."""
    number = pl.col(field).cast(pl.Int64, strict=False)
    is_other_unit = ~number.is_between(EARLIEST_MS, LATEST_MS, closed="left")
    return *require_whole_number(field), Rule(reasons.NOT_MILLISECONDS, field, is_other_unit)


def check_time(field: str) -> tuple[Rule, ...]:
    """A value must be null or a time between 1973 and 5138; needs the column that `parse_times` adds."""
    parsed = pl.col(parsed_column(field)).struct.field
    is_out_of_range = ~parsed("ms").is_between(EARLIEST_MS, LATEST_MS, closed="left")
    is_unparsed = parsed("ms").is_null() | (is_out_of_range & ~parsed("is_number"))
    return (
        Rule(reasons.NOT_A_TIME, field, pl.col(field).is_not_null() & is_unparsed),
        Rule(reasons.NOT_MILLISECONDS, field, is_out_of_range & parsed("is_number")),
    )


def to_timestamp(milliseconds: pl.Expr) -> pl.Expr:
    """Convert text that satisfies `require_milliseconds` to a timestamp."""
    return milliseconds.cast(pl.Int64).cast(TIMESTAMP)

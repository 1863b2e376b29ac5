"""What must hold of a value in a raw row, stated once; each source says which rules apply to it."""

from __future__ import annotations

import polars as pl

from pipelines.domains.news.validation.quarantine import BROKEN_LINE, OVERFLOW, UNREADABLE, Rule
from pipelines.domains.news.validation.rejection_reasons import RejectionReason

TIMESTAMP = pl.Datetime("ms", "UTC")
#: Milliseconds before this are 1973, seconds after it the year 5138: no read is in doubt.
EARLIEST_MS = 100_000_000_000
#: Milliseconds after this are the year 5138, microseconds before it 1973.
LATEST_MS = 100_000_000_000_000
#: Characters of an id: as many as a request may carry.
LONGEST_ID = 256
#: C0 and C1 control characters, and the separators of lines and paragraphs.
CONTROL = "[\\x00-\\x1f\\x7f-\\x{9f}\\x{2028}\\x{2029}]"


def too_many_fields() -> Rule:
    """A row may not hold more fields than the header."""
    return Rule(RejectionReason.FIELDS, None, pl.col(OVERFLOW).is_not_null())


def whole_object() -> Rule:
    """A line of a JSON Lines file must be an object."""
    return Rule(RejectionReason.JSON, None, pl.col(OVERFLOW).str.starts_with(BROKEN_LINE))


def present(field: str) -> Rule:
    """A value must be there; blanks are none."""
    return Rule(RejectionReason.MISSING, field, pl.col(field).fill_null("").str.strip_chars() == "")


def readable(field: str) -> Rule:
    """A value must have been UTF-8."""
    return Rule(RejectionReason.ENCODING, field, pl.col(field).str.contains(UNREADABLE, literal=True))


def identifier(field: str) -> tuple[Rule, ...]:
    """A value must be there, be text and be of a length that a request can carry."""
    too_long = pl.col(field).str.len_chars() > LONGEST_ID
    return present(field), readable(field), Rule(RejectionReason.LONG, field, too_long)


def printable(field: str) -> Rule:
    """A value may not hold control characters: requests may not."""
    return Rule(RejectionReason.CONTROL, field, pl.col(field).str.contains(CONTROL))


def whole_number(field: str) -> tuple[Rule, ...]:
    """A value must be there and be a whole number that is not negative."""
    number = pl.col(field).cast(pl.Int64, strict=False)
    return (
        present(field),
        Rule(RejectionReason.NUMBER, field, number.is_null()),
        Rule(RejectionReason.NEGATIVE, field, number < 0),
    )


def count(field: str) -> tuple[Rule, ...]:
    """A value must be a whole number that is not negative and that 32 bits hold."""
    return *whole_number(field), Rule(
        RejectionReason.LARGE, field, pl.col(field).cast(pl.Int64, strict=False) >= 2**31
    )


def measure(field: str) -> tuple[Rule, ...]:
    """A value must be a number that is not negative, and finite in the precision that is kept."""
    return present(field), *optional_measure(field)


def optional_measure(field: str) -> tuple[Rule, ...]:
    """A value, where there is one, must be what `measure` asks for."""
    number = pl.col(field).cast(pl.Float64, strict=False).cast(pl.Float32)
    finite = number.is_finite().fill_null(value=False)
    return (
        Rule(RejectionReason.NUMBER, field, pl.col(field).is_not_null() & ~finite),
        Rule(RejectionReason.NEGATIVE, field, number < 0),
    )


def milliseconds(field: str) -> tuple[Rule, ...]:
    """A value must be a time in milliseconds: other units are told by their size, not guessed right."""
    number = pl.col(field).cast(pl.Int64, strict=False)
    wrong_unit = ~number.is_between(EARLIEST_MS, LATEST_MS, closed="left")
    return *whole_number(field), Rule(RejectionReason.MILLISECONDS, field, wrong_unit)


def as_time(milliseconds: pl.Expr) -> pl.Expr:
    """Convert text that keeps the rule `milliseconds` into a timestamp."""
    return milliseconds.cast(pl.Int64).cast(TIMESTAMP)

"""Reads salaries in any notation as R$ a month: `R$ 12.000,00`, `12k`, `80,00/h`."""

from __future__ import annotations

import re

from pipelines.domains.recruiting.values.folding import fold

#: Amounts per hour, day and year are converted with these. 168 hours are the month of a full-time contractor,
#: 21 days of 8 hours, as the firm's own contracts state it (`p/ mês (168h)`).
HOURS_PER_MONTH, DAYS_PER_MONTH, MONTHS_PER_YEAR = 168, 21, 12
#: R$ a month. A lower amount without a unit may be an hourly rate or thousands; a higher one is no salary.
MIN_SALARY, MAX_SALARY = 300.0, 200_000.0

_AMOUNT = re.compile(
    r"(?P<number>\d{1,3}(?: \d{3})+(?:[.,]\d{1,2})?(?!\d)|\d[\d.,]*)"
    r"\s*(?P<thousands>(?:k|mil)\b)?(?P<hour>\s*/?\s*h(?:r|rs|oras?)?\b)?",
    re.IGNORECASE,
)
_FOREIGN = re.compile(r"us\$|\busd\b|u\$|€|\beur(?:os?)?\b|£|\bgbp\b|\bdolar(?:es)?\b", re.IGNORECASE)
_MONTH = re.compile(r"\bmes\b|\bmeses\b|mensal|mensais|month|/ ?m\b")
_HOUR = re.compile(r"\bhoras?\b|\bhour|/ ?hr?s?\b|\bp/? ?h\b")
_DAY = re.compile(r"\bdias?\b|\bdiarias?\b|\bday\b|\bdaily\b")
_YEAR = re.compile(r"\bano\b|\banua[li]s?\b|\byear|\bannual")


def parse_salary(text: str) -> float | None:
    """Return the first amount of a text in R$ a month; None if there is none, or its meaning is unclear.

    The last of several separators is a decimal one if one or two digits follow it. Amounts are monthly unless
    the text says otherwise; amounts in another currency are not converted.
    """
    match = _AMOUNT.search(text)
    if match is None or _FOREIGN.search(text):
        return None
    amount = _parse_number(match["number"]) * (1_000 if match["thousands"] else 1)
    monthly = amount * _find_factor(fold(text, keep="/"), is_hourly=match["hour"] is not None)
    return monthly if MIN_SALARY <= monthly <= MAX_SALARY else None


def _parse_number(text: str) -> float:
    digits = text.replace(" ", "").strip(".,")
    whole, separator, decimals = re.fullmatch(r"(.*?)(?:([.,])(\d{1,2}))?", digits).groups()  # type: ignore[union-attr]
    return float(re.sub(r"[.,]", "", whole) + (f".{decimals}" if separator else ""))


def _find_factor(text: str, *, is_hourly: bool) -> float:
    if _MONTH.search(text):
        return 1.0
    if is_hourly or _HOUR.search(text):
        return HOURS_PER_MONTH
    if _DAY.search(text):
        return DAYS_PER_MONTH
    return 1 / MONTHS_PER_YEAR if _YEAR.search(text) else 1.0

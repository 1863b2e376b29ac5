"""Quotes the line of a text in which a term occurs, without contact data."""

from __future__ import annotations

import re

#: The longest quote, in characters.
LENGTH = 160
_ELLIPSIS = "…"
_MASKS = {
    "e-mail": r"[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+",
    "link": r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|br|io|me|dev)(?:\.br)?/\S+",
    "number": r"\b\d{3}\.?\d{3}\.?\d{3}-?\d{2}\b",
    "phone": (
        r"\+\d[\d\s().-]{7,}\d"
        r"|\(\d{2,3}\)\s*9?\s?\d{4}[\s.-]?\d{4}"
        r"|\b(?!(?:19|20)\d{2}\s?-\s?(?:19|20)\d{2}\b)(?:\d{2}[\s.-]{1,2})?(?:9\s?)?\d{4}[\s.-]?\d{4}\b"
    ),
}
_CONTACT = re.compile("|".join(f"(?P<{name.replace('-', '_')}>{mask})" for name, mask in _MASKS.items()))
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ue000-\uf8ff\ufeff]+")
#: How far a line is followed, in characters.
_REACH = 4 * LENGTH
_BULLET = re.compile(r"^[\s*–•·-]+")
_BREAK = re.compile(r"[\n\r]|[.!?;](?=\s|\Z)|[•·▪●]")


def mask_contacts(text: str) -> str:
    """Replace e-mail addresses, links, telephone and identity numbers by their kind in brackets."""
    return _CONTACT.sub(lambda found: f"[{(found.lastgroup or '').replace('_', '-')}]", text)


def is_contact(text: str, start: int, end: int) -> bool:
    """Return whether a span is part of an e-mail address or a link."""
    before = text[max(0, start - LENGTH) : start]
    after = text[end : end + LENGTH]
    left = 0 if before[-1:].isspace() or not before else len(before.split()[-1])
    right = 0 if after[:1].isspace() or not after else len(after.split(None, 1)[0])
    contacts = _CONTACT.finditer(text, start - left, end + right)
    return any(found.start() < end and start < found.end() for found in contacts)


def quote(text: str, start: int, end: int) -> str:
    """Return the line or sentence around a span, masked, at most `LENGTH` characters.

    Args:
        text: the text.
        start: first character of the span.
        end: the character after the span.
    """
    first, last = _find_line(text, start, end)
    before = _clean(text[first:start])
    after = _clean(text[end:last])
    term = _clean(text[start:end])[:LENGTH]
    room = LENGTH - len(term)
    tail = after if len(after) <= room // 2 or len(before) + len(after) <= room else ""
    if len(before) + len(after) > room:
        left = min(len(before), max(room // 2, room - len(after)))
        before, tail = _cut_start(before, left), _cut_end(after, room - left)
    return _BULLET.sub("", before + term + tail).strip()


def _find_line(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the line, or of the sentence within it."""
    earliest, latest = max(0, start - _REACH), min(len(text), end + _REACH)
    first = max(earliest, text.rfind("\n", earliest, start) + 1)
    for found in _BREAK.finditer(text, first, start):
        first = found.end()
    following = _BREAK.search(text, end, latest)
    return first, following.start() if following else latest


def _clean(text: str) -> str:
    return _BLANKS.sub(" ", mask_contacts(text))


def _cut_start(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    kept = text[len(text) - max(length - 2, 0) :]
    return f"{_ELLIPSIS} {kept.split(' ', 1)[-1]}" if length > 2 else ""


def _cut_end(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    kept = text[: max(length - 2, 0)]
    return f"{kept.rsplit(' ', 1)[0]} {_ELLIPSIS}" if length > 2 else ""

"""The kinds of files of the source `tables` and their columns, as docs/data-formats.md lists them."""

from __future__ import annotations

import re

from pipelines.ingest.file_kinds import FileKind
from pipelines.table_files.files import EXTENSION

_TIME = "ISO 8601 (UTC if it has no offset) or milliseconds since 1970"

INTERACTIONS = FileKind(
    name="reads",
    pattern=re.compile(r"(?:[^/]+/)*interactions[^/]*(?:/part-[^/]*)?" + EXTENSION),
    required={
        "user_id": "the reader: 1 to 256 characters, or a number; empty if unknown",
        "item_id": "the article: 1 to 256 characters, or a number",
        "timestamp": f"when it was read: {_TIME}",
    },
    optional={
        "session_id": "the session of the read",
        "user_type": "`Logged` or `Non-Logged`; the newest value of a reader counts",
        "region": "where the reader is, as any text; requests use the same",
        "device": "the device that the reader uses, as any text; requests use the same",
        "referrer": "where the reader came from, as any text",
        "clicks": "clicks on the page",
        "seconds": "time on the page, in seconds",
        "scroll": "how far the page was scrolled, in percent",
        "visits": "how often the page was opened",
    },
    table="interactions",
)
ITEMS = FileKind(
    name="items",
    pattern=re.compile(r"(?:[^/]+/)*items[^/]*(?:/part-[^/]*)?" + EXTENSION),
    required={"item_id": "the article, with the id of the interactions"},
    optional={
        "published_at": f"when it was published: {_TIME}",
        "title": "its title",
        "body": "its text",
        "url": "its URL",
        "category": "its category, as any text",
        "region": "the region that it is about, as any text",
    },
    table="items",
)

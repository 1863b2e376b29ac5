"""The kinds of files of the challenge and their columns, as docs/data-formats.md lists them."""

from __future__ import annotations

from pipelines.domains.news.sources.webmedia.files import ARTICLES, READERS, VALIDATION
from pipelines.ingest.file_kinds import FileKind

_LIST = "; a list separated by commas, one value per read"
KINDS = (
    FileKind(
        name="readers",
        pattern=READERS,
        required={
            "userId": "the reader",
            "userType": "`Logged` or `Non-Logged`",
            "historySize": "the number of reads in the lists",
            "history": f"the articles{_LIST}",
            "timestampHistory": f"when they were read, milliseconds since 1970{_LIST}",
            "numberOfClicksHistory": f"clicks on the page{_LIST}",
            "timeOnPageHistory": f"time on the page, milliseconds{_LIST}",
            "scrollPercentageHistory": f"how far the page was scrolled, percent{_LIST}",
            "pageVisitsCountHistory": f"how often the page was opened{_LIST}",
        },
    ),
    FileKind(
        name="items",
        pattern=ARTICLES,
        required={
            "page": "the article",
            "url": "its URL, which contains its region and category",
            "issued": "when it was published, as 2022-08-15 02:57:16+00:00",
            "title": "its title",
            "body": "its text",
        },
    ),
    FileKind(
        name="validation",
        pattern=VALIDATION,
        required={
            "userId": "the reader",
            "userType": "`Logged` or `Non-Logged`",
            "history": "the next articles, a printed array",
            "timestampHistory": "when they were read, milliseconds since 1970, a printed array",
        },
    ),
)

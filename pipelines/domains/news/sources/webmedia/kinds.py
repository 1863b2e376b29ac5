"""The challenge's kinds of files and what their columns are; the documentation lists the same."""

from __future__ import annotations

from pipelines.domains.news.sources.webmedia.files import ARTICLES, READERS, VALIDATION
from pipelines.ingest.file_kinds import FileKind

_LISTED = "; a list, separated by commas, one value a read"
KINDS = (
    FileKind(
        name="readers",
        pattern=READERS,
        required={
            "userId": "the reader",
            "userType": "`Logged` or `Non-Logged`",
            "historySize": "how many reads the lists hold",
            "history": f"the articles{_LISTED}",
            "timestampHistory": f"when they were read, milliseconds since 1970{_LISTED}",
            "numberOfClicksHistory": f"clicks on the page{_LISTED}",
            "timeOnPageHistory": f"time on the page, milliseconds{_LISTED}",
            "scrollPercentageHistory": f"how far the page was scrolled, percent{_LISTED}",
            "pageVisitsCountHistory": f"how often the page was opened{_LISTED}",
        },
    ),
    FileKind(
        name="items",
        pattern=ARTICLES,
        required={
            "page": "the article",
            "url": "its address; tells its region and category",
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

"""The source `webmedia`: the WebMedia 2023 challenge, with one row per reader, and articles with text."""

from pipelines.domains.news.sources.webmedia.source import WebmediaSource
from pipelines.domains.news.sources.webmedia.validation_set import ValidationSet, read_validation_set

__all__ = ["ValidationSet", "WebmediaSource", "read_validation_set"]

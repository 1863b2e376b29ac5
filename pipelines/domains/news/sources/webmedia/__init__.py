"""The WebMedia 2023 challenge: one row a reader with lists of reads, and articles with their text."""

from pipelines.domains.news.sources.webmedia.source import Webmedia
from pipelines.domains.news.sources.webmedia.validation import Validation, read_validation

__all__ = ["Validation", "Webmedia", "read_validation"]

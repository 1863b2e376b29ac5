"""Bring your own: a table of interactions and, if there is one, a table of items; csv or Parquet."""

from pipelines.domains.news.sources.tables.source import TableFiles

__all__ = ["TableFiles"]

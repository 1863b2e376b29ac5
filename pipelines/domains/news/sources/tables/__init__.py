"""The source `tables`: own files of interactions and, optionally, items, as CSV, JSON Lines or Parquet."""

from pipelines.domains.news.sources.tables.source import TablesSource

__all__ = ["TablesSource"]

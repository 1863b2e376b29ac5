"""The source `tables`: own files of applications, openings and applicants, as CSV, JSON Lines or Parquet."""

from pipelines.domains.recruiting.sources.tables.source import TablesSource

__all__ = ["TablesSource"]

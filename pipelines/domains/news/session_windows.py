"""Globo.com's clicks by the hour in which their session began, for the session-based protocols."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from pipelines.domains.news.sources.globo import GloboSource, find_clicks, read_clicks
from pipelines.formats.raw_table import FILE
from pipelines.validation.row_filter import RowFilter

COLUMNS = ("window", "session_id", "user_id", "item_id", "timestamp", "region", "device", "referrer")
_NUMBER = r"clicks_hour_(\d+)\.csv$"


def read_windows(uri: str) -> pl.DataFrame:
    """Read all valid clicks, including stragglers, because sessions need all their clicks.

    Args:
        uri: address of the clicks; see `GloboSource.acquire`.

    Returns:
        window (the number in the file's name), session_id, user_id, item_id, timestamp, region,
        device, referrer; by window, in the order of the files.

    Raises:
        InputError: there are no click files, or a file cannot be used.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        GloboSource().acquire(uri, 1.0, folder)
        clicks = read_clicks(find_clicks(folder, uri), RowFilter())
    number = pl.col(FILE).cast(pl.String).str.extract(_NUMBER).cast(pl.Int32)
    return clicks.with_columns(window=number).sort("window", maintain_order=True).select(COLUMNS)

"""Globo.com's clicks by the hour in which their session began, as the session protocols need them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from pipelines.domains.news.sources.globo import Globo, find_clicks, read_clicks
from pipelines.domains.news.validation.quarantine import FILE, RowFilter

COLUMNS = (
    "window",
    "session_id",
    "user_id",
    "item_id",
    "timestamp",
    "region",
    "device",
    "referrer",
)
_NUMBER = r"clicks_hour_(\d+)\.csv$"


def read_windows(uri: str) -> pl.DataFrame:
    """Read all sound clicks, stragglers included: a session is whole only with them.

    Args:
        uri: as the source `globo` takes it.

    Returns:
        window (the number in the file's name), session_id, user_id, item_id, timestamp, region,
        device, referrer; by window, in the order of the files.

    Raises:
        InputError: there are no clicks, or a file cannot be used.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        Globo().acquire(uri, 1.0, folder)
        clicks = read_clicks(find_clicks(folder, uri), RowFilter())
    number = pl.col(FILE).cast(pl.String).str.extract(_NUMBER).cast(pl.Int32)
    return clicks.with_columns(window=number).sort("window", maintain_order=True).select(COLUMNS)

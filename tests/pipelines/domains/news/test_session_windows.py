import polars as pl

from pipelines.domains.news.session_windows import COLUMNS, read_windows
from tests.support.data.clicks import START_MS, write_rows


def row(session, article, *, after_ms):
    return [7, session, START_MS, 2, article, START_MS + after_ms, 4, 1, 17, 1, 21, 2]


def test_window_is_the_number_in_the_file_name_and_stragglers_are_kept(tmp_path):
    (tmp_path / "clicks").mkdir()
    month = 30 * 24 * 3_600_000
    write_rows(tmp_path / "clicks" / "clicks_hour_010.csv", [row(2, 13, after_ms=5)])
    write_rows(
        tmp_path / "clicks" / "clicks_hour_002.csv", [row(1, 11, after_ms=9), row(1, 12, after_ms=month)]
    )
    write_rows(tmp_path / "clicks" / "clicks_hour_005.csv", [])
    clicks = read_windows(str(tmp_path))
    assert clicks.columns == list(COLUMNS)
    assert clicks["window", "session_id", "user_id", "item_id", "region", "device", "referrer"].rows() == [
        (2, "1", "7", "11", "21", "1", "2"),
        (2, "1", "7", "12", "21", "1", "2"),
        (10, "2", "7", "13", "21", "1", "2"),
    ]
    assert clicks["timestamp"].dtype == pl.Datetime("ms", "UTC")
    assert clicks["timestamp"].dt.epoch("ms").to_list() == [START_MS + x for x in (9, month, 5)]

"""Columns of an item in responses, for all forms of a release's table."""

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.serving.catalogue import Catalogue
from script_shared.errors import ReleaseCorruptedError

COLUMNS = ("title", "published_at", "category")
NOON = datetime(2022, 8, 14, 12, tzinfo=UTC)


@pytest.fixture
def read_catalogue(tmp_path):
    def read_catalogue(**columns):
        pq.write_table(pa.table(columns), tmp_path / "catalogue.parquet")
        return Catalogue.read(tmp_path / "catalogue.parquet", COLUMNS)

    return read_catalogue


def test_row_has_the_configured_columns_and_null_for_missing_ones(read_catalogue):
    catalogue = read_catalogue(title=["one", "two"], body=["…", "…"])
    assert len(catalogue) == 2
    assert catalogue.row(1) == {"title": "two", "published_at": None, "category": None}


def test_empty_cell_is_null(read_catalogue):
    row = read_catalogue(
        title=["one", None], published_at=pa.array([NOON, None], pa.timestamp("ms", "UTC"))
    ).row(1)
    assert row == {"title": None, "published_at": None, "category": None}


@pytest.mark.parametrize(("unit", "time_zone"), [("s", "UTC"), ("us", "UTC"), ("ns", "America/Sao_Paulo")])
def test_timestamps_are_in_utc(read_catalogue, unit, time_zone):
    row = read_catalogue(published_at=pa.array([NOON], pa.timestamp(unit, time_zone))).row(0)
    assert row["published_at"] == "2022-08-14T12:00:00Z"


def test_row_is_read_only(read_catalogue):
    with pytest.raises(TypeError):
        read_catalogue(title=["one"]).row(0)["title"] = "two"


def test_file_that_is_not_parquet_is_named_in_the_error(tmp_path):
    (tmp_path / "catalogue.parquet").write_text("item_id,title")
    with pytest.raises(ReleaseCorruptedError, match=r"catalogue\.parquet: this is not a Parquet file"):
        Catalogue.read(tmp_path / "catalogue.parquet", COLUMNS)

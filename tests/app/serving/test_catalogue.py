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


def test_item_that_was_not_reported_has_null_columns(read_catalogue):
    assert read_catalogue(title=["one"]).row(7) == dict.fromkeys(COLUMNS)


def test_mask_of_a_value_follows_the_updates_of_items(read_catalogue):
    catalogue = read_catalogue(title=["one", "two", None], category=["a", "b", "a"])
    assert catalogue.matches("category", "a", 5).tolist() == [True, False, True, False, False]
    catalogue.update(1, {"category": "a"})
    catalogue.update(4, {"title": "five", "category": "a"})
    catalogue.update(0, {"category": "c"})
    assert catalogue.matches("category", "a", 5).tolist() == [False, True, True, False, True]
    assert catalogue.matches("category", "c", 5).tolist() == [True, False, False, False, False]
    assert not catalogue.matches("published_at", "x", 5).any()


def test_masks_are_computed_anew_after_they_left_the_cache(read_catalogue):
    catalogue = read_catalogue(category=["a", "b"])
    first = catalogue.matches("category", "a", 2)
    assert catalogue.matches("category", "a", 2) is first
    for number in range(64):
        catalogue.matches("category", str(number), 2)
    again = catalogue.matches("category", "a", 2)
    assert again is not first
    assert again.tolist() == first.tolist()

import zipfile

import polars as pl
import pytest

from pipelines.domains.news.sources.globo import GloboSource
from pipelines.validation.cleaning import CLOCK_TOLERANCE_MS
from script_shared.clock import FixedClock
from script_shared.errors import InputError
from tests.support.data.balance import assert_balanced
from tests.support.data.clicks import CLICK_FIELDS, HOUR_MS, START_MS, write_clicks, write_rows


def click(number, **changed):
    """Return a row of a click; there are ten clicks per hour."""
    row = dict.fromkeys(CLICK_FIELDS, 1)
    time_ms = START_MS + number // 10 * HOUR_MS + number
    row |= {"user_id": number % 7, "session_id": number, "click_article_id": number % 5}
    row |= {"session_start": time_ms, "click_timestamp": time_ms, "click_region": 20}
    return list((row | changed).values())


def refine(folder, rows, **source):
    (folder / "clicks").mkdir()
    write_rows(folder / "clicks" / "clicks_hour_000.csv", rows)
    return GloboSource(**source).refine(folder)


def test_clicks_become_reads_and_metadata_becomes_items_in_utc(tmp_path):
    (tmp_path / "articles_metadata.csv").write_text(
        f"article_id,category_id,created_at_ts,publisher_id,words_count\n3,7,{START_MS},0,180\n"
    )
    refinement = refine(tmp_path, [click(n) for n in range(30)])
    first = refinement.tables.interactions.row(0, named=True)
    assert (first["user_id"], first["item_id"], first["region"], first["device"]) == ("0", "0", "20", "1")
    items = refinement.tables.items
    assert items["item_id"].to_list() == ["0", "1", "2", "3", "4"]
    article = items.row(3, named=True)
    assert items["published_at"].to_physical().to_list()[3] == START_MS + 3 * HOUR_MS
    assert (article["category"], article["words"]) == ("7", 180)
    assert refinement.tables.users["user_type"].null_count() == 7
    assert_balanced(refinement)


def test_word_count_beyond_32_bits_is_rejected(tmp_path):
    (tmp_path / "articles_metadata.csv").write_text(
        f"article_id,category_id,created_at_ts,publisher_id,words_count\n3,7,{START_MS},0,{2**31}\n"
    )
    refinement = refine(tmp_path, [click(n) for n in range(30)])
    assert assert_balanced(refinement) == {"too large": 1}
    assert refinement.quarantine.row(0)[2] == "words_count"


def test_repeated_reads_count_and_only_equal_rows_are_duplicates(tmp_path):
    rows = [click(n) for n in range(30)]
    rows += [click(3), click(3, click_os=2), click(3, click_timestamp=START_MS + 5000)]
    refinement = refine(tmp_path, rows)
    assert assert_balanced(refinement) == {"exact duplicate": 1}
    assert refinement.quarantine.row(0, named=True)["row"] == 32


def test_stragglers_are_rejected_and_as_of_is_the_end_of_the_last_hour_with_enough_reads(tmp_path):
    late = [click(1, click_timestamp=START_MS + days * 24 * HOUR_MS) for days in (1, 9, 20)]
    refinement = refine(tmp_path, [*(click(n) for n in range(30)), *late])
    assert assert_balanced(refinement) == {"straggler": 3}
    assert refinement.as_of_ms == START_MS + 3 * HOUR_MS


def test_session_size_is_ignored(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one = refine(tmp_path / "one", [click(n) for n in range(30)])
    two = refine(tmp_path / "two", [click(n, session_size=n) for n in range(30)])
    assert one.tables.interactions.equals(two.tables.interactions)


def test_reads_after_the_clock_are_rejected(tmp_path):
    clock = FixedClock(START_MS + 2 * HOUR_MS - CLOCK_TOLERANCE_MS - 1)
    refinement = refine(tmp_path, [click(n) for n in range(30)], clock=clock)
    assert assert_balanced(refinement) == {"in the future": 10}
    assert refinement.as_of_ms == START_MS + 2 * HOUR_MS


@pytest.fixture(scope="module")
def plain_and_zip(tmp_path_factory):
    """A folder with the clicks as plain files and in a zip."""
    folder = tmp_path_factory.mktemp("plain_and_zip")
    write_clicks(folder, hours=4)
    with zipfile.ZipFile(folder / "clicks.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted((folder / "clicks").iterdir()):
            archive.write(file, f"clicks/{file.name}")
    return folder


def test_plain_files_and_their_zip_are_read_once(plain_and_zip):
    assert GloboSource().refine(plain_and_zip).report["clicks"]["read"] == 4 * 250


@pytest.mark.parametrize("available", ["clicks", "clicks.zip"])
def test_plain_files_and_zip_give_the_same_tables(plain_and_zip, tmp_path, available):
    for name in (available, "articles_metadata.csv"):
        (tmp_path / name).symlink_to(plain_and_zip / name)
    (tmp_path / "raw").mkdir()
    expected = GloboSource().refine(plain_and_zip).tables
    if available == "clicks":
        GloboSource().acquire(str(plain_and_zip), 1.0, tmp_path / "raw")
    else:
        GloboSource().acquire(str(tmp_path), 1.0, tmp_path / "raw")
    tables = GloboSource().refine(tmp_path / "raw").tables
    assert tables.interactions.equals(expected.interactions)
    assert tables.items.equals(expected.items)


def test_hour_without_clicks_is_valid(tmp_path):
    (tmp_path / "clicks").mkdir()
    write_rows(tmp_path / "clicks" / "clicks_hour_001.csv", [])
    write_rows(tmp_path / "clicks" / "clicks_hour_000.csv", [click(n) for n in range(30)])
    assert GloboSource().refine(tmp_path).tables.interactions.height == 30


def test_files_without_clicks_are_an_error(tmp_path):
    with pytest.raises(InputError, match="the files contain no read"):
        refine(tmp_path, [])


@pytest.mark.realdata
def test_real_clicks_contain_only_stragglers_as_invalid_rows(real_data, tmp_path):
    GloboSource().acquire(str(real_data / "g1"), 1.0, tmp_path)
    refinement = GloboSource().refine(tmp_path)
    assert refinement.report["clicks"] == {
        "read": 2_591_213,
        "kept": 2_589_723,
        "rejected": {"straggler": 1_490},
    }
    assert refinement.report["items"] == {"read": 10_119, "kept": 10_119, "rejected": {}}
    assert refinement.as_of_ms == 1_507_942_800_000
    reads = refinement.tables.interactions.join(
        refinement.tables.items.select("item_id", "published_at"), on="item_id"
    )
    age = (reads["timestamp"] - reads["published_at"]).dt.total_minutes() / 60
    assert age.median() == pytest.approx(4.8, abs=0.1)
    assert age.quantile(0.95) == pytest.approx(27, abs=1)
    assert reads.filter(pl.col("timestamp") < pl.col("published_at")).height < 0.01 * reads.height

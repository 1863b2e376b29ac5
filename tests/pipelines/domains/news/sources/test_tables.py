import gzip
import zipfile
from datetime import UTC, datetime

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.domains import load
from pipelines.domains.news.sources.tables import TablesSource
from pipelines.stages.inspect import NOT_EVALUABLE, inspect
from script_shared.domains.news.domain import NEWS
from script_shared.domains.news.tables import INTERACTIONS, ITEMS, USERS
from script_shared.errors import InputError, NotEnoughDataError
from script_shared.inference.engine import Engine
from script_shared.releases.registry import Registry
from script_shared.types import Request
from tests.support.data.balance import assert_balanced
from tests.support.data.tables import START, articles, csv_text, reads, write_tables
from tests.support.releases.small_release import publish_small_release

START_MS = int(START.timestamp() * 1000)


def refine(folder, interactions, items=None):
    return TablesSource().refine(write_tables(folder, interactions, items))


def refine_times(folder, times):
    """Refine one read per time, each by another reader."""
    rows = [{"user_id": str(n), "item_id": "a", "timestamp": time} for n, time in enumerate(times)]
    return refine(folder, rows)


class TestColumns:
    def test_three_columns_are_enough(self, tmp_path):
        refinement = refine(tmp_path, reads(60))
        assert assert_balanced(refinement) == {}
        tables = refinement.tables
        assert tables.interactions.schema == INTERACTIONS.dtypes
        assert tables.items.schema == ITEMS.dtypes
        assert tables.users.schema == USERS.dtypes
        assert tables.users["user_type"].null_count() == tables.users.height

    def test_item_without_publication_time_is_published_at_its_first_read(self, tmp_path):
        rows = [
            {"user_id": "u", "item_id": item, "timestamp": f"2024-05-01T0{hour}:00:00Z"}
            for item, hour in (("a", 3), ("a", 1), ("b", 2))
        ]
        refinement = refine(tmp_path, rows, [{"item_id": "b", "published_at": "2024-04-01"}])
        published = dict(refinement.tables.items.select("item_id", "published_at").iter_rows())
        assert published == {"a": datetime(2024, 5, 1, 1, tzinfo=UTC), "b": datetime(2024, 4, 1, tzinfo=UTC)}
        assert refinement.report["items"]["changed"] == {"published_at taken from the first read": 1}

    def test_all_columns_are_read(self, tmp_path):
        row = {"user_id": "u", "item_id": "a", "timestamp": str(START_MS), "session_id": "s"}
        row |= {"user_type": "logged ", "region": "SP", "device": "phone", "referrer": "search"}
        row |= {"clicks": "2", "seconds": "31.5", "scroll": "250", "visits": "1"}
        refinement = refine(tmp_path, [row], articles(1, lambda _: "a"))
        read = refinement.tables.interactions.row(0, named=True)
        del read["timestamp"]
        assert read == {
            **{
                name: row[name]
                for name in ("user_id", "item_id", "session_id", "region", "device", "referrer")
            },
            "clicks": 2.0,
            "seconds": 31.5,
            "scroll": 100.0,
            "visits": 1.0,
            "weight": None,
        }
        assert refinement.tables.users["user_type"].to_list() == ["Logged"]
        item = refinement.tables.items.row(0, named=True)
        assert (item["title"], item["category"], item["region"], item["words"]) == ("Título 0", "c", "sp", 3)
        assert item["url"] is None
        assert refinement.report["reads"]["changed"]["scroll over 100"] == 1

    def test_newest_known_user_type_of_a_reader_counts(self, tmp_path):
        types = ["Logged", "", "Non-Logged", "", "Logged"]
        rows = [
            {"user_id": "u", "item_id": "a", "timestamp": str(START_MS + place), "user_type": kind}
            for place, kind in zip((3, 9, 5, 6, 1), types, strict=True)
        ]
        assert refine(tmp_path, rows).tables.users["user_type"].to_list() == ["Non-Logged"]


class TestTimes:
    @pytest.mark.parametrize(
        ("text", "ms"),
        [
            (str(START_MS), START_MS),
            ("2024-05-01T00:00:00Z", START_MS),
            ("2024-05-01 00:00", START_MS),
            ("2024-05-01", START_MS),
            ("2024-05-01T02:00:00+02:00", START_MS),
            ("2024-04-30T21:00:00.250-0300", START_MS + 250),
            ("2024-04-30t21:00:00,2509999-03", START_MS + 250),
            ("2024-05-01 00:00:00 UTC", START_MS),
        ],
    )
    def test_valid_time_is_parsed(self, tmp_path, text, ms):
        assert refine_times(tmp_path, [text]).tables.interactions["timestamp"].to_physical().to_list() == [ms]

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "missing value"),
            ("yesterday", "not a time"),
            ("01/05/2024", "not a time"),
            ("2024-02-30", "not a time"),
            ("2024-05-01T24:30:00Z", "not a time"),
            ("1960-05-01", "not a time"),
            (str(START_MS // 1000), "time not in milliseconds"),
            (str(START_MS * 1000), "time not in milliseconds"),
            ("2999-01-01", "in the future"),
        ],
    )
    def test_invalid_time_is_rejected(self, tmp_path, text, reason):
        refinement = refine_times(tmp_path, ["2024-05-01", "2024-05-01 00:01", text])
        assert assert_balanced(refinement) == {reason: 1}
        assert refinement.quarantine.row(0)[:4] == ("interactions.csv", 4, "timestamp", reason)

    def test_times_without_offset_are_counted(self, tmp_path):
        refinement = refine_times(tmp_path, ["2024-05-01", "2024-05-01T00:00:00Z", str(START_MS + 1)])
        assert refinement.report["reads"]["changed"]["time without an offset taken as UTC"] == 1


class TestRows:
    @pytest.mark.parametrize(
        ("changed", "field", "reason"),
        [
            ({"item_id": " "}, "item_id", "missing value"),
            ({"item_id": "nan"}, "item_id", "missing value"),
            ({"user_id": "a\nb"}, "user_id", "control character"),
            ({"item_id": "x" * 257}, "item_id", "id too long"),
            ({"item_id": "a\x1b[31m"}, "item_id", "control character"),
        ],
    )
    def test_invalid_row_is_quarantined_with_file_row_and_field(self, tmp_path, changed, field, reason):
        def make_empty(_):
            return ""

        rows = [*reads(20, user_type=make_empty, seconds=make_empty, scroll=make_empty, region=make_empty)]
        rows[7] |= changed
        refinement = refine(tmp_path, rows)
        assert assert_balanced(refinement) == {reason: 1}
        assert refinement.quarantine.row(0)[:4] == ("interactions.csv", 9, field, reason)

    @pytest.mark.parametrize(
        ("field", "text", "reason"),
        [
            ("user_type", "premium", "unknown user type"),
            ("seconds", "long", "not a number"),
            ("seconds", "inf", "not a number"),
            ("scroll", "-1", "negative"),
            ("region", "a\u2028", "control character"),
        ],
    )
    def test_invalid_optional_value_becomes_null_and_the_row_is_kept(self, tmp_path, field, text, reason):
        rows = [
            *reads(20, user_type=lambda _: "", seconds=lambda _: 5, scroll=lambda _: 5, region=lambda _: "sp")
        ]
        for row in rows[3:19]:
            row[field] = text
        refinement = refine(tmp_path, rows)
        assert assert_balanced(refinement) == {}
        assert refinement.report["reads"]["changed"][f"{field} set to null: {reason}"] == 16
        if field != "user_type":
            assert refinement.tables.interactions[field].null_count() == 16

    @pytest.mark.parametrize("spelling", ["NULL", "NaN", "None", "", " "])
    def test_spelling_of_null_is_null(self, tmp_path, spelling):
        rows = [*reads(20, seconds=lambda _: spelling, region=lambda _: spelling)]
        refinement = refine(tmp_path, rows)
        assert refinement.tables.interactions["region"].null_count() == 20
        assert refinement.tables.interactions["seconds"].null_count() == 20

    @pytest.mark.parametrize("date", ["0", "9999-12-31", "1965-03-02", "soon"])
    def test_article_with_an_invalid_date_keeps_other_values(self, tmp_path, date):
        items = [{**article, "published_at": date} for article in articles(4)]
        refinement = refine(tmp_path, reads(20), items)
        assert assert_balanced(refinement) == {}
        assert refinement.tables.items["title"].drop_nulls().len() == 4

    def test_last_row_of_an_article_counts(self, tmp_path):
        items = [*articles(4), {**next(articles(1)), "title": "Corrected"}]
        refinement = refine(tmp_path, reads(20), items)
        assert assert_balanced(refinement) == {"repeated item": 1}
        assert "Corrected" in refinement.tables.items["title"].to_list()

    @pytest.mark.parametrize(
        ("write", "read"),
        [
            (lambda text: text.replace(",", ";"), "semicolons"),
            (lambda text: text.replace(",", "\t"), "tabs"),
            (lambda text: text.replace(",", "|"), "bars"),
            (lambda text: "sep=;\n" + text.replace(",", ";"), "a line that names the separator"),
            (lambda text: "\ufeff" + "\r\n".join(text.splitlines()), "a byte order mark and CRLF"),
            (lambda text: text.replace("user_id,item_id", " USER_ID ,Item_Id", 1), "another case and blanks"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    @pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
    def test_common_dialects_are_read(self, tmp_path, write, read, encoding):
        rows = [*reads(20, region=lambda _: "São Paulo")]
        # A byte order mark implies UTF-8.
        encoding = "utf-8" if "mark" in read else encoding
        (tmp_path / "interactions.tsv").write_bytes(write(csv_text(rows)).encode(encoding))
        refinement = TablesSource().refine(tmp_path)
        assert assert_balanced(refinement) == {}
        assert refinement.tables.interactions["region"].unique().to_list() == ["São Paulo"]
        read_users = refinement.tables.interactions["user_id"].to_list()
        assert sorted(read_users) == sorted(row["user_id"] for row in rows)

    @pytest.mark.parametrize(
        ("unit", "factor"), [("seconds", 0.001), ("microseconds", 1_000), ("nanoseconds", 10**6)]
    )
    def test_column_in_another_unit_is_converted(self, tmp_path, unit, factor):
        rows = [
            {**row, "timestamp": str(int((START_MS + at * 60_000) * factor))}
            for at, row in enumerate(reads(20))
        ]
        refinement = refine(tmp_path, rows)
        assert refinement.report["reads"]["changed"][f"timestamp given in {unit}"] == 20
        times = refinement.tables.interactions["timestamp"].to_physical().to_list()
        assert times == [START_MS + at * 60_000 for at in range(20)]

    def test_decimal_commas_are_converted_in_files_separated_by_semicolons(self, tmp_path):
        rows = [*reads(20, seconds=lambda n: f"{n},5", scroll=lambda _: "7")]
        lines = [
            ";".join(map(str, row.values())) for row in (dict(zip(rows[0], rows[0], strict=True)), *rows)
        ]
        (tmp_path / "interactions.csv").write_text("\n".join(lines))
        refinement = TablesSource().refine(tmp_path)
        assert refinement.report["reads"]["changed"]["seconds written with a decimal comma"] == 20
        assert sorted(refinement.tables.interactions["seconds"])[:3] == [0.5, 1.5, 2.5]

    def test_file_with_a_compressed_copy_is_read_once(self, tmp_path):
        text = csv_text(reads(20))
        (tmp_path / "interactions.csv").write_text(text)
        (tmp_path / "interactions.csv.gz").write_bytes(gzip.compress(text.encode()))
        (tmp_path / "interactions-2.csv.gz").write_bytes(gzip.compress(csv_text(reads(9)).encode()))
        assert TablesSource().refine(tmp_path).report["reads"]["read"] == 29

    def test_folder_written_by_spark_with_string_views_is_read(self, tmp_path):
        rows = [*reads(20)]
        folder = tmp_path / "interactions.parquet"
        folder.mkdir()
        texts = {name: pa.array([str(row[name]) for row in rows], pa.string_view()) for name in rows[0]}
        pq.write_table(pa.table(texts), folder / "part-00000.snappy.parquet")
        assert TablesSource().refine(tmp_path).report["reads"]["kept"] == 20

    def test_equal_rows_are_duplicates(self, tmp_path):
        rows = [*reads(20)]
        assert assert_balanced(refine(tmp_path, [*rows, rows[3]])) == {"exact duplicate": 1}

    def test_file_of_invalid_rows_is_refused_with_counts(self, tmp_path):
        rows = [row | {"timestamp": "soon"} for row in reads(20)]
        rows[0] |= {"item_id": ""}
        with pytest.raises(InputError, match="20 of 20 rows are broken") as caught:
            refine(tmp_path, rows)
        assert "19 × not a time, 1 × missing value" in caught.value.what


class TestFiles:
    def test_files_in_several_folders_and_formats_are_one_table(self, tmp_path):
        rows = [*reads(40)]
        for month in ("2024-04", "2024-05"):
            (tmp_path / month).mkdir()
        (tmp_path / "2024-04" / "interactions.csv").write_text(csv_text(rows[:10]))
        (tmp_path / "2024-05" / "interactions.csv").write_text(csv_text(rows[10:20]))
        (tmp_path / "interactions_2.csv").write_text(csv_text(rows[20:30]))
        pl.DataFrame(rows[30:]).write_parquet(tmp_path / "interactions-3.parquet")
        (tmp_path / "interactions.txt").write_text("another file")
        assert TablesSource().refine(tmp_path).report["reads"]["read"] == 40

    def test_parquet_gives_the_same_tables_as_csv(self, tmp_path):
        rows, items = (
            [*reads(60, seconds=lambda n: n, region=lambda n: "sp" if n % 2 else "")],
            [*articles(9)],
        )
        plain = refine(tmp_path / "csv", rows, items)
        (tmp_path / "parquet").mkdir()
        frame = pl.DataFrame(rows).with_columns(
            pl.col("timestamp").str.to_datetime("%Y-%m-%dT%H:%M:%S%z", time_unit="us"),
            pl.col("user_id").cast(pl.Int64),
            pl.col("item_id").cast(pl.Float64),
            pl.col("region").replace("", None).cast(pl.Categorical),
        )
        frame.write_parquet(tmp_path / "parquet" / "interactions.parquet")
        pl.DataFrame(items).write_parquet(tmp_path / "parquet" / "items.parquet")
        typed = TablesSource().refine(tmp_path / "parquet")
        assert typed.tables.interactions.equals(plain.tables.interactions)
        assert typed.tables.items.equals(plain.tables.items)

    def test_invalid_parquet_row_is_quarantined_with_its_row_number(self, tmp_path):
        times = [datetime(2024, 5, 1, n) for n in range(5)]  # noqa: DTZ001
        frame = pl.DataFrame(
            {"user_id": ["a", "b", "c", "d", "e"], "item_id": [0, 1, None, 3, 4], "timestamp": times}
        )
        frame.write_parquet(tmp_path / "interactions.parquet")
        refinement = TablesSource().refine(tmp_path)
        assert assert_balanced(refinement) == {"missing value": 1}
        assert refinement.quarantine.row(0) == (
            *("interactions.parquet", 3, "item_id", "missing value"),
            "c,,2024-05-01 02:00:00.000,,,,,,,,,",
        )
        assert refinement.report["reads"]["changed"]["time without an offset taken as UTC"] == 4

    def test_zip_or_single_file_is_read(self, tmp_path):
        text = csv_text(reads(20))
        (tmp_path / "interactions.csv").write_text(text)
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("export/interactions.csv", text)
            archive.writestr("__MACOSX/export/._interactions.csv", b"\x00\x05\x16\x07")
        for number, uri in enumerate(("interactions.csv", "a.zip")):
            (tmp_path / f"raw{number}").mkdir()
            TablesSource().acquire(str(tmp_path / uri), 1.0, tmp_path / f"raw{number}")
            assert TablesSource().refine(tmp_path / f"raw{number}").report["reads"]["kept"] == 20

    @pytest.mark.parametrize(
        ("header", "what", "remedy"),
        [
            ("userId,item_id,timestamp", "the column is missing", "if 'userId' is the same column"),
            ("user_id,item_id,when", "the column is missing", "the header must name user_id, item_id"),
            ("user_id,item_id,timestamp,user_id", "named twice", "remove one of the two"),
            ("", "the file is empty", "fetch it again"),
        ],
    )
    def test_invalid_header_is_an_error(self, tmp_path, header, what, remedy):
        (tmp_path / "interactions.csv").write_text(header)
        with pytest.raises(InputError, match=what) as caught:
            TablesSource().refine(tmp_path)
        assert caught.value.where.startswith("interactions.csv, row 1")
        assert remedy in caught.value.remedy

    def test_binary_file_is_an_error(self, tmp_path):
        (tmp_path / "interactions.csv").write_bytes(b"\x00\x01\x00" * 100)
        with pytest.raises(InputError, match="not UTF-8 text"):
            TablesSource().refine(tmp_path)

    def test_parquet_with_lists_or_truncated_is_an_error(self, tmp_path):
        pl.DataFrame({"user_id": [["a"]], "item_id": ["a"], "timestamp": [1]}).write_parquet(
            place := tmp_path / "interactions.parquet"
        )
        with pytest.raises(InputError, match=r"field 'user_id': the column has the type .*list"):
            TablesSource().refine(tmp_path)
        place.write_bytes(place.read_bytes()[:-9])
        with pytest.raises(InputError, match="the Parquet file cannot be read"):
            TablesSource().refine(tmp_path)

    def test_folder_without_interactions_is_an_error(self, tmp_path):
        (tmp_path / "raw").mkdir()
        with pytest.raises(InputError, match=r"no interactions\.csv or interactions\.parquet"):
            TablesSource().acquire(str(tmp_path), 1.0, tmp_path / "raw")


def _make_odd_id(number):
    return f"{number}/ é\"'<&>,;%00\U0001f600"


DATASETS = {
    "twenty reads": ([*reads(20, readers=6, items=5, hours=2)], None),
    "one read": ([*reads(1)], None),
    "all readers anonymous": ([*reads(300, readers=10**9)], [*articles(3)]),
    "nobody logged in": ([*reads(200, user_type=lambda _: "Non-Logged")], [*articles(12)]),
    "odd ids": (
        [
            *reads(
                300,
                name=_make_odd_id,
                region=lambda n: _make_odd_id(n % 3),
                device=lambda n: _make_odd_id(n % 2),
            )
        ],
        [*articles(12, _make_odd_id)],
    ),
    "one item": ([*reads(60, items=1, hours=1)], None),
    "one reader": ([*reads(60, readers=1, hours=1)], [*articles(14)]),
    "one hour": ([*reads(200, hours=1)], None),
}


TOO_FEW = {
    "twenty reads": [*reads(20, readers=6, items=5)],
    "one item": [*reads(60, items=1)],
    "one reader": [*reads(60, readers=1)],
}


@pytest.mark.parametrize("rows", TOO_FEW.values(), ids=TOO_FEW)
def test_too_small_dataset_is_reported_by_inspect_and_not_published(tmp_path, rows):
    folder = write_tables(tmp_path / "raw", rows)
    assert NOT_EVALUABLE in inspect(load("news"), str(folder)).warnings
    with pytest.raises(NotEnoughDataError, match="no user has a new interaction") as caught:
        publish_small_release(folder, tmp_path / "data", source="tables")
    assert caught.value.remedy == "give more data"
    assert not (tmp_path / "data" / "news" / "releases").exists()


@pytest.mark.parametrize("name", DATASETS)
def test_small_dataset_is_published_and_served(tmp_path, name):
    rows, items = DATASETS[name]
    folder = write_tables(tmp_path / "raw", rows, items)
    volume = publish_small_release(folder, tmp_path / "data", source="tables")
    engine = Engine.load(Registry(volume.releases).open(), NEWS)
    inspection = inspect(load("news"), str(folder))
    assert NOT_EVALUABLE not in inspection.warnings
    history = pl.read_parquet(volume.refined / "run-1" / "interactions.parquet")
    known = set(pl.read_parquet(volume.refined / "run-1" / "items.parquet")["item_id"])
    assert sum(inspection.segments.values()) == history["user_id"].n_unique()
    for user in (None, "unknown", *history["user_id"].head(3)):
        unread = known - set(history.filter(user_id=user or "")["item_id"])
        item_ids = [item.item_id for item in engine.recommend(Request(user, 3)).items]
        assert len(item_ids) == len(set(item_ids)) == min(3, len(unread))
        assert set(item_ids) <= unread

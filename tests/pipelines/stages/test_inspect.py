import pytest
from typer.testing import CliRunner

from pipelines.cli.main import app
from pipelines.domains.news.sources.synthetic import SyntheticSource
from script_shared.errors import InputError
from tests.support.data.clicks import write_clicks
from tests.support.data.tables import articles, csv_text, reads, write_tables
from tests.support.processes.http_file_server import serve_file


def inspect(*arguments):
    """Return the exit code and the output of the command."""
    done = CliRunner().invoke(app, ["inspect", *map(str, arguments)], env={"COLUMNS": "300"})
    return done.exit_code, done.output


def read_files(folder):
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture(autouse=True)
def working_folder(tmp_path, monkeypatch):
    """An empty working folder and volume."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_ROOT", str(tmp_path / "data"))
    return tmp_path


class TestUsable:
    def test_output_names_used_and_missing_columns(self, working_folder):
        folder = write_tables(working_folder / "raw", reads(200, region=lambda _: "sp"), articles(12))
        before = read_files(working_folder)
        code, text = inspect(folder)
        assert code == 0
        assert read_files(working_folder) == before
        for expected in (
            "read as tables",
            "interactions.csv",
            "the reader: 1 to 256 characters",
            "200 read, 0 rejected",
            "2024-05-01 00:0",
            "semi_logged",
            "session_id",
            "not there",
            "no login state",
            "popularity around a reader does not depend on the device",
            "usable",
        ):
            assert expected in text, expected
        assert "does not count by region" not in text

    def test_missing_items_are_reported(self, working_folder):
        code, text = inspect(write_tables(working_folder / "raw", reads(60)))
        assert code == 0
        assert "the age of an article counts from its first read" in text
        assert "responses contain no title" in text

    def test_rejected_rows_are_reported_with_reason_and_example(self, working_folder):
        rows = [*reads(100)]
        rows[5] |= {"timestamp": "soon [red]"}
        rows[6] |= {"item_id": ""}
        rows[7] |= {"item_id": ""}
        code, text = inspect(write_tables(working_folder / "raw", rows))
        assert code == 0
        assert "not a time" in text
        assert "1.00%" in text
        assert "interactions.csv, row 7, timestamp: " in text
        assert "soon [red]" in text
        assert "write times, from 1973 on" in text
        assert text.index("missing value") < text.index("not a time")

    def test_format_is_detected(self, working_folder):
        for name in ("globo", "webmedia"):
            (working_folder / name).mkdir()
        write_clicks(working_folder / "globo", hours=3)
        SyntheticSource().acquire("", 0.001, working_folder / "webmedia")
        for name in ("globo", "webmedia"):
            code, text = inspect(working_folder / name)
            assert code == 0, text
            assert f"read as {name}" in text

    def test_single_file_and_url_are_accepted(self, working_folder):
        text = csv_text(reads(50))
        (working_folder / "interactions.csv").write_text(text)
        assert inspect(working_folder / "interactions.csv")[0] == 0
        with serve_file(text.encode(), kind="text/csv") as served:
            address = served.address.replace("clicks.zip", "interactions.csv")
            assert inspect(address)[0] == 0
        assert [file.name for file in working_folder.iterdir()] == ["interactions.csv"]

    def test_suspicious_data_is_reported(self, working_folder):
        rows = [row | {"timestamp": row["timestamp"][:10]} for row in reads(200)]
        items = [row | {"item_id": f"article-{row['item_id']}"} for row in articles(12)]
        code, text = inspect(write_tables(working_folder / "raw", rows, items))
        assert code == 0
        assert "every interaction is at midnight UTC" in text
        assert "only 0 of the 12 items that were read are in the" in text


class TestUnusable:
    def test_renamed_column_is_reported_with_a_remedy(self, working_folder):
        (working_folder / "interactions.csv").write_text("userId,item_id,timestamp\nu,i,2024-05-01\n")
        code, text = inspect(working_folder)
        assert code == 1
        assert "missing: it is required" in text
        assert "not usable: interactions.csv, row 1, field 'user_id': the column is missing" in text
        assert "if 'userId' is the same column, rename it to 'user_id'" in text

    def test_mixed_time_units_are_rejected(self, working_folder):
        rows = [row | {"timestamp": "1714521600"} for row in reads(50)]
        rows[0]["timestamp"] += "000"
        code, text = inspect(write_tables(working_folder / "raw", rows))
        assert code == 1
        assert "49 of 50 rows are broken (49 × time not in milliseconds)" in text
        assert "multiply seconds by 1,000" in text

    def test_times_in_seconds_are_converted_and_reported(self, working_folder):
        rows = [row | {"timestamp": str(1714521600 + number)} for number, row in enumerate(reads(50))]
        code, text = inspect(write_tables(working_folder / "raw", rows))
        assert code == 0
        assert "timestamp given in seconds" in text

    def test_damaged_file_is_reported(self, working_folder):
        write_tables(working_folder / "raw", reads(50))
        (working_folder / "raw" / "items.parquet").write_bytes(b"PAR1 no more")
        code, text = inspect(working_folder / "raw")
        assert code == 1
        assert "items.parquet: the Parquet file cannot be read" in text

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["nowhere"], "there is no such folder or file"),
            (["."], "no raw format is recognised"),
            ([".", "--source", "tables"], "there is no interactions.csv"),
            ([".", "--source", "xml"], "there is no source 'xml'"),
            (["ftp://example.org/a"], "ftp:// URIs are not supported"),
            (["http://example.org/a"], "not encrypted"),
        ],
    )
    def test_invalid_location_or_source_is_rejected(self, arguments, message):
        code, text = inspect(*arguments)
        assert code == 1
        assert message in text
        assert "remedy: " in text.lower()

    def test_control_characters_are_not_printed(self, working_folder):
        (working_folder / "interactions.csv").write_text(
            "user_id,item_id,timestamp,\x1b[31m[bold]x\n1,2,2024-05-01,\n"
        )
        code, text = inspect(working_folder)
        assert code == 0
        assert "\x1b" not in text
        assert "[31m[bold]x" in text


def test_failed_detection_names_the_expected_files(working_folder):
    from pipelines.domains import load
    from pipelines.stages.inspect import inspect as run_inspect

    with pytest.raises(InputError) as caught:
        run_inspect(load("news"), str(working_folder))
    assert "interactions.csv" in caught.value.remedy

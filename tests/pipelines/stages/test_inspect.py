import pytest
from typer.testing import CliRunner

from pipelines.cli.main import app
from pipelines.domains.news.sources.synthetic import SyntheticSource
from script_shared.errors import InputError
from tests.support.data.clicks import write_clicks
from tests.support.data.tables import articles, csv_text, reads, write_tables
from tests.support.processes.http_file_server import serve_file


def inspect(*arguments):
    """Return the exit code and what is printed, with its lines joined."""
    done = CliRunner().invoke(app, ["inspect", *map(str, arguments)], env={"COLUMNS": "300"})
    return done.exit_code, done.output


def tree(folder):
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty working folder and volume."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_ROOT", str(tmp_path / "data"))
    return tmp_path


class TestUsable:
    def test_what_is_found_used_and_missing(self, here):
        folder = write_tables(here / "raw", reads(200, region=lambda _: "sp"), articles(12))
        before = tree(here)
        code, text = inspect(folder)
        assert code == 0
        assert tree(here) == before
        for said in (
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
            assert said in text, said
        assert "does not count by region" not in text

    def test_without_items(self, here):
        code, text = inspect(write_tables(here / "raw", reads(60)))
        assert code == 0
        assert "the age of an article counts from its first read" in text
        assert "responses contain no title" in text

    def test_what_would_be_set_aside(self, here):
        rows = [*reads(100)]
        rows[5] |= {"timestamp": "soon [red]"}
        rows[6] |= {"item_id": ""}
        rows[7] |= {"item_id": ""}
        code, text = inspect(write_tables(here / "raw", rows))
        assert code == 0
        assert "not a time" in text
        assert "1.00%" in text
        assert "interactions.csv, row 7, timestamp: " in text
        assert "soon [red]" in text
        assert "write times, from 1973 on" in text
        assert text.index("missing value") < text.index("not a time")

    def test_the_format_is_guessed(self, here):
        for name in ("globo", "webmedia"):
            (here / name).mkdir()
        write_clicks(here / "globo", hours=3)
        SyntheticSource().acquire("", 0.001, here / "webmedia")
        for name in ("globo", "webmedia"):
            code, text = inspect(here / name)
            assert code == 0, text
            assert f"read as {name}" in text

    def test_one_file_and_an_address(self, here):
        text = csv_text(reads(50))
        (here / "interactions.csv").write_text(text)
        assert inspect(here / "interactions.csv")[0] == 0
        with serve_file(text.encode(), kind="text/csv") as served:
            address = served.address.replace("clicks.zip", "interactions.csv")
            assert inspect(address)[0] == 0
        assert [file.name for file in here.iterdir()] == ["interactions.csv"]

    def test_doubts(self, here):
        rows = [row | {"timestamp": row["timestamp"][:10]} for row in reads(200)]
        items = [row | {"item_id": f"article-{row['item_id']}"} for row in articles(12)]
        code, text = inspect(write_tables(here / "raw", rows, items))
        assert code == 0
        assert "every interaction is at midnight UTC" in text
        assert "only 0 of the 12 items that were read are in the" in text


class TestUnusable:
    def test_another_name_for_a_column(self, here):
        (here / "interactions.csv").write_text("userId,item_id,timestamp\nu,i,2024-05-01\n")
        code, text = inspect(here)
        assert code == 1
        assert "missing: it is required" in text
        assert "not usable: interactions.csv, row 1, field 'user_id': the column is missing" in text
        assert "if 'userId' is the same column, rename it to 'user_id'" in text

    def test_units_of_time_that_are_mixed(self, here):
        rows = [row | {"timestamp": "1714521600"} for row in reads(50)]
        rows[0]["timestamp"] += "000"
        code, text = inspect(write_tables(here / "raw", rows))
        assert code == 1
        assert "49 of 50 rows are broken (49 × time not in milliseconds)" in text
        assert "multiply seconds by 1,000" in text

    def test_seconds_throughout_are_converted_and_said(self, here):
        rows = [row | {"timestamp": str(1714521600 + at)} for at, row in enumerate(reads(50))]
        code, text = inspect(write_tables(here / "raw", rows))
        assert code == 0
        assert "timestamp given in seconds" in text

    def test_a_damaged_file_is_named_among_the_others(self, here):
        write_tables(here / "raw", reads(50))
        (here / "raw" / "items.parquet").write_bytes(b"PAR1 no more")
        code, text = inspect(here / "raw")
        assert code == 1
        assert "items.parquet: the Parquet file cannot be read" in text

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["nowhere"], "there is no such folder or file"),
            (["."], "no raw format is recognised"),
            ([".", "--source", "tables"], "there is no interactions.csv"),
            ([".", "--source", "xml"], "there is no source 'xml'"),
            (["ftp://example.org/a"], "ftp:// URIs are not supported"),
            (["http://example.org/a"], "not encrypted"),
        ],
    )
    def test_nothing_to_look_at(self, arguments, said):
        code, text = inspect(*arguments)
        assert code == 1
        assert said in text
        assert "remedy: " in text.lower()

    def test_text_of_strangers_steers_no_terminal(self, here):
        (here / "interactions.csv").write_text("user_id,item_id,timestamp,\x1b[31m[bold]x\n1,2,2024-05-01,\n")
        code, text = inspect(here)
        assert code == 0
        assert "\x1b" not in text
        assert "[31m[bold]x" in text


def test_the_guess_names_what_it_looked_for(here):
    from pipelines.domains import load
    from pipelines.stages.inspect import inspect as stage

    with pytest.raises(InputError) as caught:
        stage(load("news"), str(here))
    assert "interactions.csv" in caught.value.remedy

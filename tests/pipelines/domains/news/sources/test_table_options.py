"""Options of the source `tables`: values, errors, origins and precedence."""

import json
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines.cli.main import app
from pipelines.domains import load
from pipelines.domains.news.sources.tables import TablesSource
from pipelines.embedded.preflight import require_input
from pipelines.embedded.run import _build_conf
from pipelines.ingest.source_options import SOURCE_OPTIONS
from pipelines.stages.download import download
from pipelines.stages.refine import refine
from pipelines.table_files.config_file import find_changed_options, read_config, write_config
from pipelines.table_files.options import TableOptions
from script_shared.errors import InputError, SettingsError
from script_shared.storage.volume import Volume
from tests.support.data.tables import articles, csv_text, reads, write_tables

DOCUMENT = Path(__file__).parents[5] / "docs" / "data-formats.md"


def options(**values):
    return TableOptions().updated(values, "options")


def refined(folder, **values):
    return TablesSource(options=values).refine(folder)


def times(folder, texts, **values):
    """Return the times that texts are parsed as, UTC."""
    rows = [{"user_id": "u", "item_id": str(n), "timestamp": text} for n, text in enumerate(texts)]
    found = refined(write_tables(folder, rows), **values).tables.interactions.sort(pl.col("item_id"))
    return [str(time)[:19] for time in found["timestamp"].dt.replace_time_zone(None)]


class TestValues:
    def test_map_renames_columns(self, tmp_path):
        text = csv_text(reads(20)).replace("user_id,item_id,timestamp", "Reader ID,doc,at", 1)
        (tmp_path / "interactions.csv").write_text(text)
        found = refined(tmp_path, map="user_id=reader id, item_id=doc,timestamp=at")
        assert found.report["reads"]["kept"] == 20

    def test_map_with_prefix_applies_to_one_kind_of_file(self, tmp_path):
        items = csv_text(articles(12)).replace("item_id", "id", 1)
        write_tables(tmp_path, [row | {"id": str(n)} for n, row in enumerate(reads(20))])
        (tmp_path / "items.csv").write_text(items, encoding="utf-8")
        assert refined(tmp_path, map="items.item_id=id").report["match"]["of these in the catalogue"] > 5

    def test_mapped_column_replaces_the_column_with_its_name(self, tmp_path):
        rows = [row | {"cookie": "c" + row["user_id"]} for row in reads(20)]
        found = refined(write_tables(tmp_path, rows), map="user_id=cookie")
        assert set(found.tables.users["user_id"]) == {row["cookie"] for row in rows}

    def test_map_applies_to_parquet_and_json_lines(self, tmp_path):
        frame = pl.DataFrame([*reads(20)]).rename({"user_id": "userId"})
        for name, write in (("p", frame.write_parquet), ("j", frame.write_ndjson)):
            (tmp_path / name).mkdir()
            write(tmp_path / name / f"interactions.{'parquet' if name == 'p' else 'jsonl'}")
            assert refined(tmp_path / name, map="user_id=userId").report["reads"]["kept"] == 20

    @pytest.mark.parametrize(
        ("value", "texts", "read"),
        [
            ("day-first", ["03/04/2025", "04/04/2025 10:30"], ["2025-04-03 00:00:00", "2025-04-04 10:30:00"]),
            (
                "month-first",
                ["03/04/2025", "3/5/2025 1:02 pm"],
                ["2025-03-04 00:00:00", "2025-03-05 13:02:00"],
            ),
            ("%Y%m%d", ["20250403", "20250404"], ["2025-04-03 00:00:00", "2025-04-04 00:00:00"]),
            (
                "%d %b %y %H:%M",
                ["03 Apr 25 23:59", "03 Apr 25 22:00"],
                ["2025-04-03 23:59:00", "2025-04-03 22:00:00"],
            ),
        ],
    )
    def test_time_format_is_applied(self, tmp_path, value, texts, read):
        assert times(tmp_path, texts, time_format=value) == read

    def test_time_zone_applies_to_times_without_offset(self, tmp_path):
        texts = ["2018-01-01 00:00", "2018-01-01T00:00Z", "1514764800000", "2018-07-01 00:00"]
        read = ["2018-01-01 02:00:00", "2018-01-01 00:00:00", "2018-01-01 00:00:00", "2018-07-01 03:00:00"]
        assert times(tmp_path, texts, time_zone="America/Sao_Paulo") == read

    def test_skipped_and_repeated_hours_are_converted(self, tmp_path):
        texts = ["2018-11-04 00:30", "2018-02-17 23:30"]
        read = ["2018-11-04 03:30:00", "2018-02-18 01:30:00"]
        assert times(tmp_path, texts, time_zone="America/Sao_Paulo") == read

    def test_declared_placeholders_are_anonymous(self, tmp_path):
        rows = [*reads(40, name=lambda n: "0" if n < 3 else str(n))]
        found = refined(write_tables(tmp_path, rows), anonymous="0,-1")
        count = sum(row["user_id"] == "0" for row in rows)
        assert found.report["reads"]["changed"]["without a reader, counted as anonymous"] == count > 0
        assert "0" not in found.tables.users["user_id"].to_list()

    def test_separator_and_encoding_are_applied(self, tmp_path):
        text = csv_text(
            [row | {"timestamp": row["timestamp"][:10]} for row in reads(20, region=lambda _: "Łódź")]
        )
        (tmp_path / "interactions.csv").write_bytes(text.replace(",", "~").encode("iso8859-2"))
        found = refined(tmp_path, separator="~", encoding="iso8859-2")
        assert found.tables.interactions["region"].unique().to_list() == ["Łódź"]


class TestErrors:
    @pytest.mark.parametrize(
        ("values", "what", "remedy"),
        [
            ({"seperator": ";"}, "there is no option 'seperator'", "did you mean 'separator'?"),
            ({"map": "usr_id=a"}, "map names a column 'usr_id'", "did you mean 'user_id'?"),
            ({"map": "user_id=a,item_id=a"}, "map takes two columns from 'a'", "remove one of the two"),
            ({"map": {"user_id": 1}}, "map cannot be", "write map as"),
            ({"time_format": "european"}, "time_format cannot be 'european'", "day-first"),
            ({"time_format": "%H:%M"}, "time_format cannot be", "%d/%m/%Y"),
            ({"time_zone": "Sao_Paulo"}, "time_zone cannot be", "America/Sao_Paulo"),
            ({"anonymous": 0.5}, "anonymous cannot be", "separated by commas"),
            ({"separator": "::"}, "separator cannot be", "one character"),
            ({"encoding": "latin-99"}, "encoding cannot be", "cp1252"),
        ],
    )
    def test_invalid_value_is_an_error(self, tmp_path, values, what, remedy):
        with pytest.raises(InputError) as caught:
            TablesSource().with_options(values)
        assert what in caught.value.what
        assert remedy in caught.value.remedy

    def test_mapped_column_that_no_file_has_is_an_error(self, tmp_path):
        write_tables(tmp_path, reads(20))
        with pytest.raises(InputError, match="which is no column of any file"):
            refined(tmp_path, map="region=uf")

    def test_options_are_an_error_for_sources_without_options(self):
        for name in ("globo", "webmedia", "synthetic"):
            with pytest.raises(SettingsError, match="no options"):
                load("news").with_options(name, {"time_zone": "UTC"})

    def test_preflight_checks_options(self, tmp_path):
        write_tables(tmp_path, reads(20))
        with pytest.raises(InputError, match="time_zone cannot be"):
            require_input(load("news"), "tables", str(tmp_path), 1.0, options={"time_zone": "Mars"})
        (tmp_path / "manchete.toml").write_text("time_zone = ")
        with pytest.raises(InputError, match="the file is not TOML"):
            require_input(load("news"), "tables", str(tmp_path), 1.0)


class TestOrigins:
    def test_options_have_the_same_names_in_code_and_documentation(self):
        assert list(SOURCE_OPTIONS) == [field.name for field in fields(TableOptions)]
        rows = re.findall(r"^\| `(\w+)` \| `--([\w-]+)` \| (.*) \|$", DOCUMENT.read_text(), re.MULTILINE)
        assert rows == [(name, name.replace("_", "-"), what) for name, what in SOURCE_OPTIONS.items()]

    def test_documented_example_is_valid(self, tmp_path):
        (example,) = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
        (tmp_path / "manchete.toml").write_text(example)
        assert set(find_changed_options(read_config(tmp_path))) == set(SOURCE_OPTIONS)

    def test_written_config_is_read_back(self, tmp_path):
        given = options(map='user_id=a "quoted"', anonymous=["0", "é"], separator="\t", encoding="latin-1")
        write_config(tmp_path / "manchete.toml", given, ['anonymous = ["x"]'])
        assert read_config(tmp_path) == given

    def test_command_line_overrides_the_file(self, tmp_path):
        rows = [{"user_id": "u", "item_id": "a", "timestamp": "2018-01-01 00:00"}]
        write_tables(tmp_path, rows)
        (tmp_path / "manchete.toml").write_text('time_zone = "America/Sao_Paulo"')
        hours = [
            refined(tmp_path, **given).tables.interactions["timestamp"].dt.hour().to_list()
            for given in ({}, {"time_zone": "Asia/Tokyo"})
        ]
        assert hours == [[2], [15]]

    @pytest.mark.parametrize("place", ["folder", "file"])
    def test_run_stores_the_options_with_its_raw_files(self, tmp_path, place):
        raw = write_tables(tmp_path / "raw", [row | {"region": "0"} for row in reads(60)])
        (raw / "manchete.toml").write_text('map = {device = "region"}')
        plan, volume = load("news"), Volume(tmp_path / "data" / "news")
        uri = str(raw if place == "folder" else raw / "interactions.csv")
        configured = plan.with_options("tables", {"anonymous": "1"})
        download(configured, volume, "run-1", "tables", uri, 1.0)
        kept = tomllib.loads((volume.raw / "run-1" / "manchete.toml").read_text())
        assert kept == {"map": {"device": "region"}, "anonymous": ["1"]}
        report = refine(plan, volume, "run-1", "tables")
        assert report["reads"]["changed"]["without a reader, counted as anonymous"] > 0
        assert pl.read_parquet(volume.refined / "run-1" / "interactions.parquet")[
            "device"
        ].unique().to_list() == ["0"]

    def test_options_are_parameters_of_the_first_dag(self):
        assert _build_conf("tables", "", 1.0, {"map": "user_id=a"}) == {
            "source": "tables",
            "uri": "",
            "scale": 1.0,
            "map": "user_id=a",
        }


class TestWriteConfig:
    @pytest.fixture
    def inspect(self, tmp_path, monkeypatch):
        monkeypatch.setenv("DATA_ROOT", str(tmp_path / "data"))

        def inspect(*arguments):
            done = CliRunner().invoke(app, ["inspect", *map(str, arguments)], env={"COLUMNS": "300"})
            return done.exit_code, done.output

        return inspect

    def test_detected_options_are_written_and_give_the_same_tables(self, tmp_path, inspect):
        rows = [
            row | {"timestamp": f"{n % 3 + 20}/04/2024 {n % 24}:00", "region": "Açaí"}
            for n, row in enumerate(reads(60))
        ]
        folder = tmp_path / "raw"
        folder.mkdir()
        (folder / "interactions.csv").write_bytes(csv_text(rows).replace(",", ";").encode("cp1252"))
        before = TablesSource().refine(folder).tables
        assert inspect(folder, "--write-config", "--time-zone", "America/Sao_Paulo")[0] == 0
        written = tomllib.loads((folder / "manchete.toml").read_text())
        assert written == {
            "time_format": "day-first",
            "time_zone": "America/Sao_Paulo",
            "separator": ";",
            "encoding": "cp1252",
        }
        after = TablesSource().refine(folder).tables
        moved = before.interactions.with_columns(pl.col("timestamp") + pl.duration(hours=3))
        assert after.interactions.equals(moved)

    def test_placeholder_is_suggested(self, tmp_path, inspect):
        folder = write_tables(tmp_path / "raw", reads(60, name=lambda n: "0" if n < 9 else str(n)))
        code, text = inspect(folder, "--write-config")
        assert code == 0
        assert "! the reader '0' has" in text
        assert '# anonymous = ["0"]' in (folder / "manchete.toml").read_text()

    def test_map_is_suggested_for_missing_columns(self, tmp_path, inspect):
        folder = tmp_path / "raw"
        folder.mkdir()
        (folder / "interactions.csv").write_text("userId,item_id,when\nu,i,2024-05-01\n")
        assert inspect(folder, "--write-config")[0] == 1
        assert '# map = {user_id = "userId", timestamp = "…"}' in (folder / "manchete.toml").read_text()

    def test_existing_config_is_not_overwritten(self, tmp_path, inspect):
        folder = write_tables(tmp_path / "raw", reads(60))
        (folder / "manchete.toml").write_text("# mine\n")
        code, text = inspect(folder, "--write-config")
        assert code == 1
        assert "the file exists already" in text
        assert (folder / "manchete.toml").read_text() == "# mine\n"

    def test_inspect_writes_nothing_by_default(self, tmp_path, inspect):
        folder = write_tables(tmp_path / "raw", reads(60))
        assert inspect(folder)[0] == 0
        assert sorted(path.name for path in folder.iterdir()) == ["interactions.csv"]


def test_report_of_a_run_contains_warnings_and_match(tmp_path):
    items = [row | {"item_id": row["item_id"].zfill(6)} for row in articles(12)]
    raw = write_tables(tmp_path / "raw", reads(60, name=str), items)
    plan, volume = load("news"), Volume(tmp_path / "data" / "news")
    download(plan, volume, "run-1", "tables", str(raw), 1.0)
    refine(plan, volume, "run-1", "tables")
    report = json.loads((volume.refined / "run-1" / "report.json").read_text())
    assert report["match"]["share of read items that the catalogue knows"] == 0.0
    assert "their ids differ by leading zeros" in report["warnings"][0]
    assert report["files"]["items.csv"]["item_id"] == "numbers with leading zeros"

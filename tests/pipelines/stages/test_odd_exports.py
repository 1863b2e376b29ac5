"""Exports as databases, spreadsheets and pandas write them, and the output of `inspect` for each."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli.main import app
from tests.support.data.odd_exports import EXPORTS, inspect_export

DOCUMENT = Path(__file__).parents[3] / "docs" / "data-formats.md"


def read_documented_rows():
    section = DOCUMENT.read_text(encoding="utf-8").split("### Odd exports")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return {row[0]: (row[1].strip() if len(row) > 2 else "", row[-1]) for row in rows[2:]}


def test_every_export_is_documented_once():
    assert list(read_documented_rows()) == [export.description for export in EXPORTS]
    assert len(EXPORTS) >= 25


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.description)
def test_properties_and_verdict_equal_the_documented_ones(tmp_path, export):
    assert inspect_export(export, tmp_path / "raw") == read_documented_rows()[export.description]


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.description)
def test_command_prints_the_verdict(tmp_path, monkeypatch, export):
    monkeypatch.setenv("DATA_ROOT", str(tmp_path / "data"))
    _, verdict = inspect_export(export, tmp_path / "raw")
    done = CliRunner().invoke(
        app, ["inspect", "--source", "tables", "--uri", str(tmp_path / "raw")], env={"COLUMNS": "1000"}
    )
    assert done.exit_code == verdict.startswith("not usable")
    first = verdict.removeprefix("not usable: ").split(" ! ")[0].split(" Remedy: ")[0]
    assert first.split(": ", 1)[-1] in done.output.replace(str(tmp_path / "raw") + "/", "")

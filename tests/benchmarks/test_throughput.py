"""The serving benchmark on a small release: every service responds; no time is asserted."""

import polars as pl
import pytest
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.serving.targets import TARGETS
from benchmarks.serving.throughput import SERVICES

pytestmark = [pytest.mark.integration, pytest.mark.slow]


def test_command_measures_every_service_and_prints_every_target(small_volume, tmp_path):
    arguments = ("--volume", small_volume.root.parent, "--out", tmp_path, "--rounds", 1)
    load = ("--seconds", 0.2, "--users", 50)
    result = CliRunner().invoke(app, ["serving", *map(str, arguments + load)], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    table = pl.read_csv(tmp_path / "serving.csv")
    services = {kind: set(rows["service"]) for (kind,), rows in table.group_by("kind")}
    assert services["load"] == set(SERVICES)
    assert services["half"] == {"empty", "cached"}
    assert services["workers"] == {"1 workers", "2 workers"}
    assert table["failed"].sum() == 0
    assert (table["per_s"] > 0).all()
    assert all(target.name in result.output for target in TARGETS)

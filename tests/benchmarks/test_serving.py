"""The whole command on a small release: every contestant answers; no time is asserted."""

import polars as pl
import pytest
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.serving import CONTESTANTS
from benchmarks.serving_figures import DEMANDS

pytestmark = [pytest.mark.integration, pytest.mark.slow]


def test_every_contestant_answers_and_every_demand_is_told(small_volume, tmp_path):
    arguments = ("--volume", small_volume.root.parent, "--out", tmp_path, "--rounds", 1)
    short = ("--seconds", 0.2, "--readers", 50)
    done = CliRunner().invoke(app, ["serving", *map(str, arguments + short)], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    table = pl.read_csv(tmp_path / "serving.csv")
    kinds = {name: set(own["contestant"]) for (name,), own in table.group_by("kind")}
    assert kinds["load"] == set(CONTESTANTS)
    assert kinds["half"] == {"empty", "ahead"}
    assert kinds["workers"] == {"1 workers", "2 workers"}
    assert table["failed"].sum() == 0
    assert (table["per_s"] > 0).all()
    assert all(each.words in done.output for each in DEMANDS)

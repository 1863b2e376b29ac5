import polars as pl
import pytest
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.quality.ablation import SEGMENTS, summarise
from pipelines.benchmarks.next_hour import EPOCH_MS
from script_shared.domains.news.segments import NewsParameters, news_segments
from tests.support.data.clicks import HOUR_MS, START_MS, write_clicks

CUTOFF = (START_MS - EPOCH_MS) // HOUR_MS + 6


def test_summarise_averages_cutoffs():
    row = {"segment": "a", "part": "x", "cutoff": 1, "gain": 0.02, "error": 0.003, "kept": 1.0, "us": 5.0}
    rows = [row, row | {"cutoff": 2, "gain": 0.04, "error": 0.004, "kept": 0.0, "us": 7.0, "fit_s": 2.0}]
    (summary,) = summarise(rows).to_dicts()
    assert summary["gain"] == pytest.approx(0.03)
    assert summary["error"] == pytest.approx(0.005 / 2)
    assert summary["kept"] == 0.5
    assert summary["us"] == 6.0
    assert summary["fit_s"] == 2.0
    assert summary["retrieved"] is None


@pytest.mark.slow
def test_command_measures_every_component(tmp_path):
    write_clicks(tmp_path, hours=9, articles=40, users=600)
    arguments = ("--uri", tmp_path, "--out", tmp_path / "out", "--cutoffs", CUTOFF, "--users", 20)
    result = CliRunner().invoke(app, ["ablation", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    table = pl.read_csv(tmp_path / "out" / "ablation.csv")
    assert tuple(table["segment"].unique(maintain_order=True)) == SEGMENTS
    for segment in news_segments(NewsParameters().model_dump()):
        rows = table.filter(segment=segment.name)
        names = [part.name for part in segment.make_model().components]
        assert rows["part"].to_list() == [*names, "weights", "trees", "everything"]
        assert (rows.filter(pl.col("part").is_in(names))["us"] > 0).all()
        assert rows["fit_s"].drop_nulls().len() == len(names) + 1
        assert segment.name in result.output

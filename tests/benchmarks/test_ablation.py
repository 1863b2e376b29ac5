import polars as pl
import pytest
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.ablation import SEGMENTS, summarise
from pipelines.benchmarks.next_hour import EPOCH_MS
from script_shared.domains.news.segments import NewsParameters, news_segments
from tests.support.clicks import HOUR_MS, START_MS, write_clicks

CUTOFF = (START_MS - EPOCH_MS) // HOUR_MS + 6


def test_means_of_cutoffs_by_hand():
    one = {"segment": "a", "part": "x", "cutoff": 1, "gain": 0.02, "error": 0.003, "kept": 1.0, "us": 5.0}
    rows = [one, one | {"cutoff": 2, "gain": 0.04, "error": 0.004, "kept": 0.0, "us": 7.0, "fit_s": 2.0}]
    (found,) = summarise(rows).to_dicts()
    assert found["gain"] == pytest.approx(0.03)
    assert found["error"] == pytest.approx(0.005 / 2)
    assert found["kept"] == 0.5
    assert found["us"] == 6.0
    assert found["fit_s"] == 2.0
    assert found["named"] is None


def test_the_whole_command_on_generated_clicks(tmp_path):
    write_clicks(tmp_path, hours=9, articles=40, users=600)
    arguments = ("--uri", tmp_path, "--out", tmp_path / "out", "--cutoffs", CUTOFF, "--readers", 20)
    done = CliRunner().invoke(app, ["ablation", *map(str, arguments)])
    assert done.exit_code == 0, done.output
    table = pl.read_csv(tmp_path / "out" / "ablation.csv")
    assert tuple(table["segment"].unique(maintain_order=True)) == SEGMENTS
    for segment in news_segments(NewsParameters().model_dump()):
        own = table.filter(segment=segment.name)
        names = [part.name for part in segment.make_model().components]
        assert own["part"].to_list() == [*names, "weights", "trees", "everything"]
        assert (own.filter(pl.col("part").is_in(names))["us"] > 0).all()
        assert own["fit_s"].drop_nulls().len() == len(names) + 1
        assert segment.name in done.output

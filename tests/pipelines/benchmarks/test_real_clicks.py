import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines.cli.main import app

SEGMENTS = ("logged", "semi_logged", "anonymous")


@pytest.mark.slow
@pytest.mark.realdata
def test_served_recall_on_real_clicks_is_close_to_the_most_popular_items(real_data, tmp_path):
    """One cut-off and 200 users per segment give intervals of ±.05: a tenth less is significant."""
    arguments = ["--uri", real_data / "g1", "--out", tmp_path, "--cutoffs", 58, "--users", 200]
    done = CliRunner().invoke(app, ["benchmark", "next-hour", *map(str, arguments), "--processes", "2"])
    assert done.exit_code == 0, done.output
    metrics = pl.read_csv(tmp_path / "metrics.csv")
    recall = {
        (segment, model): value for segment, model, value in metrics["segment", "model", "recall"].rows()
    }
    for segment in SEGMENTS:
        assert recall[segment, "served"] >= 0.9 * recall[segment, "most_popular_0.25h"] > 0.3
        assert recall[segment, "most_popular_ever"] < 0.5 * recall[segment, "most_popular_0.25h"]
    assert set(metrics["users"]) <= set(range(180, 201))

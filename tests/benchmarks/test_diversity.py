import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.quality.diversity import DIALS, RankedPool, category_diversity, measure_tradeoff
from pipelines.benchmarks.next_hour import EPOCH_MS
from script_shared.types import ScoredItem
from tests.support.data.clicks import HOUR_MS, START_MS, write_clicks

CUTOFF = (START_MS - EPOCH_MS) // HOUR_MS + 6


def test_category_diversity_is_the_share_of_pairs_that_differ():
    assert category_diversity(np.array([1, 1, 2, 3])) == pytest.approx(5 / 6)
    assert category_diversity(np.array([1, 1])) == 0
    assert category_diversity(np.array([1])) == 1


def make_ranked_pool(user, target):
    """Return a pool of items 0 to 9 with category 0, and items 10 to 19 with distinct categories."""
    categories = np.array([*[0] * 10, *range(1, 11)])
    ranked = [ScoredItem(item, 1.0 - item / 20, "test") for item in range(20)]
    return RankedPool(0, user, ranked, np.array([target]), categories)


def test_tradeoff_is_the_ndcg_lost_per_hundredth_of_diversity():
    """Full diversity replaces items 1 to 9 by 10 to 18, so target 1 is lost and target 0 is kept."""
    table = measure_tradeoff([make_ranked_pool("a", 0), make_ranked_pool("b", 1)], (0.0, 1.0))
    gain = 1 / np.log2(3)
    assert table["dial", "users"].rows() == [(0.0, 2), (1.0, 2)]
    assert table["ndcg"].to_list() == pytest.approx([(1 + gain) / 2, 1 / 2])
    assert table["diversity"].to_list() == pytest.approx([0, 1])
    assert table["ndcg_per_hundredth"].to_list() == [None, pytest.approx(gain / 2 / 100)]


def test_command_measures_every_dial(tmp_path):
    write_clicks(tmp_path, hours=9, articles=40, users=600)
    arguments = ("--uri", tmp_path, "--out", tmp_path / "out", "--cutoffs", CUTOFF, "--users", 20)
    result = CliRunner().invoke(app, ["diversity", *map(str, arguments), "--processes", "1"])
    assert result.exit_code == 0, result.output
    table = pl.read_csv(tmp_path / "out" / "diversity.csv")
    assert table["dial"].to_list() == list(DIALS)
    assert table["diversity"].max() > table["diversity"][0]
    assert (tmp_path / "out" / "diversity.png").stat().st_size > 5_000
    assert all(f"{row['ndcg']:.4f}" in result.output for row in table.to_dicts())

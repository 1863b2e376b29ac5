from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest

from pipelines.reporting.history import METRICS_FILE, append_metrics
from script_shared.errors import PartitionError


def records(recall, *models):
    common = {"segment": "all", "cutoffs": 1, "users": 5, "recall": recall}
    beyond = {"coverage": 0.5, "novelty": 3.0, "diversity": None, "median_age": 2.0}
    return [{"segment": "all", "model": model, **common, **beyond} for model in models]


def rows(folder):
    return (
        pl.read_csv(folder / METRICS_FILE, schema_overrides={"run": pl.String})
        .select("run", "model", "recall")
        .rows()
    )


def append(folder, run, recall, *models):
    append_metrics(folder, run, "2024-05-02T12:00Z", records(recall, *models))


def test_runs_follow_each_other(tmp_path):
    append(tmp_path, "1", 0.1, "served", "fresh")
    append(tmp_path, "2", 0.2, "served")
    assert rows(tmp_path) == [("1", "served", 0.1), ("1", "fresh", 0.1), ("2", "served", 0.2)]


def test_a_repeated_run_replaces_its_rows(tmp_path):
    append(tmp_path, "1", 0.1, "served", "fresh")
    append(tmp_path, "2", 0.2, "served")
    append(tmp_path, "1", 0.3, "served")
    assert rows(tmp_path) == [("2", "served", 0.2), ("1", "served", 0.3)]


def test_writers_at_the_same_time_lose_no_row(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda run: append(tmp_path, f"run-{run}", 0.1, "served"), range(24)))
    assert sorted(run for run, *_ in rows(tmp_path)) == sorted(f"run-{run}" for run in range(24))


def test_a_column_that_an_earlier_version_did_not_write_is_empty_there(tmp_path):
    (tmp_path / METRICS_FILE).write_text("run,segment,model,recall\n0,all,served,0.5\n")
    append(tmp_path, "1", 0.1, "served")
    found = pl.read_csv(tmp_path / METRICS_FILE)
    assert found["recall"].to_list() == [0.5, 0.1]
    assert found["coverage"].to_list() == [None, 0.5]


@pytest.mark.parametrize("damaged", ["", "something else\n1\n", "run,recall\n1,much\n"])
def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path, damaged):
    (tmp_path / METRICS_FILE).write_text(damaged)
    with pytest.raises(PartitionError, match=METRICS_FILE):
        append(tmp_path, "1", 0.1, "served")
    assert (tmp_path / METRICS_FILE).read_text() == damaged


def test_nothing_else_is_left_in_the_folder(tmp_path):
    append(tmp_path, "1", 0.1, "served")
    assert {path.name for path in tmp_path.iterdir()} == {METRICS_FILE, ".metrics.lock"}

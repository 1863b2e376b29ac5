from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest

from pipelines.reporting.history import METRICS_FILE, append_metrics
from script_shared.errors import PartitionError


def records(recall, *models):
    common = {"segment": "all", "cutoffs": 1, "users": 5, "recall": recall}
    other_metrics = {"coverage": 0.5, "novelty": 3.0, "diversity": None, "median_age": 2.0}
    return [{"segment": "all", "model": model, **common, **other_metrics} for model in models]


def rows(folder):
    return (
        pl.read_csv(folder / METRICS_FILE, schema_overrides={"run": pl.String})
        .select("run", "model", "recall")
        .rows()
    )


def append(folder, run, recall, *models):
    append_metrics(folder, run, "2024-05-02T12:00Z", records(recall, *models))


def test_rows_of_runs_are_appended(tmp_path):
    append(tmp_path, "1", 0.1, "served", "fresh")
    append(tmp_path, "2", 0.2, "served")
    assert rows(tmp_path) == [("1", "served", 0.1), ("1", "fresh", 0.1), ("2", "served", 0.2)]


def test_repeated_run_replaces_its_rows(tmp_path):
    append(tmp_path, "1", 0.1, "served", "fresh")
    append(tmp_path, "2", 0.2, "served")
    append(tmp_path, "1", 0.3, "served")
    assert rows(tmp_path) == [("2", "served", 0.2), ("1", "served", 0.3)]


def test_concurrent_writers_lose_no_row(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda run: append(tmp_path, f"run-{run}", 0.1, "served"), range(24)))
    assert sorted(run for run, *_ in rows(tmp_path)) == sorted(f"run-{run}" for run in range(24))


def test_new_column_is_empty_in_rows_of_earlier_versions(tmp_path):
    (tmp_path / METRICS_FILE).write_text("run,segment,model,recall\n0,all,served,0.5\n")
    append(tmp_path, "1", 0.1, "served")
    history = pl.read_csv(tmp_path / METRICS_FILE)
    assert history["recall"].to_list() == [0.5, 0.1]
    assert history["coverage"].to_list() == [None, 0.5]


@pytest.mark.parametrize("damaged", ["", "something else\n1\n", "run,recall\n1,much\n"])
def test_damaged_file_is_reported_and_unchanged(tmp_path, damaged):
    (tmp_path / METRICS_FILE).write_text(damaged)
    with pytest.raises(PartitionError, match=METRICS_FILE):
        append(tmp_path, "1", 0.1, "served")
    assert (tmp_path / METRICS_FILE).read_text() == damaged


def test_folder_contains_only_the_metrics_and_the_lock(tmp_path):
    append(tmp_path, "1", 0.1, "served")
    assert {path.name for path in tmp_path.iterdir()} == {METRICS_FILE, ".metrics.lock"}

import json

import numpy as np
import pytest

from pipelines.cli.cost_table import build_cost_table
from pipelines.domains import load
from pipelines.reporting.run_costs import StageCost, elapsed_seconds, measure_stage, read_costs, write_costs
from script_shared.storage.volume import Volume

MIB = 2**20


def allocate(plan, volume, run, mib):
    """A stage that allocates memory."""
    return np.ones(mib * MIB, np.uint8).sum()


def fail(plan, volume, run):
    raise ValueError("no")


@pytest.fixture
def volume(tmp_path):
    return Volume(tmp_path)


def test_measured_stage_returns_its_result(volume):
    plan = load("news")
    assert measure_stage("big", allocate, plan, volume, "run-1", 200) == 200 * MIB
    assert measure_stage("small", allocate, plan, volume, "run-1", 1) == MIB
    big, small = read_costs(volume, "run-1")
    assert (big.name, small.name) == ("allocate-big", "allocate-small")
    assert big.peak_mib >= 200
    assert small.peak_mib <= big.peak_mib - 150, "the peak of a stage excludes earlier stages"


def test_failed_stage_writes_no_cost(volume):
    with pytest.raises(ValueError, match="no"):
        measure_stage("", fail, load("news"), volume, "run-1")
    assert read_costs(volume, "run-1") == []


def test_parallel_stages_count_once():
    costs = [
        StageCost("refine", "", 100.0, 5.0, 10),
        StageCost("train", "a", 110.0, 10.0, 20),
        StageCost("train", "b", 112.0, 4.0, 30),
        StageCost("train", "c", 118.0, 6.0, 30),
    ]
    assert elapsed_seconds(costs) == 5 + 14
    assert elapsed_seconds(costs[::-1]) == 5 + 14
    assert elapsed_seconds([]) == 0


def test_costs_are_written_beside_the_metrics(volume):
    measure_stage("", allocate, load("news"), volume, "run-1", 1)
    (volume.evaluation / "runs" / "run-1").mkdir(parents=True)
    path = write_costs(volume, "run-1")
    assert path == volume.evaluation / "runs" / "run-1" / "costs.json"
    costs = json.loads(path.read_text())
    assert [stage["stage"] for stage in costs["stages"]] == ["allocate"]
    assert set(costs) == {"stage_seconds", "stages"}


def test_table_ends_with_the_total_time_and_the_highest_peak():
    table = build_cost_table([StageCost("refine", "", 0.0, 5.0, 700), StageCost("train", "a", 5.0, 2.5, 300)])
    assert [list(column.cells) for column in table.columns] == [
        ["refine", "train-a"],
        ["5.0", "2.5"],
        ["700", "300"],
    ]
    assert [column.footer for column in table.columns] == ["stage time", "7.5", "700"]

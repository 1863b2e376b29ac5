"""Independent stages in two processes write what they write in one."""

import shutil

import pytest

from pipelines.cli.stage_runs import StageCall, run_stages
from pipelines.reporting.run_costs import read_costs
from pipelines.stages.train import train
from script_shared.errors import SettingsError
from script_shared.storage.volume import Volume

RUN = "run-1"
SEGMENTS = ("semi_logged", "anonymous")


@pytest.fixture(scope="module")
def encoded(small_volume, tmp_path_factory):
    """The data root of a run whose models have not been trained."""
    root = tmp_path_factory.mktemp("data")
    for name in ("refined", "encoded", "segments"):
        shutil.copytree(small_volume.root / name, root / "news" / name)
    return root


@pytest.fixture
def run_with(encoded, tmp_path, monkeypatch):
    def run_with(processes, names):
        root = tmp_path / str(processes)
        shutil.copytree(encoded, root)
        monkeypatch.setenv("DATA_ROOT", str(root))
        monkeypatch.setenv("STAGE_PROCESSES", str(processes))
        run_stages(RUN, [StageCall(train, name, (name,)) for name in names])
        return Volume(root / "news")

    return run_with


def read_models(volume):
    folder = volume.artifacts / RUN
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.slow
def test_two_processes_write_the_models_of_one(run_with):
    one, two = run_with(1, SEGMENTS), run_with(2, SEGMENTS)
    assert {path.split("/")[0] for path in read_models(one)} == set(SEGMENTS)
    assert read_models(two) == read_models(one)
    for volume in (one, two):
        assert {cost.name for cost in read_costs(volume, RUN)} == {f"train-{name}" for name in SEGMENTS}


def test_an_error_of_a_process_is_the_error_of_the_command(run_with):
    with pytest.raises(SettingsError, match="nobody"):
        run_with(2, ("nobody", "nobody too"))

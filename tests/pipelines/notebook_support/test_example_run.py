"""`open_run` opens a run of the volume or generates one."""

import pytest

from pipelines.notebook_support.example_run import GENERATED, open_run
from script_shared.errors import PartitionError
from script_shared.settings import Settings
from script_shared.storage.volume import Volume


def test_newest_run_of_the_volume_is_opened(clicks):
    example = open_run(clicks)
    assert (example.run, example.volume.root) == ("run-1", Volume.from_settings(clicks).root)
    assert set(example.read_segments()["user_id"]) == set(example.read_tables().users["user_id"])
    assert example.load_dataset()[0].as_of_ms == example.load_report()["as_of_ms"]


def test_missing_run_is_an_error(clicks):
    with pytest.raises(PartitionError, match="run-2"):
        open_run(clicks, "run-2")


def test_run_is_generated_outside_an_empty_volume(tmp_path):
    example = open_run(Settings(data_root=tmp_path))
    assert example.run == GENERATED
    assert example.read_tables().interactions.height > 10_000
    assert set(example.read_segments()["segment"]) == {"logged", "semi_logged", "anonymous"}
    assert not list(tmp_path.iterdir())
    assert tmp_path not in example.volume.root.parents

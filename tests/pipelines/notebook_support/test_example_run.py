"""A run to look at."""

import pytest

from pipelines.notebook_support.example_run import GENERATED, open_run
from script_shared.errors import PartitionError
from script_shared.settings import Settings
from script_shared.storage.volume import Volume


def test_the_newest_run_of_the_volume_is_opened(clicks):
    opened = open_run(clicks)
    assert (opened.run, opened.volume) == ("run-1", Volume.from_settings(clicks))
    assert set(opened.users()["user_id"]) == set(opened.tables().users["user_id"])
    assert opened.dataset()[0].as_of_ms == opened.report()["as_of_ms"]


def test_a_run_that_is_not_there_is_never_replaced_by_a_generated_one(clicks):
    with pytest.raises(PartitionError, match="run-2"):
        open_run(clicks, "run-2")


def test_without_a_run_reads_are_generated_away_from_the_volume(tmp_path):
    opened = open_run(Settings(data_root=tmp_path))
    assert opened.run == GENERATED
    assert opened.tables().interactions.height > 10_000
    assert set(opened.users()["segment"]) == {"logged", "semi_logged", "anonymous"}
    assert not list(tmp_path.iterdir())
    assert tmp_path not in opened.volume.root.parents

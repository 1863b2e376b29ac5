"""A process that is killed at any step leaves the last valid release or partition."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from script_shared.releases.registry import Registry
from script_shared.storage.partitions import find_partition, set_alias, write_partition
from tests.support.releases.tiny_releases import write_tiny_release

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("scenario", "steps"),
    [("releases", 30), ("rollbacks", 8), ("partitions", 8), ("uploads", 30), ("downloads", 15)],
)
def test_crash_before_any_step_leaves_a_valid_state(tmp_path, scenario, steps):
    process = subprocess.run(
        [sys.executable, "-m", "tests.support.releases.crash_scenarios", scenario, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert int(process.stdout) >= steps, "writing takes at least this many steps"


def test_failed_write_leaves_no_release(tmp_path):
    Registry(tmp_path).publish(write_tiny_release(tmp_path).id, "champion")
    before = sorted(path.name for path in tmp_path.iterdir())

    def fill(folder):
        (folder / "half").write_text("done")
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"):
        write_tiny_release(tmp_path, fill=fill)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    Registry(tmp_path).open()


def test_failed_write_leaves_no_partition_and_the_old_alias(tmp_path):
    with write_partition(tmp_path, "old") as folder:
        (folder / "a").write_text("a")
    set_alias(tmp_path, "latest", "old")
    with pytest.raises(FileNotFoundError), write_partition(tmp_path, "new") as folder:
        (folder / "missing" / "a").write_text("half")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["latest", "old"]
    assert find_partition(tmp_path).name == "old"


def test_partition_written_again_is_replaced(tmp_path):
    for text in ("one", "two"):
        with write_partition(tmp_path, "run") as folder:
            (folder / text).write_text(text)
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["two"]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_temporary_folders_of_a_killed_writer_are_removed_by_the_next_write(tmp_path):
    for name in (".writing-run-0123abcd", ".writing-run-0123abcd-old", ".writing-run-2-0123abcd"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "half").write_text("half")
    with write_partition(tmp_path, "run") as folder:
        (folder / "whole").write_text("whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".writing-run-2-0123abcd", "run"]


@pytest.mark.parametrize("exists", [True, False])
def test_latest_of_two_concurrent_writes_counts(tmp_path, exists):
    def write(text, action=lambda: None):
        with write_partition(tmp_path, "run") as folder:
            (folder / "a").write_text(text)
            action()

    if exists:
        write("earlier")
    with pytest.raises(FileNotFoundError):
        write("older", action=lambda: write("newer"))
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (tmp_path / "run" / "a").read_text() == "newer"

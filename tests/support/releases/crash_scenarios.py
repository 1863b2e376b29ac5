"""Crashes of writes to the volume at every step; a separate program, because it forks.

python -m tests.support.releases.crash_scenarios releases|rollbacks|partitions|uploads|downloads <folder>

checks the folder after each crash, and prints the number of crashes.
"""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from obstore.store import LocalStore

from script_shared.releases.object_registry import ObjectRegistry
from script_shared.releases.object_store import ObjectStore
from script_shared.releases.registry import Registry
from script_shared.releases.state import CHAMPION
from script_shared.releases.store import Release
from script_shared.storage.partitions import find_partition, get_alias, set_alias, write_partition
from tests.support.releases.crash_simulation import crash_at_each_step
from tests.support.releases.registries import write_tiny
from tests.support.releases.tiny_releases import write_tiny_release


def publish(root: Path, mark: str) -> str:
    release = write_tiny_release(root, mark)
    Registry(root).publish(release.id, CHAMPION)
    return release.id


def releases(root: Path) -> int:
    registry = Registry(root)
    first = publish(root, "first")
    steps = 0
    for step in crash_at_each_step(lambda: publish(root, "second")):
        steps = step + 1
        champion = registry.open()
        assert champion.bundle("models/a").document["mark"] in ("first", "second")
        if champion.id != first:
            registry.rollback()
    assert registry.open().bundle("models/a").document["mark"] == "second"
    assert [path.name for path in root.glob(".filling-*")] == []
    return steps


def rollbacks(root: Path) -> int:
    registry = Registry(root)
    names = [publish(root, mark) for mark in ("first", "second")]
    steps = 0
    for step in crash_at_each_step(registry.rollback):
        steps = step + 1
        assert registry.open().id in names
        registry.publish(names[1], CHAMPION)
    assert registry.open().id == names[0]
    return steps


def open_object_registry(root: Path, machine: str) -> ObjectRegistry:
    """Open a registry on a bucket that is a folder; only in child processes, since obstore starts threads."""
    bucket = LocalStore(root / "bucket", mkdir=True)
    return ObjectRegistry(ObjectStore(bucket, "file://bucket"), root / machine)


def run_in_child(act: Callable[[], object]) -> None:
    child = os.fork()
    if child == 0:
        act()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def uploads(root: Path) -> int:
    def fill(folder: Path) -> None:
        for name in ("a", "b"):
            (folder / name).write_text(name)

    def write() -> None:
        write_tiny(open_object_registry(root, "writer"), fill=fill)

    def check() -> None:
        registry = open_object_registry(root, "reader")
        assert all(registry.verify(entry.id) for entry in registry.list())

    steps = 0
    for step in crash_at_each_step(write):
        steps = step + 1
        run_in_child(check)
        shutil.rmtree(root / "bucket")
    (release,) = (root / "bucket").iterdir()
    run_in_child(lambda: open_object_registry(root, "reader").publish(release.name))
    return steps


def downloads(root: Path) -> int:
    def publish_first() -> None:
        registry = open_object_registry(root, "writer")
        registry.publish(write_tiny(registry, "first").id, CHAMPION)

    run_in_child(publish_first)
    steps = 0
    for step in crash_at_each_step(lambda: open_object_registry(root, "reader").open()):
        steps = step + 1
        for folder in (root / "reader").glob("[!.]*"):
            Release.open(folder)
    (copy,) = (root / "reader").glob("[!.]*")
    Release.open(copy)
    assert [path.name for path in (root / "reader").glob(".downloading-*")] == []
    return steps


def partitions(root: Path) -> int:
    def write(name: str) -> None:
        with write_partition(root, name) as folder:
            (folder / "a.txt").write_text(name)
            (folder / "b.txt").write_text(name)
        set_alias(root, "latest", name)

    write("first")
    steps = 0
    for step in crash_at_each_step(lambda: write("second")):
        steps = step + 1
        partition = find_partition(root)
        assert {path.read_text() for path in partition.iterdir()} == {partition.name}
        assert len(list(partition.iterdir())) == 2
        set_alias(root, "latest", "first")
    assert get_alias(root, "latest") == "second"
    return steps


if __name__ == "__main__":
    scenarios = (releases, rollbacks, partitions, uploads, downloads)
    by_name = {scenario.__name__: scenario for scenario in scenarios}
    print(by_name[sys.argv[1]](Path(sys.argv[2])))  # noqa: T201

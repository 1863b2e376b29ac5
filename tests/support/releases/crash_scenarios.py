"""Crashes of writes to the volume at every step; a separate program, because it forks.

python -m tests.support.releases.crash_scenarios releases|rollbacks|partitions <folder>

checks the folder after each crash, and prints the number of crashes.
"""

import sys
from pathlib import Path

from script_shared.releases.registry import CHAMPION, Registry
from script_shared.storage.partitions import find_partition, get_alias, set_alias, write_partition
from tests.support.releases.crash_simulation import crash_at_each_step
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
    scenarios = {"releases": releases, "rollbacks": rollbacks, "partitions": partitions}
    print(scenarios[sys.argv[1]](Path(sys.argv[2])))  # noqa: T201

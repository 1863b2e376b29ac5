"""Partitions: folders on the volume that are written atomically.

A partition is written to a temporary folder, synced to disk and renamed. An alias is a small file, replaced
atomically, that contains the name of a partition. After a crash the last complete partition is still there.
"""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from script_shared.errors import PartitionError
from script_shared.storage.disk_space import translate_disk_full

_TEMPORARY = ".writing-"


@contextmanager
def write_partition(folder: Path, name: str) -> Iterator[Path]:
    """Yield an empty folder, which becomes `folder/name` on success and is removed on failure.

    An existing partition of that name is replaced, so that a task can be retried. Temporary folders of that
    name are removed: those of a killed writer are garbage, and a writer that is still running fails, because
    the latest attempt counts.

    Raises:
        VolumeFullError: the volume is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _remove_temporary(folder, name)
    draft = folder / f"{_TEMPORARY}{name}-{uuid.uuid4().hex[:8]}"
    draft.mkdir()
    try:
        with translate_disk_full(folder):
            yield draft
            sync_tree(draft)
            _replace(draft, folder / name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _remove_temporary(folder: Path, name: str) -> None:
    pattern = re.compile(re.escape(f"{_TEMPORARY}{name}-") + r"[0-9a-f]{8}(-old)?")
    for path in folder.iterdir():
        if pattern.fullmatch(path.name):
            shutil.rmtree(path, ignore_errors=True)


def _replace(draft: Path, target: Path) -> None:
    if target.exists():
        old = draft.with_name(f"{draft.name}-old")
        target.rename(old)
        _rename_or_restore(draft, target, old)
        shutil.rmtree(old, ignore_errors=True)
    else:
        draft.rename(target)
    _sync(target.parent)


def _rename_or_restore(draft: Path, target: Path, old: Path) -> None:
    try:
        draft.rename(target)
    except OSError:
        old.rename(target)
        raise


def sync_tree(folder: Path) -> None:
    """Flush all files and folders below `folder` to disk."""
    for root, _, files in os.walk(folder):
        for file in files:
            _sync(Path(root) / file)
        _sync(Path(root))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_text_atomically(path: Path, text: str) -> None:
    """Replace a small text file atomically."""
    write_file_atomically(path, lambda draft: draft.write_text(text, encoding="utf-8"))


def write_file_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Replace a file atomically by the one that `write` writes to its argument."""
    draft = path.with_name(f"{_TEMPORARY}{path.name}-{uuid.uuid4().hex[:8]}")
    try:
        write(draft)
        _sync(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _sync(path.parent)


def set_alias(folder: Path, alias: str, name: str) -> None:
    """Point `alias` at the partition `name`."""
    if not (folder / name).is_dir():
        raise PartitionError(f"there is no partition {name!r} to point {alias!r} at", where=str(folder))
    write_text_atomically(folder / alias, name + "\n")


def get_alias(folder: Path, alias: str) -> str | None:
    """Return the partition that `alias` points at, None where it was never set."""
    try:
        return (folder / alias).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None


def find_partition(folder: Path, name: str | None = None) -> Path:
    """Return the folder of the partition `name`, by default the one that `latest` points at.

    Raises:
        PartitionError: there is no such partition.
    """
    wanted = name or get_alias(folder, "latest")
    if wanted is None or not (folder / wanted).is_dir():
        what = f"there is no partition {wanted!r}" if wanted else "there is no partition yet"
        raise PartitionError(what, where=str(folder), remedy="run the stage before this one first")
    return folder / wanted

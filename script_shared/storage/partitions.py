"""Folders on the volume that appear whole or not at all.

A partition is written beside its place, synced to disk and renamed; an alias is a small file,
replaced atomically, that names one partition. A crash at any instant leaves the last good one.
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
from script_shared.storage.disk_space import need_room

_UNFINISHED = ".writing-"


@contextmanager
def write_partition(folder: Path, name: str) -> Iterator[Path]:
    """Give an empty folder to fill; on success it becomes `folder/name`, on failure it goes.

    A partition of that name that already stands is replaced: a retried task writes the same again.
    What a killed writer of that name left goes. One that still writes then fails: the newest try counts.

    Raises:
        VolumeFullError: there is no room to write it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _clear_away(folder, name)
    draft = folder / f"{_UNFINISHED}{name}-{uuid.uuid4().hex[:8]}"
    draft.mkdir()
    try:
        with need_room(folder):
            yield draft
            sync_tree(draft)
            _replace(draft, folder / name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _clear_away(folder: Path, name: str) -> None:
    left = re.compile(re.escape(f"{_UNFINISHED}{name}-") + r"[0-9a-f]{8}(-old)?")
    for each in folder.iterdir():
        if left.fullmatch(each.name):
            shutil.rmtree(each, ignore_errors=True)


def _replace(draft: Path, place: Path) -> None:
    if place.exists():
        old = draft.with_name(f"{draft.name}-old")
        place.rename(old)
        _put(draft, place, instead=old)
        shutil.rmtree(old, ignore_errors=True)
    else:
        draft.rename(place)
    _sync(place.parent)


def _put(draft: Path, place: Path, instead: Path) -> None:
    try:
        draft.rename(place)
    except OSError:
        instead.rename(place)
        raise


def sync_tree(folder: Path) -> None:
    """Flush every file below `folder`, and the folders themselves, to disk."""
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
    """Replace a small file: readers see the old text or the new one, never a part."""
    write_file_atomically(path, lambda draft: draft.write_text(text, encoding="utf-8"))


def write_file_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Replace a file by what `write` puts at the path it is given: readers see the old one or the new."""
    draft = path.with_name(f"{_UNFINISHED}{path.name}-{uuid.uuid4().hex[:8]}")
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
    """Return the name that `alias` stands for, None when it was never set."""
    try:
        return (folder / alias).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None


def find_partition(folder: Path, name: str | None = None) -> Path:
    """Return the partition `name`, or the one that `latest` points at.

    Raises:
        PartitionError: it is not there.
    """
    wanted = name or get_alias(folder, "latest")
    if wanted is None or not (folder / wanted).is_dir():
        raise PartitionError(
            f"there is no partition {wanted!r}" if wanted else "nothing has been written here yet",
            where=str(folder),
            remedy="run the stage before this one first",
        )
    return folder / wanted

"""Checks of a folder before anything is written to it, and a full disk told apart from other failures."""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from script_shared.errors import MancheteError, SettingsError, VolumeFullError

#: No space, no quota, a file larger than the process or the file system allows.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
#: polars and numpy write by themselves and keep the number to their text, or to themselves.
_SAYS_NO_ROOM = re.compile(rf"\(os error (?:{'|'.join(map(str, _NO_ROOM))})\)|requested and \d+ written")


@contextmanager
def need_room(folder: Path) -> Iterator[None]:
    """Name the folder when a write below it finds no room.

    Raises:
        VolumeFullError: the disk or the quota is full, or a file grew larger than is allowed.
    """
    try:
        yield
    except Exception as cause:
        if isinstance(cause, MancheteError) or not _tells_no_room(cause):
            raise
        raise no_room(folder, str(cause)) from cause


def _tells_no_room(cause: Exception) -> bool:
    return getattr(cause, "errno", None) in _NO_ROOM or bool(_SAYS_NO_ROOM.search(str(cause)))


def no_room(folder: Path, why: str) -> VolumeFullError:
    """Build the error for a folder that has no room."""
    return VolumeFullError(
        f"there is no room for more data ({why})",
        where=str(folder),
        remedy="free space there or give a larger volume, then run again; what stood there is unharmed",
    )


def require_writable(folder: Path, setting: str = "DATA_ROOT") -> None:
    """Make sure that files can be created in a folder; folders that are missing are created and removed.

    Args:
        folder: where.
        setting: what names the folder.

    Raises:
        SettingsError: no file can be created there.
    """
    created: list[Path] = []
    try:
        for each in [*reversed(folder.absolute().parents), folder.absolute()]:
            if not each.exists():
                each.mkdir()
                created.append(each)
        with TemporaryFile(dir=folder) as probe:
            probe.write(b"0")
    except OSError as error:
        raise SettingsError(
            f"no file can be written to {folder}: {error.strerror or error}",
            where=setting,
            remedy=f"give this user the right to write there, or set {setting} to another folder",
        ) from error
    finally:
        for each in reversed(created):
            each.rmdir()


def require_space(folder: Path, least: int, setting: str = "DATA_ROOT") -> None:
    """Make sure that a file system has so many bytes free.

    Raises:
        VolumeFullError: it has fewer.
    """
    existing = next(each for each in [folder.absolute(), *folder.absolute().parents] if each.exists())
    free = shutil.disk_usage(existing).free
    if free < least:
        raise VolumeFullError(
            f"{existing} has {free / 2**20:,.0f} MiB free, a run needs about {least / 2**20:,.0f} MiB",
            where=setting,
            remedy=f"free space there, or set {setting} to a folder on a larger disk",
        )

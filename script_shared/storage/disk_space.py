"""Checks of write permission and free space, and errors for a full disk."""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from script_shared.errors import MancheteError, SettingsError, VolumeFullError

#: No space left, quota exceeded, file too large for the process or the file system.
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
#: polars and numpy raise errors without an errno: polars has it in the message, numpy does not.
_DISK_FULL_TEXT = re.compile(rf"\(os error (?:{'|'.join(map(str, _DISK_FULL))})\)|requested and \d+ written")


@contextmanager
def translate_disk_full(folder: Path) -> Iterator[None]:
    """Translate errors of a full disk in the block into one that names `folder`.

    Raises:
        VolumeFullError: the disk or the quota is full, or a file exceeds the maximum size.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, MancheteError) or not _is_disk_full(error):
            raise
        raise make_volume_full_error(folder, str(error)) from error


def _is_disk_full(error: Exception) -> bool:
    return getattr(error, "errno", None) in _DISK_FULL or bool(_DISK_FULL_TEXT.search(str(error)))


def make_volume_full_error(folder: Path, reason: str) -> VolumeFullError:
    """Build the error for a folder on a full disk."""
    remedy = "free space or use a larger volume, then run again; existing data is unharmed"
    return VolumeFullError(f"the disk is full ({reason})", where=str(folder), remedy=remedy)


def require_writable(folder: Path, setting: str = "DATA_ROOT") -> None:
    """Check that files can be created in a folder; missing folders are created and removed again.

    Args:
        folder: may be missing.
        setting: name of the setting that contains the path, for the error.

    Raises:
        SettingsError: no file can be created in the folder.
    """
    created: list[Path] = []
    try:
        for path in [*reversed(folder.absolute().parents), folder.absolute()]:
            if not path.exists():
                path.mkdir()
                created.append(path)
        with TemporaryFile(dir=folder) as probe:
            probe.write(b"0")
    except OSError as error:
        what = f"no file can be written to {folder}: {error.strerror or error}"
        remedy = f"give this user write permission, or set {setting} to another folder"
        raise SettingsError(what, where=setting, remedy=remedy) from error
    finally:
        for path in reversed(created):
            path.rmdir()


def require_space(folder: Path, required: int, setting: str = "DATA_ROOT") -> None:
    """Check that a file system has at least `required` bytes free.

    Raises:
        VolumeFullError: it has fewer.
    """
    existing = next(path for path in [folder.absolute(), *folder.absolute().parents] if path.exists())
    free = shutil.disk_usage(existing).free
    if free < required:
        what = f"{existing} has {free / 2**20:,.0f} MiB free, a run needs about {required / 2**20:,.0f} MiB"
        remedy = f"free space, or set {setting} to a folder on a larger disk"
        raise VolumeFullError(what, where=setting, remedy=remedy)

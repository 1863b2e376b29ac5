"""A full disk, told apart from other failures."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from script_shared.errors import MancheteError, VolumeFullError

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

"""Raw files of one kind, wherever they lie: in a folder or inside its zip archives."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from pipelines.ingest.archives import list_members, read_member
from script_shared.errors import InputError


@dataclass(frozen=True, slots=True)
class RawFile:
    """One file as the publisher gave it.

    Attributes:
        name: the place as a person would look it up, `a.csv` or `a.zip/b.csv`.
        place: the file on disk that holds it, the archive if it is packed.
        load: returns the contents.
    """

    name: str
    place: Path
    load: Callable[[], bytes]


def find_files(folder: Path, kind: re.Pattern[str], *, by_name: bool = True) -> list[RawFile]:
    """Return the files whose path below `folder` matches `kind`, in the order of their names.

    Archives are opened only where no plain file matches: the same data lying there packed and
    unpacked is read once.

    Args:
        folder: where to look.
        kind: matches the whole path below the folder, or inside an archive.
        by_name: whether files of one name in two places are the same data, and read once.

    Raises:
        InputError: an archive cannot be used.
    """
    found: dict[str, RawFile] = {}
    for path, file in _plain(folder, kind) or _packed(folder, kind):
        found.setdefault(path.name if by_name else file.name, file)
    return [found[name] for name in sorted(found)]


def _plain(folder: Path, kind: re.Pattern[str]) -> list[tuple[PurePosixPath, RawFile]]:
    paths = [(PurePosixPath(file.relative_to(folder)), file) for file in sorted(folder.rglob("*"))]
    return [
        (path, RawFile(_printable(path), file, partial(_read_plain, file)))
        for path, file in paths
        if kind.fullmatch(str(path)) and file.is_file()
    ]


def _packed(folder: Path, kind: re.Pattern[str]) -> list[tuple[PurePosixPath, RawFile]]:
    return [
        (
            PurePosixPath(member.filename),
            RawFile(
                f"{_printable(place.name)}/{member.filename}", place, partial(read_member, place, member)
            ),
        )
        for place in sorted(folder.glob("*.zip"))
        for member in list_members(place, kind)
    ]


def _printable(path: object) -> str:
    """Return a file's name as text: the system's may hold bytes that are none."""
    return str(path).encode(errors="replace").decode()


def _read_plain(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as cause:
        raise InputError.at(
            f"the file cannot be read ({cause.strerror})", file=file, remedy="check its rights"
        ) from cause

"""Finds raw files in a folder and inside its zip archives."""

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
    """One file of the publisher.

    Attributes:
        name: the path for messages, `a.csv` or `a.zip/b.csv`.
        path: the file on disk, the archive if the file is inside one.
        load: returns the contents.
    """

    name: str
    path: Path
    load: Callable[[], bytes]


def find_files(folder: Path, pattern: re.Pattern[str], *, by_name: bool = True) -> list[RawFile]:
    """Return the files whose paths match a pattern, sorted by name.

    Archives are searched only if no plain file matches, so that data beside its archive is read once.

    Args:
        folder: the folder to search.
        pattern: matches the whole path below the folder, or inside an archive.
        by_name: whether files of the same name in two folders are the same data, of which one is returned.

    Raises:
        InputError: an archive is invalid.
    """
    files: dict[str, RawFile] = {}
    for path, file in _find_plain(folder, pattern) or _find_archived(folder, pattern):
        files.setdefault(path.name if by_name else file.name, file)
    return [files[name] for name in sorted(files)]


def _find_plain(folder: Path, pattern: re.Pattern[str]) -> list[tuple[PurePosixPath, RawFile]]:
    paths = [(PurePosixPath(file.relative_to(folder)), file) for file in sorted(folder.rglob("*"))]
    return [
        (path, RawFile(_to_printable(path), file, partial(_read_plain, file)))
        for path, file in paths
        if pattern.fullmatch(str(path)) and file.is_file()
    ]


def _find_archived(folder: Path, pattern: re.Pattern[str]) -> list[tuple[PurePosixPath, RawFile]]:
    files = []
    for path in sorted(folder.glob("*.zip")):
        for member in list_members(path, pattern):
            name = f"{_to_printable(path.name)}/{member.filename}"
            file = RawFile(name, path, partial(read_member, path, member))
            files.append((PurePosixPath(member.filename), file))
    return files


def _to_printable(path: object) -> str:
    """Return a path as valid text; a file name may contain bytes that are not valid UTF-8."""
    return str(path).encode(errors="replace").decode()


def _read_plain(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as cause:
        problem = f"the file cannot be read ({cause.strerror})"
        raise InputError.at(problem, file=file, remedy="check its permissions") from cause

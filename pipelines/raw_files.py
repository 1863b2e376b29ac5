"""Raw files of one kind, wherever they lie: in a folder or inside its zip archives."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from script_shared.errors import InputError

_ENCRYPTED = 0x1


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


def find_files(folder: Path, kind: re.Pattern[str]) -> list[RawFile]:
    """Return the files whose path below `folder` matches `kind`, in the order of their names.

    Archives are opened only where no plain file matches, and a file name counts once: the same
    data lying there packed and unpacked is read once.

    Raises:
        InputError: an archive cannot be used.
    """
    found: dict[str, RawFile] = {}
    for path, file in _plain(folder, kind) or _packed(folder, kind):
        found.setdefault(path.name, file)
    return [found[name] for name in sorted(found)]


def _plain(folder: Path, kind: re.Pattern[str]) -> list[tuple[PurePosixPath, RawFile]]:
    paths = [(PurePosixPath(file.relative_to(folder)), file) for file in sorted(folder.rglob("*.csv"))]
    return [
        (path, RawFile(str(path), file, file.read_bytes)) for path, file in paths if kind.fullmatch(str(path))
    ]


def _packed(folder: Path, kind: re.Pattern[str]) -> list[tuple[PurePosixPath, RawFile]]:
    return [
        (PurePosixPath(member.filename), _unpack(place, archive, member))
        for place in sorted(folder.glob("*.zip"))
        for archive in [open_archive(place)]
        for member in _members(archive, place)
        if kind.fullmatch(member.filename)
    ]


def _unpack(place: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> RawFile:
    name = f"{place.name}/{member.filename}"
    if member.flag_bits & _ENCRYPTED:
        raise InputError.at(
            "the file is encrypted", file=name, remedy="unpack the archive and give the folder"
        )
    return RawFile(name, place, partial(_read_member, archive, member, name))


def open_archive(place: Path) -> zipfile.ZipFile:
    """Open a zip whose list of members can be read.

    Raises:
        InputError: it is empty, cut off or not a zip.
    """
    try:
        return zipfile.ZipFile(place)
    except zipfile.BadZipFile as cause:
        with place.open("rb") as file:
            cut_off = file.read(4) == b"PK\x03\x04"
        what = "the archive is cut off" if cut_off else "the file is not a zip archive"
        raise InputError.at(what, file=place.name, remedy="fetch the archive again") from cause


def _members(archive: zipfile.ZipFile, place: Path) -> Iterator[zipfile.ZipInfo]:
    for member in archive.infolist():
        name = member.filename.replace("\\", "/")
        if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
            raise InputError.at(
                f"the archive holds a member outside its own folder, {member.filename!r}",
                file=place.name,
                remedy="do not trust this archive; fetch it from the publisher",
            )
        if not member.is_dir():
            yield member


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes:
    try:
        return archive.read(member)
    except (zipfile.BadZipFile, zlib.error, EOFError) as cause:
        raise InputError.at(
            f"the file is damaged inside its archive ({cause})", file=name, remedy="fetch the archive again"
        ) from cause
    except NotImplementedError as cause:
        raise InputError.at(
            f"the file cannot be unpacked here ({cause})",
            file=name,
            remedy="unpack the archive and give the folder",
        ) from cause

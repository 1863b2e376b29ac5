"""Zip archives from strangers: opened only where that can do no harm."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from pathlib import Path

from script_shared.errors import InputError

#: Bytes that a member, and all members that are read, may take unpacked.
LARGEST_MEMBER = 4 * 2**30
LARGEST_ARCHIVE = 16 * 2**30
#: Text is packed to a tenth; a member of more than `SMALL` bytes packed tighter than this is a bomb.
TIGHTEST = 100
SMALL = 16 * 2**20

_ENCRYPTED = 0x1
_AGAIN = "fetch the archive again"
_UNPACK = "unpack the archive and give the folder"
_DISTRUST = "do not trust this archive; fetch it from the publisher"


def list_members(place: Path, kind: re.Pattern[str]) -> list[zipfile.ZipInfo]:
    """Return the files in an archive whose names match `kind`.

    Raises:
        InputError: the archive is cut off or none at all, or a member of it is encrypted, a link,
            lies outside the archive's own folder, or would take too much room.
    """
    with open_archive(place) as archive:
        # A damaged list may name a member with no name at all, and zipfile looks at its last letter.
        members = [member for member in archive.infolist() if member.filename and not member.is_dir()]
    for member in members:
        _check_place(member, place)
    found = [member for member in members if kind.fullmatch(member.filename)]
    for member in found:
        _check_content(member, place)
    if sum(member.file_size for member in found) > LARGEST_ARCHIVE:
        raise InputError.at(
            f"the archive takes more than {LARGEST_ARCHIVE} bytes unpacked", file=place.name, remedy=_UNPACK
        )
    return found


def open_archive(place: Path) -> zipfile.ZipFile:
    """Open a zip whose list of members can be read.

    Raises:
        InputError: it is empty, cut off, a web page or no zip at all.
    """
    try:
        return zipfile.ZipFile(place)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as cause:
        raise _no_archive(place) from cause
    except OSError as cause:
        raise InputError.at(
            f"the file cannot be read ({cause.strerror})", file=place, remedy="check its rights"
        ) from cause


def _no_archive(place: Path) -> InputError:
    with place.open("rb") as file:
        start = file.read(512).lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<head")):
        return InputError.at(
            "the file is a web page, not a zip archive",
            file=place.name,
            remedy="open its address in a browser: it asks for a login or says that a quota is used up",
        )
    what = "the archive is cut off" if start.startswith(b"pk\x03\x04") else "the file is not a zip archive"
    return InputError.at(what, file=place.name, remedy=_AGAIN)


def _check_place(member: zipfile.ZipInfo, place: Path) -> None:
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        raise InputError.at(
            f"the archive holds a member outside its own folder, {member.filename!r}",
            file=place.name,
            remedy=_DISTRUST,
        )
    if stat.S_ISLNK(member.external_attr >> 16):
        raise InputError.at(
            f"the archive holds a link, {member.filename!r}", file=place.name, remedy=_DISTRUST
        )


def _check_content(member: zipfile.ZipInfo, place: Path) -> None:
    name = f"{place.name}/{member.filename}"
    if member.flag_bits & _ENCRYPTED:
        raise InputError.at("the file is encrypted", file=name, remedy=_UNPACK)
    bomb = member.file_size > SMALL and member.file_size > TIGHTEST * member.compress_size
    if bomb or member.file_size > LARGEST_MEMBER:
        raise InputError.at(
            f"the file takes {member.file_size} bytes unpacked, {member.compress_size} packed",
            file=name,
            remedy=f"if that is right, {_UNPACK}",
        )


def read_member(place: Path, member: zipfile.ZipInfo) -> bytes:
    """Return the contents of a member that `list_members` gave; never more bytes than it declares.

    Raises:
        InputError: the member is damaged or packed in a way that is not known here.
    """
    name = f"{place.name}/{member.filename}"
    try:
        with open_archive(place) as archive:
            return archive.read(member)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, RuntimeError) as cause:
        # RuntimeError stands for encryption too, and for NotImplementedError: an unknown method.
        raise InputError.at(
            f"the file cannot be unpacked ({cause})", file=name, remedy=f"{_AGAIN}, or {_UNPACK}"
        ) from cause

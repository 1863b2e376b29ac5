"""Reads zip archives from untrusted publishers, with limits against path traversal and zip bombs."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from pathlib import Path

from script_shared.errors import InputError

#: Maximum uncompressed bytes of a member, and of all members that are read.
MAX_MEMBER_BYTES = 4 * 2**30
MAX_ARCHIVE_BYTES = 16 * 2**30
#: Text compresses to about a tenth; a member above `BOMB_MIN_BYTES` with a higher ratio is a zip bomb.
MAX_RATIO = 100
BOMB_MIN_BYTES = 16 * 2**20

_ENCRYPTED = 0x1
_FETCH_AGAIN = "fetch the archive again"
_UNPACK = "unpack the archive and give the folder"
_DISTRUST = "do not trust this archive; fetch it from the publisher"


def list_members(path: Path, pattern: re.Pattern[str]) -> list[zipfile.ZipInfo]:
    """Return the files in an archive whose names match a pattern.

    Raises:
        InputError: the archive is truncated or not a zip archive, or a member is encrypted, a link, has a
            path outside the archive's folder, or is too large.
    """
    with open_archive(path) as archive:
        # In a damaged archive a member's name may be empty, for which `is_dir` fails.
        members = [member for member in archive.infolist() if member.filename and not member.is_dir()]
    for member in members:
        _require_safe_path(member, path)
    matches = [member for member in members if pattern.fullmatch(member.filename)]
    for member in matches:
        _require_safe_content(member, path)
    if sum(member.file_size for member in matches) > MAX_ARCHIVE_BYTES:
        problem = f"the archive takes more than {MAX_ARCHIVE_BYTES} bytes unpacked"
        raise InputError.at(problem, file=path.name, remedy=_UNPACK)
    return matches


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open a zip archive.

    Raises:
        InputError: the file is empty, truncated, a web page or not a zip archive.
    """
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as cause:
        raise _invalid_archive_error(path) from cause
    except OSError as cause:
        problem = f"the file cannot be read ({cause.strerror})"
        raise InputError.at(problem, file=path, remedy="check its permissions") from cause


def _invalid_archive_error(path: Path) -> InputError:
    with path.open("rb") as file:
        start = file.read(512).lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<head")):
        remedy = "open its address in a browser: it asks for a login or reports an exhausted quota"
        return InputError.at("the file is a web page, not a zip archive", file=path.name, remedy=remedy)
    is_zip = start.startswith(b"pk\x03\x04")
    message = "the archive is truncated" if is_zip else "the file is not a zip archive"
    return InputError.at(message, file=path.name, remedy=_FETCH_AGAIN)


def _require_safe_path(member: zipfile.ZipInfo, path: Path) -> None:
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        problem = f"the archive contains a member outside its folder, {member.filename!r}"
        raise InputError.at(problem, file=path.name, remedy=_DISTRUST)
    if stat.S_ISLNK(member.external_attr >> 16):
        problem = f"the archive contains a link, {member.filename!r}"
        raise InputError.at(problem, file=path.name, remedy=_DISTRUST)


def _require_safe_content(member: zipfile.ZipInfo, path: Path) -> None:
    name = f"{path.name}/{member.filename}"
    if member.flag_bits & _ENCRYPTED:
        raise InputError.at("the file is encrypted", file=name, remedy=_UNPACK)
    is_bomb = member.file_size > BOMB_MIN_BYTES and member.file_size > MAX_RATIO * member.compress_size
    if is_bomb or member.file_size > MAX_MEMBER_BYTES:
        problem = f"the file takes {member.file_size} bytes unpacked, {member.compress_size} packed"
        raise InputError.at(problem, file=name, remedy=f"if that is right, {_UNPACK}")


def read_member(path: Path, member: zipfile.ZipInfo) -> bytes:
    """Return the contents of a member from `list_members`; never more bytes than its declared size.

    Raises:
        InputError: the member is damaged, or its compression method is not supported.
    """
    name = f"{path.name}/{member.filename}"
    try:
        with open_archive(path) as archive:
            return archive.read(member)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, RuntimeError) as cause:
        # zipfile raises RuntimeError for encryption and NotImplementedError, a subclass, for unknown methods.
        remedy = f"{_FETCH_AGAIN}, or {_UNPACK}"
        raise InputError.at(f"the file cannot be unpacked ({cause})", file=name, remedy=remedy) from cause

"""Links or copies raw files from a local folder or archive into the folder of a run."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipelines.ingest.raw_files import find_files
from script_shared.errors import InputError

_REMEDY = "give a folder, a file, https://… or gdrive:<id>"


def local_path(uri: str) -> Path:
    """Return the folder or file of a path or a `file://` URI.

    Raises:
        InputError: the URI is not local, or nothing exists there.
    """
    try:
        parts = urlsplit(uri)
    except ValueError as error:
        raise InputError("the URI is invalid", where=uri, remedy=_REMEDY) from error
    if "://" in uri and parts.scheme != "file":
        raise InputError(f"{parts.scheme}:// URIs are not supported", where=uri, remedy=_REMEDY)
    if not uri:
        raise InputError("no folder or file is given", where="URI", remedy=_REMEDY)
    try:
        path = Path(unquote(parts.path) if parts.scheme == "file" else uri).expanduser()
        exists = path.exists()
    except (OSError, RuntimeError) as error:
        problem = f"the path cannot be looked up: {error}"
        raise InputError(problem, where=uri, remedy="check the path") from error
    if not exists:
        raise InputError("there is no such folder or file", where=uri, remedy="check the path")
    if not os.access(path, os.R_OK | os.X_OK if path.is_dir() else os.R_OK):
        remedy = "give this user permission to read it"
        raise InputError("this user may not read it", where=uri, remedy=remedy)
    return path


def link_files(origin: Path, patterns: Sequence[re.Pattern[str]], folder: Path) -> None:
    """Link or copy the files that match any pattern.

    Args:
        origin: a folder, a zip archive or a single file.
        patterns: match paths below the folder or inside archives.
        folder: the target folder.

    Raises:
        InputError: an archive is invalid, or `origin` is a file that matches no pattern.
    """
    if origin.is_file():
        if origin.suffix != ".zip" and not any(pattern.fullmatch(origin.name) for pattern in patterns):
            problem = "the file is not a zip archive"
            raise InputError.at(problem, file=origin, remedy="give a folder or a .zip")
        _link(origin, folder / origin.name)
        return
    files = {file.path for pattern in patterns for file in find_files(origin, pattern, by_name=False)}
    for file in sorted(files):
        _link(file, folder / file.relative_to(origin))


def _link(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file.resolve(), target)
    except OSError:
        # The target is on another file system, or this user may read but not link the file.
        shutil.copyfile(file, target)

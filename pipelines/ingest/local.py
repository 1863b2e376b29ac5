"""Bring raw files from a local folder or archive into a run's own folder."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipelines.ingest.raw_files import find_files
from script_shared.errors import InputError

_FORMS = "give a folder, a file, https://… or gdrive:<id>"


def local_path(uri: str) -> Path:
    """Return the folder or file that `uri` names: a path or a `file://` address.

    Raises:
        InputError: it lies elsewhere, or there is nothing.
    """
    try:
        address = urlsplit(uri)
    except ValueError as error:
        raise InputError("this is no address", where=uri, remedy=_FORMS) from error
    if "://" in uri and address.scheme != "file":
        raise InputError(
            f"{address.scheme}:// addresses are not read",
            where=uri,
            remedy=_FORMS,
        )
    if not uri:
        raise InputError("there is no such folder or file: none is named", where="URI", remedy=_FORMS)
    try:
        path = Path(unquote(address.path) if address.scheme == "file" else uri).expanduser()
        exists = path.exists()
    except (OSError, RuntimeError) as error:
        raise InputError(
            f"the path cannot be looked up: {error}", where=uri, remedy="check the path"
        ) from error
    if not exists:
        raise InputError("there is no such folder or file", where=uri, remedy="check the path")
    if not os.access(path, os.R_OK | os.X_OK if path.is_dir() else os.R_OK):
        raise InputError("this user may not read it", where=uri, remedy="give this user the right to read it")
    return path


def link_files(origin: Path, kinds: Sequence[re.Pattern[str]], folder: Path) -> None:
    """Link or copy into `folder` what `origin`, a folder, one zip or one file, holds of each kind.

    Raises:
        InputError: an archive cannot be used, or `origin` is a file of another form.
    """
    if origin.is_file():
        if origin.suffix != ".zip" and not any(kind.fullmatch(origin.name) for kind in kinds):
            raise InputError.at(
                "the file is not a zip archive", file=origin, remedy="give a folder or a .zip"
            )
        _link(origin, folder / origin.name)
        return
    places = {file.place for kind in kinds for file in find_files(origin, kind, by_name=False)}
    for place in sorted(places):
        _link(place, folder / place.relative_to(origin))


def _link(place: Path, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(place.resolve(), copy)
    except OSError:
        # Another file system, or a file that may be read but not linked.
        shutil.copyfile(place, copy)

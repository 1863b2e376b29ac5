"""Files on Google Drive, through gdown: it knows Drive's forms and goes on where it was interrupted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipelines.ingest.uri import Uri
from script_shared.errors import DownloadError
from script_shared.storage.disk_space import translate_disk_full

_REMEDY = (
    "try again later (Drive limits downloads of much wanted files), or download it in a browser from "
    "https://drive.google.com/file/d/{id}/view and give the folder"
)


def download_from_drive(address: Uri, file: Path, tell: Callable[[int, int | None], None]) -> None:
    """Fetch a file that anybody with its id may read.

    Raises:
        DownloadError: Drive did not give it: it is not public, a quota is used up, or no connection.
        VolumeFullError: there is no room for it.
    """
    import gdown

    with translate_disk_full(file.parent):
        try:
            gdown.download(
                id=address.target,
                output=str(file),
                quiet=True,
                resume=True,
                use_cookies=False,
                timeout=60,
                retries=3,
                progress=tell,
            )
        except (gdown.exceptions.DownloadError, OSError) as cause:
            # The system's own errors have a number; those of connections, OSErrors too, have none.
            if getattr(cause, "errno", None):
                raise
            raise DownloadError(
                f"Google Drive did not give the file ({_first_line(cause)})",
                where=f"gdrive:{address.target}",
                remedy=_REMEDY.format(id=address.target),
            ) from cause


def _first_line(cause: Exception) -> str:
    return " ".join(str(cause).split())[:200]

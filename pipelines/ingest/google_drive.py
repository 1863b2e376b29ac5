"""Downloads files from Google Drive with gdown, which resumes interrupted downloads."""

from __future__ import annotations

from pathlib import Path

from pipelines.ingest.uri import ProgressCallback, RemoteUri
from script_shared.errors import DownloadError
from script_shared.storage.disk_space import translate_disk_full

_REMEDY = (
    "try again later (Drive limits the downloads of popular files), or download it in a browser from "
    "https://drive.google.com/file/d/{id}/view and give the folder"
)


def download_from_drive(uri: RemoteUri, file: Path, report_progress: ProgressCallback) -> None:
    """Download a public file.

    Args:
        uri: contains the id of the file.
        file: the target.
        report_progress: receives the downloaded and the total bytes, None if unknown.

    Raises:
        DownloadError: the file is not public, a quota is exhausted, or the connection failed.
        VolumeFullError: the disk is full.
    """
    import gdown

    with translate_disk_full(file.parent):
        try:
            gdown.download(
                id=uri.target,
                output=str(file),
                quiet=True,
                resume=True,
                use_cookies=False,
                timeout=60,
                retries=3,
                progress=report_progress,
            )
        except (gdown.exceptions.DownloadError, OSError) as cause:
            # Errors of the file system have a number; connection errors, also OSErrors, have none.
            if getattr(cause, "errno", None):
                raise
            problem = f"Google Drive refused the file ({' '.join(str(cause).split())[:200]})"
            remedy = _REMEDY.format(id=uri.target)
            raise DownloadError(problem, where=f"gdrive:{uri.target}", remedy=remedy) from cause

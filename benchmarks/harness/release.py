"""The release that a benchmark serves: of an existing volume, or a small generated one."""

from __future__ import annotations

from pathlib import Path

from script_shared.errors import SettingsError
from script_shared.releases.registry import Registry
from script_shared.releases.store import Release
from script_shared.storage.volume import Volume
from tests.support.data.clicks import write_clicks
from tests.support.releases.small_release import publish_small_release


def open_release(data_root: Path | None, folder: Path) -> Release:
    """Return the champion of a volume, or of a small volume that is generated in the folder.

    Raises:
        SettingsError: the volume has no champion.
    """
    if data_root is None:
        (folder / "clicks").mkdir()
        write_clicks(folder / "clicks")
        return Registry(publish_small_release(folder / "clicks", folder / "data").releases).open()
    volume = Volume(data_root / "news")
    if Registry(volume.releases).find() is None:
        raise SettingsError(
            "there is no release to serve", where=str(data_root), remedy="give another data root"
        )
    return Registry(volume.releases).open()

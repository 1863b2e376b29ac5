"""Checks before anything starts: input, settings, ports and disk."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipelines.domains import load
from pipelines.embedded.ports import require_free
from pipelines.embedded.settings import EmbeddedSettings
from pipelines.ingest.uri import is_remote, parse
from pipelines.plan import Source
from pipelines.settings import DagSettings, PipelineSettings
from pipelines.stages.download import require_scale, source_of
from pipelines.stages.inspect import open_files
from script_shared.errors import InputError, SettingsError
from script_shared.events.factory import find_sqlite_file
from script_shared.storage.disk_space import require_space, require_writable

#: Bytes that Airflow's records, the logs and a small release take.
_BASE_SPACE = 256 * 2**20
#: Bytes of refined and encoded tables, vectors and models, for each byte of raw files.
_SPACE_PER_BYTE = 3
#: Bytes of raw files that are generated at scale 1, and what is made of them.
_GENERATED_SPACE = 6 * 2**30


def require_input(
    source: str,
    uri: str,
    scale: float,
    domain: str = "news",
    options: Mapping[str, Any] = MappingProxyType({}),
) -> int:
    """Check what is to be processed; return about how many bytes of disk a run needs.

    A remote address is checked for its form only: nothing is fetched.

    Args:
        source: raw format.
        uri: folder, archive or address of the raw files.
        scale: size of generated data.
        domain: the domain's name.
        options: of the raw format.

    Raises:
        SettingsError: there is no such domain or source, the source has no options, or the scale is out of
            range.
        InputError: there is nothing to read at `uri`, or a file is missing.
    """
    chosen = source_of(load(domain), source).configured(options)
    require_scale(scale)
    if source == "synthetic":
        return _BASE_SPACE + round(_GENERATED_SPACE * scale)
    if is_remote(uri):
        parse(uri)
        return _BASE_SPACE
    return _BASE_SPACE + _SPACE_PER_BYTE * _size(chosen, uri)


def _size(source: Source, uri: str) -> int:
    """Return the bytes of a source's files, after checking that all can be opened."""
    with open_files(uri) as folder:
        places = {file.place for file in source.require(folder, uri)}
        for place in places:
            if not os.access(place, os.R_OK):
                raise InputError.at(
                    "this user may not read the file",
                    file=place,
                    remedy="give this user the right to read it",
                )
        return sum(place.stat().st_size for place in places)


def require_settings(settings: EmbeddedSettings) -> None:
    """Check the settings of the pipelines, the DAGs and the service.

    Raises:
        SettingsError: one is wrong; names it.
    """
    PipelineSettings.read()
    DagSettings.read()
    find_sqlite_file(settings.events_url.get_secret_value(), Path())
    checked = subprocess.run(
        [sys.executable, "-m", "app", "--check"],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if checked.returncode:
        raise SettingsError.parse(checked.stderr)


def require_place(settings: EmbeddedSettings, space: int, setting: str = "DATA_ROOT") -> None:
    """Check the ports and the disk.

    Args:
        settings: name them.
        space: bytes that a run needs.
        setting: what names the data root.

    Raises:
        SettingsError: a port is taken, or no file can be written to the data root.
        VolumeFullError: the disk has less space.
    """
    if settings.airflow_port == settings.api_port:
        raise SettingsError(
            f"Airflow and the API cannot both listen on port {settings.api_port}",
            where="AIRFLOW_PORT, API_PORT",
            remedy="give two ports",
        )
    require_free(settings.airflow_port, "AIRFLOW_PORT")
    require_free(settings.api_port, "API_PORT")
    require_writable(settings.data_root, setting)
    require_space(settings.data_root, space, setting)

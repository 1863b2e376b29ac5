"""Checks input, settings, ports and disk before any process starts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipelines.embedded.ports import require_free_port
from pipelines.embedded.settings import EmbeddedSettings
from pipelines.ingest.uri import is_remote, parse_uri
from pipelines.plans.plan import Plan, Source
from pipelines.settings import DagSettings, PipelineSettings
from pipelines.stages.download import find_source, require_scale
from pipelines.stages.inspect import open_files
from script_shared.errors import InputError, SettingsError
from script_shared.events.factory import find_sqlite_file
from script_shared.releases.factory import open_registry
from script_shared.storage.disk_space import require_space, require_writable
from script_shared.storage.volume import Volume

#: Bytes for Airflow's database, the logs and a small release.
_BASE_BYTES = 256 * 2**20
#: Bytes of refined and encoded tables, vectors and models for each byte of raw files.
_BYTES_PER_RAW_BYTE = 3


def require_input(
    plan: Plan, source: str, uri: str, scale: float, options: Mapping[str, Any] = MappingProxyType({})
) -> int:
    """Check the input of a run; return the estimated bytes of disk space that it needs.

    A remote URI is only parsed; nothing is downloaded.

    Args:
        plan: the domain's plan.
        source: name of the raw format.
        uri: folder, archive or URL of the raw files.
        scale: size of generated data.
        options: options of the raw format.

    Raises:
        SettingsError: there is no such source, an option is invalid, or the scale is out of range.
        InputError: nothing exists at `uri`, or a file is missing.
    """
    chosen = find_source(plan, source).with_options(options)
    require_scale(scale)
    if chosen.generated_bytes:
        return _BASE_BYTES + round(chosen.generated_bytes * scale)
    if is_remote(uri):
        parse_uri(uri)
        return _BASE_BYTES
    return _BASE_BYTES + _BYTES_PER_RAW_BYTE * _measure_size(chosen, uri)


def _measure_size(source: Source, uri: str) -> int:
    """Return the total bytes of a source's files; check that all of them can be read."""
    with open_files(uri) as folder:
        paths = {file.path for file in source.require_files(folder, uri)}
        for path in paths:
            if not os.access(path, os.R_OK):
                remedy = "give this user permission to read it"
                raise InputError.at("this user may not read the file", file=path, remedy=remedy)
        return sum(path.stat().st_size for path in paths)


def require_settings(settings: EmbeddedSettings) -> None:
    """Check the settings of the pipelines, the DAGs and the service.

    Raises:
        SettingsError: a setting is invalid; the error names it.
        ReleaseStoreError: the store of releases cannot be read.
    """
    PipelineSettings.read()
    DagSettings.read()
    find_sqlite_file(settings.events_url.get_secret_value(), Path())
    check = subprocess.run(
        [sys.executable, "-m", "app", "--check"],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if check.returncode:
        raise SettingsError.parse(check.stderr)
    open_registry(Volume.from_settings(settings)).find()


def require_resources(settings: EmbeddedSettings, space: int, setting: str = "DATA_ROOT") -> None:
    """Check the ports and the disk.

    Args:
        settings: contain the ports and the data root.
        space: bytes that a run needs.
        setting: the setting that selects the data root, for the error.

    Raises:
        SettingsError: a port is in use, or the data root is not writable.
        VolumeFullError: the disk has too little space.
    """
    if settings.airflow_port == settings.api_port:
        problem = f"Airflow and the API cannot both listen on port {settings.api_port}"
        raise SettingsError(problem, where="AIRFLOW_PORT, API_PORT", remedy="give two ports")
    require_free_port(settings.airflow_port, "AIRFLOW_PORT")
    require_free_port(settings.api_port, "API_PORT")
    require_writable(settings.data_root, setting)
    require_space(settings.data_root, space, setting)

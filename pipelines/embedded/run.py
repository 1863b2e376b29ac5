"""What `make run` and `make smoke` do."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from pipelines.embedded.parent_watch import end_with_make
from pipelines.embedded.ports import free_ports
from pipelines.embedded.preflight import require_input, require_place, require_settings
from pipelines.embedded.sample_requests import ask_one_of_each
from pipelines.embedded.settings import EmbeddedSettings
from pipelines.embedded.supervisor import Running, run_chain, running
from pipelines.stages.publish import Published
from script_shared.errors import SettingsError


def serve(source: str, uri: str, scale: float, options: Mapping[str, Any] = MappingProxyType({})) -> None:
    """Run the chain on the volume and the ports of the settings, and serve until Ctrl-C.

    Args:
        source: raw format.
        uri: folder, archive or address of the raw files.
        scale: size of generated data.
        options: of the raw format.

    Raises:
        MancheteError: a setting, the input or a stage is at fault; all has been stopped.
    """
    settings = EmbeddedSettings.read()
    space = require_input(source, uri, scale, settings.domain, options)
    require_settings(settings)
    require_place(settings, space)
    with _up(settings) as up:
        done = run_chain(up, _conf(source, uri, scale, options))
        if done.champion is not None:
            _answer(up, settings.domain, done)
        sys.stderr.write("Ctrl-C stops everything\n")
        _stay(up)


def smoke(source: str, uri: str, scale: float, options: Mapping[str, Any] = MappingProxyType({})) -> None:
    """Run the chain in a temporary folder on free ports, ask for a reader of each segment, and exit.

    Args and errors are those of `serve`; a release that the gate refuses is an error too.
    """
    settings = EmbeddedSettings.read()
    space = require_input(source, uri, scale, settings.domain, options)
    require_settings(settings)
    with _temporary_folder() as folder:
        airflow, api = free_ports(2)
        place = {"data_root": Path(folder), "airflow_port": airflow, "api_port": api, "airflow_database": ""}
        settings = settings.model_copy(update=place)
        require_place(settings, space, "TMPDIR")
        with _up(settings, temporary=True) as up:
            _answer(up, settings.domain, run_chain(up, _conf(source, uri, scale, options)))


def _temporary_folder() -> TemporaryDirectory[str]:
    try:
        return TemporaryDirectory(prefix="manchete-", ignore_cleanup_errors=True)
    except OSError as error:
        raise SettingsError(
            f"no temporary folder can be created: {error.strerror or error}",
            where="TMPDIR",
            remedy="set TMPDIR to a folder that this user may write to",
        ) from error


def _up(settings: EmbeddedSettings, *, temporary: bool = False) -> AbstractContextManager[Running]:
    end_with_make()
    # A shell starts what it puts into the background deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda number, _: sys.exit(128 + number))
    return running(settings, temporary=temporary)


def _conf(source: str, uri: str, scale: float, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the first DAG's parameters; tasks do not run in our folder."""
    is_address = "://" in uri or uri.startswith("gdrive:")
    whole = uri if is_address or not uri else str(Path(uri).expanduser().resolve())
    return {"source": source, "uri": whole, "scale": scale, **options}


def _answer(up: Running, domain: str, done: Published) -> None:
    for answer in ask_one_of_each(up.api, up.volume, domain, done):
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _stay(up: Running) -> None:
    with suppress(KeyboardInterrupt):
        while True:
            up.processes.check()
            time.sleep(1)

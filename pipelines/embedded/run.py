"""The commands `make run` and `make smoke`."""

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

from pipelines.domains import load
from pipelines.embedded.parent_watch import exit_with_make
from pipelines.embedded.ports import find_free_ports
from pipelines.embedded.preflight import require_input, require_resources, require_settings
from pipelines.embedded.sample_requests import request_each_segment
from pipelines.embedded.settings import EmbeddedSettings
from pipelines.embedded.supervisor import RunningServices, run_dags, start_services
from pipelines.plans.plan import Plan
from pipelines.stages.publish import PublishResult
from script_shared.errors import SettingsError


def serve(source: str, uri: str, scale: float, options: Mapping[str, Any] = MappingProxyType({})) -> None:
    """Run all DAGs on the volume and the ports of the settings, and serve until Ctrl-C.

    Args:
        source: name of the raw format.
        uri: folder, archive or URL of the raw files.
        scale: size of generated data.
        options: options of the raw format.

    Raises:
        MancheteError: a setting or the input is invalid, or a stage failed; all processes have been stopped.
    """
    settings = EmbeddedSettings.read()
    plan = load(settings.domain)
    space = require_input(plan, source, uri, scale, options)
    require_settings(settings)
    require_resources(settings, space)
    with _start(settings) as services:
        result = run_dags(services, settings.domain, _build_conf(source, uri, scale, options))
        if result.champion is not None:
            _print_sample(services, plan, result)
        sys.stderr.write("Ctrl-C stops everything\n")
        _wait_for_interrupt(services)


def smoke(source: str, uri: str, scale: float, options: Mapping[str, Any] = MappingProxyType({})) -> None:
    """Run all DAGs in a temporary folder on free ports, request recommendations for each segment, and exit.

    Args:
        source: name of the raw format.
        uri: folder, archive or URL of the raw files.
        scale: size of generated data.
        options: options of the raw format.

    Raises:
        MancheteError: as for `serve`; or the release did not pass the gates.
    """
    # The release is deleted at the end: it must not be published where others are.
    settings = EmbeddedSettings.read().model_copy(update={"releases_url": "", "releases_cache": ""})
    plan = load(settings.domain)
    space = require_input(plan, source, uri, scale, options)
    require_settings(settings)
    with _create_temporary_folder() as folder:
        airflow, api = find_free_ports(2)
        update = {"data_root": Path(folder), "airflow_port": airflow, "api_port": api, "airflow_database": ""}
        settings = settings.model_copy(update=update)
        require_resources(settings, space, "TMPDIR")
        with _start(settings, temporary=True) as services:
            result = run_dags(services, settings.domain, _build_conf(source, uri, scale, options))
            _print_sample(services, plan, result)


def _create_temporary_folder() -> TemporaryDirectory[str]:
    try:
        return TemporaryDirectory(prefix="manchete-", ignore_cleanup_errors=True)
    except OSError as error:
        problem = f"no temporary folder can be created: {error.strerror or error}"
        remedy = "set TMPDIR to a folder that this user may write to"
        raise SettingsError(problem, where="TMPDIR", remedy=remedy) from error


def _start(settings: EmbeddedSettings, *, temporary: bool = False) -> AbstractContextManager[RunningServices]:
    exit_with_make()
    # A shell starts background processes with SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for signal_number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, lambda number, _: sys.exit(128 + number))
    return start_services(settings, temporary=temporary)


def _build_conf(source: str, uri: str, scale: float, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of the first DAG; a path becomes absolute, since tasks run in another folder."""
    is_url = "://" in uri or uri.startswith("gdrive:")
    absolute = uri if is_url or not uri else str(Path(uri).expanduser().resolve())
    return {"source": source, "uri": absolute, "scale": scale, **options}


def _print_sample(services: RunningServices, plan: Plan, result: PublishResult) -> None:
    for response in request_each_segment(services.api, services.volume, plan, result):
        sys.stdout.write(json.dumps(response, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _wait_for_interrupt(services: RunningServices) -> None:
    with suppress(KeyboardInterrupt):
        while True:
            services.processes.check()
            time.sleep(1)

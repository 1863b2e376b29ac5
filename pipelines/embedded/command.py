"""What `make run` and `make smoke` do."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipelines.embedded.answers import ask_one_of_each
from pipelines.embedded.ports import free_port
from pipelines.embedded.settings import EmbeddedSettings
from pipelines.embedded.supervisor import run_chain, running


def serve(conf: dict[str, Any]) -> None:
    """Run the chain on the volume and the ports of the settings, and serve until Ctrl-C."""
    _through(EmbeddedSettings(), conf, stay=True)


def smoke(conf: dict[str, Any]) -> None:
    """Run the chain in a temporary folder on free ports, ask for three readers, and exit."""
    with TemporaryDirectory() as folder:
        settings = EmbeddedSettings(data_root=Path(folder), airflow_port=free_port(), api_port=free_port())
        _through(settings, conf, stay=False)


def _through(settings: EmbeddedSettings, conf: dict[str, Any], *, stay: bool) -> None:
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda number, _: sys.exit(128 + number))
    with running(settings) as up:
        done = run_chain(up, conf)
        for answer in ask_one_of_each(up.api, up.volume, settings.domain, done):
            sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        if stay:
            sys.stderr.write("Ctrl-C stops everything\n")
            signal.pause()

"""What the DAG files need when Airflow parses them: the domains and the settings of the DAGs."""

from __future__ import annotations

from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from pipelines.settings import DagSettings

_FOLDER = Path(__file__).parents[1] / "domains"

SETTINGS = DagSettings.read()
#: The options that all DAGs share.
DAG_OPTIONS: dict[str, Any] = {"catchup": False, "max_active_runs": 1, "default_args": SETTINGS.default_args}
#: The packages of `pipelines.domains`; listed without an import, which would load polars at every parse.
DOMAINS = [module.name for module in iter_modules([str(_FOLDER)])]
#: The domains that are monitored: those with a module `monitoring`, which the plan uses.
MONITORED_DOMAINS = [domain for domain in DOMAINS if (_FOLDER / domain / "monitoring.py").exists()]

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.domains.recruiting.sources.synthetic import generate

SCALE = 0.1
Record = dict[str, Any]


@dataclass(frozen=True)
class Decision:
    """The parsed files of a generated data set, and its applications as (opening, application) pairs."""

    vagas: dict[str, Record]
    prospects: dict[str, Record]
    applicants: dict[str, Record]
    truth: Record

    @property
    def applications(self) -> list[tuple[str, Record]]:
        return [(code, row) for code, entry in self.prospects.items() for row in entry["prospects"]]


def read_decision(folder: Path) -> Decision:
    names = ("vagas", "prospects", "applicants", "truth")
    return Decision(*(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in names))


@pytest.fixture(scope="package")
def decision(tmp_path_factory) -> Decision:
    """A tenth of the data."""
    folder = tmp_path_factory.mktemp("decision")
    generate(folder, SCALE)
    return read_decision(folder)


@pytest.fixture(scope="session")
def decision_reader():
    return read_decision

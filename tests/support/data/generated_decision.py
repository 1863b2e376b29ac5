"""Refined tables of generated openings, applicants and applications, with the truth about them."""

import json
from dataclasses import dataclass
from typing import Any

from pipelines.domains.recruiting.sources import SOURCES
from pipelines.domains.recruiting.sources.synthetic import WorldOptions, generate
from script_shared.tables import Tables


@dataclass(frozen=True)
class GeneratedDecision:
    """The refined tables, the end of the data, ms UTC, and the content of `truth.json`."""

    tables: Tables
    as_of_ms: int
    truth: dict[str, Any]


def refine_generated_decision(folder, scale=0.1, seed=1, bias=1.0):
    """Generate the files, and refine them as the source `decision` does."""
    written, raw = folder / "written", folder / "raw"
    generate(written, scale, seed, WorldOptions(bias=bias))
    raw.mkdir()
    source = SOURCES["decision"]
    source.acquire(str(written), 1.0, raw)
    refinement = source.refine(raw)
    truth = json.loads((written / "truth.json").read_text(encoding="utf-8"))
    return GeneratedDecision(refinement.tables, refinement.as_of_ms, truth)

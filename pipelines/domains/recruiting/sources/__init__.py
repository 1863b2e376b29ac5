"""The raw formats of recruiting."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.domains.recruiting.sources.decision import DecisionSource
from pipelines.domains.recruiting.sources.synthetic_decision import SyntheticDecisionSource
from pipelines.domains.recruiting.sources.tables import TablesSource
from pipelines.plans.plan import Source

__all__ = ["SOURCES", "DecisionSource", "SyntheticDecisionSource", "TablesSource"]

_SOURCES = (DecisionSource(), TablesSource(), SyntheticDecisionSource())
#: The sources by name; the order decides which one is recognised first.
SOURCES: Mapping[str, Source] = {source.name: source for source in _SOURCES}

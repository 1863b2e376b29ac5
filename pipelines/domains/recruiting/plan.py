"""The plan of recruiting: its sources and parameters."""

from __future__ import annotations

import polars as pl

from pipelines.domains.recruiting.sources.decision import DecisionSource
from pipelines.domains.recruiting.tables import assemble_tables, find_end_of_days
from pipelines.plan import Plan
from pipelines.settings import PipelineSettings
from script_shared.domain import Parameters
from script_shared.domains.recruiting.domain import RECRUITING
from script_shared.domains.recruiting.segments import RecruitingParameters
from script_shared.tables import Tables


def make_parameters(tables: Tables) -> Parameters:
    """Return the parameters to train with."""
    defaults = RecruitingParameters()
    state = defaults.state.model_copy(update={"user_limit": PipelineSettings.read().user_limit})
    return defaults.model_copy(update={"state": state}).model_dump(mode="json")


_SOURCES = (DecisionSource(),)

PLAN = Plan(
    domain=RECRUITING,
    sources={source.name: source for source in _SOURCES},
    weight=pl.lit(1.0),
    build_tables=assemble_tables,
    find_as_of=find_end_of_days,
    choose_parameters=make_parameters,
)

"""The plan of recruiting: its sources and parameters."""

from __future__ import annotations

import polars as pl

from pipelines.domains.recruiting.audit import audit
from pipelines.domains.recruiting.missing_columns import MISSING_COLUMN_EFFECTS
from pipelines.domains.recruiting.model_card import write_model_card
from pipelines.domains.recruiting.monitoring import MONITORING
from pipelines.domains.recruiting.sources import SOURCES
from pipelines.domains.recruiting.tables import assemble_tables
from pipelines.domains.recruiting.validation.end_of_applications import find_end_of_applications
from pipelines.domains.recruiting.validation.rejection_reasons import REMEDIES
from pipelines.plans.plan import Plan
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


PLAN = Plan(
    domain=RECRUITING,
    sources=SOURCES,
    weight=pl.lit(1.0),
    build_tables=assemble_tables,
    find_as_of=find_end_of_applications,
    choose_parameters=make_parameters,
    missing_column_effects=MISSING_COLUMN_EFFECTS,
    remedies=REMEDIES,
    monitoring=MONITORING,
    audit=audit,
    release_documents=write_model_card,
)

"""The plan of news: its sources, engagement weight and parameters."""

from __future__ import annotations

import polars as pl

from pipelines.domains.news.missing_columns import MISSING_COLUMN_EFFECTS
from pipelines.domains.news.search_space import SEARCH_SPACE
from pipelines.domains.news.sources.globo import GloboSource
from pipelines.domains.news.sources.synthetic import SyntheticSource
from pipelines.domains.news.sources.tables import TablesSource
from pipelines.domains.news.sources.webmedia import WebmediaSource
from pipelines.domains.news.tables import assemble_tables
from pipelines.domains.news.validation.cleaning import find_end_of_reads
from pipelines.domains.news.validation.rejection_reasons import REASONS
from pipelines.plans.plan import Plan
from pipelines.settings import PipelineSettings
from script_shared.domain import Parameters
from script_shared.domains.news.domain import NEWS
from script_shared.domains.news.engagement import MAX_WEIGHT, MEASURES, MIN_WEIGHT, PLAIN, WEIGHTS
from script_shared.domains.news.segments import NewsParameters, SegmentRule
from script_shared.state.state import StateParameters
from script_shared.tables import Tables

#: The source has a login state if more than this share of readers has one: requests may report it for a few.
MIN_LOGIN_SHARE = 0.05


def weigh_engagement() -> pl.Expr:
    """Return the engagement weight of each interaction as an expression over its columns."""
    terms = (
        WEIGHTS["time"] * (pl.col("seconds") / 60).log1p(),
        WEIGHTS["clicks"] * pl.col("clicks"),
        WEIGHTS["scroll"] * pl.col("scroll") / 100,
        WEIGHTS["visits"] * pl.col("visits"),
    )
    has_measures = pl.any_horizontal(pl.col(MEASURES).is_not_null())
    total = pl.sum_horizontal(*terms).clip(MIN_WEIGHT, MAX_WEIGHT)
    computed = pl.when(has_measures).then(total).otherwise(PLAIN)
    return pl.coalesce(pl.col("weight").cast(pl.Float64).clip(MIN_WEIGHT, MAX_WEIGHT), computed)


def make_parameters(tables: Tables) -> Parameters:
    """Return the parameters to train with; segments use the login state if enough readers have one."""
    state = StateParameters(user_limit=PipelineSettings.read().user_limit)
    has_login = tables.users["user_type"].count() > MIN_LOGIN_SHARE * len(tables.users)
    return NewsParameters(rule=SegmentRule(has_login=has_login), state=state).model_dump(mode="json")


_SOURCES = (TablesSource(), GloboSource(), WebmediaSource(), SyntheticSource())

PLAN = Plan(
    domain=NEWS,
    sources={source.name: source for source in _SOURCES},
    weight=weigh_engagement(),
    build_tables=assemble_tables,
    find_as_of=find_end_of_reads,
    choose_parameters=make_parameters,
    missing_column_effects=MISSING_COLUMN_EFFECTS,
    remedies={reason.name: reason.remedy for reason in REASONS},
    search_space=SEARCH_SPACE,
)

"""The plan of news: its sources, engagement weight and parameters."""

from __future__ import annotations

import polars as pl

from pipelines.domains.news.costs import COSTS
from pipelines.domains.news.search import SEARCH
from pipelines.domains.news.sources.generated import Synthetic
from pipelines.domains.news.sources.globo import Globo
from pipelines.domains.news.sources.tables import TableFiles
from pipelines.domains.news.sources.webmedia import Webmedia
from pipelines.domains.news.tables import assemble
from pipelines.domains.news.validation.cleaning import end_of_reads
from pipelines.domains.news.validation.rejection_reasons import REMEDIES
from pipelines.plan import Plan
from pipelines.settings import PipelineSettings
from script_shared.domain import Parameters
from script_shared.domains.news.domain import NEWS
from script_shared.domains.news.engagement import CAP, LEAST, MEASURES, PLAIN, WEIGHTS
from script_shared.domains.news.segments import NewsParameters, SegmentRule
from script_shared.state.state import StateParameters
from script_shared.tables import Tables

#: One reader whose login state was told to the service does not make those of all others known.
KNOWN_LOGINS = 0.05


def engagement() -> pl.Expr:
    """Return the engagement weight over the columns of the interactions."""
    terms = (
        WEIGHTS["time"] * (pl.col("seconds") / 60).log1p(),
        WEIGHTS["clicks"] * pl.col("clicks"),
        WEIGHTS["scroll"] * pl.col("scroll") / 100,
        WEIGHTS["visits"] * pl.col("visits"),
    )
    told = pl.any_horizontal(pl.col(MEASURES).is_not_null())
    total = pl.sum_horizontal(*terms).clip(LEAST, CAP)
    measured = pl.when(told).then(total).otherwise(PLAIN)
    return pl.coalesce(pl.col("weight").cast(pl.Float64).clip(LEAST, CAP), measured)


def parameters(tables: Tables) -> Parameters:
    """Return the parameters to train with: login state decides where it is known of some share of readers."""
    state = StateParameters(user_limit=PipelineSettings.read().user_limit)
    has_login = tables.users["user_type"].count() > KNOWN_LOGINS * len(tables.users)
    return NewsParameters(rule=SegmentRule(has_login=has_login), state=state).model_dump(mode="json")


_SOURCES = (TableFiles(), Globo(), Webmedia(), Synthetic())

PLAN = Plan(
    domain=NEWS,
    sources={source.name: source for source in _SOURCES},
    weight=engagement(),
    build_tables=assemble,
    find_as_of=end_of_reads,
    choose_parameters=parameters,
    missing_column_effects=COSTS,
    remedies={reason.value: remedy for reason, remedy in REMEDIES.items()},
    search_space=SEARCH,
)

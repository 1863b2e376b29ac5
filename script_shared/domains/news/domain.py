"""The definition of the news domain."""

from __future__ import annotations

from script_shared.domain import Domain
from script_shared.domains.news.engagement import weight
from script_shared.domains.news.segments import NewsParameters, news_segments
from script_shared.domains.news.stop_words import STOP_WORDS
from script_shared.domains.news.tables import CONTEXT, INTERACTIONS, ITEMS, USERS

NEWS = Domain(
    name="news",
    interactions=INTERACTIONS,
    items=ITEMS,
    users=USERS,
    context=CONTEXT,
    segments=news_segments,
    state=lambda parameters: NewsParameters.model_validate(parameters).state,
    texts=lambda parameters: NewsParameters.model_validate(parameters).texts,
    stop_words=STOP_WORDS,
    weight=weight,
)

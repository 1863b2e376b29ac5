"""The segments of news readers and their models."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from script_shared.domain import Parameters
from script_shared.domains.news.tables import CONTEXT
from script_shared.models.base import Component
from script_shared.models.components.als import Als, AlsParameters
from script_shared.models.components.audience_affinity import AudienceAffinity
from script_shared.models.components.category_affinity import CategoryAffinity
from script_shared.models.components.category_transitions import CategoryTransitions
from script_shared.models.components.clusters import ClusterParameters, Clusters
from script_shared.models.components.co_occurrence import CoOccurrence
from script_shared.models.components.context_popularity import ContextPopularity
from script_shared.models.components.popularity import Popularity
from script_shared.models.components.recency import Recency
from script_shared.models.components.session_continuation import SessionContinuation
from script_shared.models.components.texts.content import Content, ContentParameters
from script_shared.models.components.texts.text_space import TextParameters
from script_shared.models.two_stage import TwoStageParameters, TwoStageRecommender
from script_shared.segments import Segment
from script_shared.state.state import StateParameters
from script_shared.types import User

LOGGED = "Logged"
CONTINUATION_HALF_LIVES = (0.25, 1.0, 4.0)


class SegmentRule(BaseModel):
    """The rule that assigns readers to segments.

    Attributes:
        has_login: whether the source contains login states; if not, `logged_reads` decides.
        semi_logged_reads: minimum number of reads of a semi-logged reader.
        logged_reads: minimum number of reads of a logged reader, without login state.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    has_login: bool = False
    semi_logged_reads: int = 2
    logged_reads: int = 5

    def is_logged(self, reader: User) -> bool:
        """Return whether a reader is logged in, by login state or number of reads."""
        if self.has_login or reader.user_type is not None:
            return reader.user_type == LOGGED
        return reader.interactions >= self.logged_reads

    def is_semi_logged(self, reader: User) -> bool:
        """Return whether a reader who is not logged in has enough reads."""
        return reader.interactions >= self.semi_logged_reads


class NewsParameters(BaseModel):
    """All parameters of news training; stored in the release's manifest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: SegmentRule = SegmentRule()
    state: StateParameters = StateParameters()
    two_stage: TwoStageParameters = TwoStageParameters()
    als: AlsParameters = AlsParameters()
    texts: TextParameters = TextParameters()
    content: ContentParameters = ContentParameters()
    clusters: ClusterParameters = ClusterParameters()


#: Factor of `fit_users` for anonymous readers, whose lists are the cheapest.
ANONYMOUS_USERS = 1.5


def news_segments(parameters: Parameters) -> tuple[Segment, ...]:
    """Return the segments: logged, semi-logged and anonymous."""
    p = NewsParameters.model_validate(parameters)
    return (
        Segment("logged", "hybrid", p.rule.is_logged, lambda: _model(p, _hybrid(p))),
        Segment("semi_logged", "clusters", p.rule.is_semi_logged, lambda: _model(p, _clustered(p))),
        Segment("anonymous", "popularity", lambda _: True, lambda: _model(p, _anonymous(p), ANONYMOUS_USERS)),
    )


def _model(p: NewsParameters, components: Sequence[Component], factor: float = 1.0) -> TwoStageRecommender:
    parameters = p.two_stage.model_copy(update={"fit_users": int(p.two_stage.fit_users * factor)})
    return TwoStageRecommender(components, p.state, parameters)


def _common(p: NewsParameters) -> list[Component]:
    return [
        Popularity(p.state.half_lives),
        ContextPopularity(CONTEXT, p.state.key_half_lives),
        Recency(),
        SessionContinuation(CONTINUATION_HALF_LIVES),
    ]


def _anonymous(p: NewsParameters) -> list[Component]:
    """Without cross-session pairs: anonymous readers have no history before the current session."""
    return [*_common(p), *_session(p)]


def _clustered(p: NewsParameters) -> list[Component]:
    return [*_common(p), *_pairs(p), CategoryAffinity(), AudienceAffinity(), Clusters(p.clusters)]


def _hybrid(p: NewsParameters) -> list[Component]:
    return [*_common(p), *_pairs(p), CategoryAffinity(), AudienceAffinity(), Als(p.als), Content(p.content)]


def _session(p: NewsParameters) -> list[Component]:
    half_lives = p.state.co_occurrence.half_lives
    return [
        CoOccurrence("co_occurrence", half_lives, depth=8, fade=0.7, prior=0.3),
        CoOccurrence("co_occurrence", half_lives, depth=1, fade=1.0, prior=0.3, name="last_item"),
        CategoryTransitions(),
    ]


def _pairs(p: NewsParameters) -> list[Component]:
    half_lives = p.state.cross_session.half_lives
    return [*_session(p), CoOccurrence("cross_session", half_lives, depth=12, fade=0.93, prior=3.0)]

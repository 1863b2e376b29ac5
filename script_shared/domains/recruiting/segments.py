"""The segments of openings and applicants, and their models."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from script_shared.domain import Parameters
from script_shared.domains.recruiting.texts import TEXTS
from script_shared.models.base import Component
from script_shared.models.components.co_occurrence import CoOccurrence
from script_shared.models.components.content import Content, ContentParameters
from script_shared.models.components.popularity import Popularity
from script_shared.models.components.recency import Recency
from script_shared.models.components.text_space import TextParameters
from script_shared.models.two_stage import TwoStageParameters, TwoStageRecommender
from script_shared.segments import Segment
from script_shared.state.state import StateParameters

_DAY = 24.0
#: Half-lives of the counts, in hours: a week, two months, half a year.
HALF_LIVES = (7 * _DAY, 60 * _DAY, 180 * _DAY)


class RecruitingParameters(BaseModel):
    """All parameters of recruiting training; stored in the release's manifest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: StateParameters = StateParameters(half_lives=HALF_LIVES, key_half_lives=(), session_gap=30 * _DAY)
    two_stage: TwoStageParameters = TwoStageParameters()
    texts: TextParameters = TEXTS
    content: ContentParameters = ContentParameters(window=24 * 365 * 10.0, half_life=180 * _DAY)


def recruiting_segments(parameters: Parameters) -> tuple[Segment, ...]:
    """Build the segments, in order of precedence; each serves openings and applicants alike."""
    p = RecruitingParameters.model_validate(parameters)

    def make(*components: Component) -> TwoStageRecommender:
        return TwoStageRecommender(
            [Popularity(p.state.half_lives), Recency(), *components], p.state, p.two_stage
        )

    def with_profile() -> TwoStageRecommender:
        return make(Content(p.content))

    def with_history() -> TwoStageRecommender:
        half_lives = p.state.co_occurrence.half_lives
        pairs = CoOccurrence("co_occurrence", half_lives, depth=8, fade=0.7, prior=0.3)
        return make(pairs, Content(p.content))

    return (
        Segment("with_history", "history_and_profile", lambda user: user.interactions > 0, with_history),
        Segment(
            "profile_only",
            "profile",
            lambda user: user.user_type is not None,
            lambda: make(Content(p.content)),
        ),
        Segment("unknown", "recently_active", lambda user: True, make),
    )


def build_state(parameters: Parameters) -> StateParameters:
    """Return the parameters of the state."""
    return RecruitingParameters.model_validate(parameters).state


def build_texts(parameters: Parameters) -> TextParameters:
    """Return the parameters of the text vectors."""
    return RecruitingParameters.model_validate(parameters).texts

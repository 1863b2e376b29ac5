"""The segments of openings and applicants, and their models."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from script_shared.domain import Parameters
from script_shared.domains.recruiting.texts import TEXTS
from script_shared.models.base import Component
from script_shared.models.components.co_occurrence import CoOccurrence
from script_shared.models.components.popularity import Popularity
from script_shared.models.components.recency import Recency
from script_shared.models.components.texts.own_texts import OwnTexts
from script_shared.models.components.texts.projection import ProjectionParameters
from script_shared.models.components.texts.similar_users import SimilarUsers, SimilarUsersParameters
from script_shared.models.components.texts.text_match import TextMatch
from script_shared.models.components.texts.text_space import TextParameters
from script_shared.models.components.texts.user_pool import PoolParameters
from script_shared.models.ranking.scorer import ScorerParameters
from script_shared.models.two_sided import TwoSidedRecommender
from script_shared.models.two_stage import TwoStageParameters
from script_shared.segments import Segment
from script_shared.state.pairs import PairParameters
from script_shared.state.state import StateParameters

_DAY = 24
_MONTH = 30 * _DAY
#: Half-lives of the counts, in hours: a week, two months, half a year.
HALF_LIVES = (7.0 * _DAY, 60.0 * _DAY, 180.0 * _DAY)
#: Who applies together: pairs of a user's items within three months.
TOGETHER = PairParameters(
    half_lives=(60.0 * _DAY, 360.0 * _DAY),
    distance=25,
    distance_decay=0.3,
    reverse=1.0,
    time_gap=(0.0, 90.0 * _DAY),
)
#: No pairs of different sessions are counted.
NO_PAIRS = PairParameters(half_lives=(_DAY,), distance=1, time_gap=(0.0, 0.0))
STATE = StateParameters(
    half_lives=HALF_LIVES,
    key_half_lives=(),
    session_gap=90.0 * _DAY,
    co_occurrence=TOGETHER,
    cross_session=NO_PAIRS,
)
#: The scorer is fitted on the two years before the end of the data, the components twice.
FIT_MONTHS = tuple(
    tuple(month * _MONTH for month in group) for group in (range(24, 12, -1), range(12, 0, -1))
)
TWO_STAGE = TwoStageParameters(
    retrieve={"popularity": 300, "similar_users": 1_000, "text_match": 300, "co_occurrence": 300},
    fit_hours=FIT_MONTHS,
    period_hours=_MONTH,
    min_interactions=0,
    fit_users=4_000,
    fit_negatives=100,
    scorer=ScorerParameters(head=300, default_feature="similar_users"),
)


class RecruitingParameters(BaseModel):
    """All parameters of recruiting training; stored in the release's manifest.

    Attributes:
        state: what the state counts.
        with_history: how the model of `with_history` retrieves and learns.
        profile_only: the same for entities without applications: it learns from what new ones received.
        similar_users: how many similar openings or applicants count.
        projection: how the space is fitted in which openings and applicants are similar.
        pools: how they are searched.
        texts: how texts are encoded.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: StateParameters = STATE
    with_history: TwoStageParameters = TWO_STAGE
    profile_only: TwoStageParameters = TWO_STAGE.model_copy(update={"sampling": "arrivals"})
    similar_users: SimilarUsersParameters = SimilarUsersParameters()
    projection: ProjectionParameters = ProjectionParameters()
    pools: PoolParameters = PoolParameters()
    texts: TextParameters = TEXTS


def recruiting_segments(parameters: Parameters) -> tuple[Segment, ...]:
    """Build the segments, in order of precedence; each serves openings and applicants alike."""
    p = RecruitingParameters.model_validate(parameters)
    texts = OwnTexts(p.projection, p.pools)

    def make(two_stage: TwoStageParameters, *components: Component) -> TwoSidedRecommender:
        common = [Popularity(p.state.half_lives), Recency()]
        return TwoSidedRecommender([*components, *common], p.state, two_stage)

    def by_profile(two_stage: TwoStageParameters, *components: Component) -> TwoSidedRecommender:
        return make(two_stage, TextMatch(texts), SimilarUsers(p.similar_users, texts), *components)

    def with_history() -> TwoSidedRecommender:
        half_lives = p.state.co_occurrence.half_lives
        pairs = CoOccurrence("co_occurrence", half_lives, depth=25, fade=0.95, prior=0.3)
        return by_profile(p.with_history, pairs)

    def with_profile() -> TwoSidedRecommender:
        return by_profile(p.profile_only)

    return (
        Segment("with_history", "history_and_profile", lambda user: user.interactions > 0, with_history),
        Segment("profile_only", "profile", lambda user: user.user_type is not None, with_profile),
        Segment("unknown", "recently_active", lambda user: True, lambda: make(p.with_history)),
    )


def build_state(parameters: Parameters) -> StateParameters:
    """Return the parameters of the state."""
    return RecruitingParameters.model_validate(parameters).state


def build_texts(parameters: Parameters) -> TextParameters:
    """Return the parameters of the text vectors."""
    return RecruitingParameters.model_validate(parameters).texts

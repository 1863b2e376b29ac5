"""The definition of the recruiting domain."""

from __future__ import annotations

from script_shared.domain import Domain
from script_shared.domains.recruiting.applications import weight
from script_shared.domains.recruiting.hire_classifier import HireClassifier
from script_shared.domains.recruiting.matching.classifier import MatchClassifier
from script_shared.domains.recruiting.requirement_model import RequirementModel
from script_shared.domains.recruiting.segments import build_state, build_texts, recruiting_segments
from script_shared.domains.recruiting.tables import INTERACTIONS, ITEMS, USERS
from script_shared.domains.recruiting.texts import COMPOSITION

#: Recommendations are evaluated on the applications of this many days.
PERIOD_DAYS = 30
#: The name of the requirement explainer among the classifiers.
REQUIREMENTS = "requirements"
#: The names of the hire classifier and of the classifier of pairs.
PREDICT, MATCH = "predict", "match"

RECRUITING = Domain(
    name="recruiting",
    interactions=INTERACTIONS,
    items=ITEMS,
    users=USERS,
    context=(),
    segments=recruiting_segments,
    state=build_state,
    texts=build_texts,
    composition=COMPOSITION,
    weight=weight,
    classifiers=lambda parameters: {
        REQUIREMENTS: RequirementModel(),
        PREDICT: HireClassifier(),
        MATCH: MatchClassifier(),
    },
    displayed=(
        "title",
        "published_at",
        "category",
        "city",
        "state",
        "areas",
        "level",
        "degree",
        "english",
        "spanish",
        "contract",
        "is_for_disabled",
    ),
    users_are_items=True,
    is_searchable=True,
    period_hours=24 * PERIOD_DAYS,
    evaluated_hours=(24 * PERIOD_DAYS,),
)

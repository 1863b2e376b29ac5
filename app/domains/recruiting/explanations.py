"""Which requirements of openings applicants meet, by the requirement model of a release."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends, Request

from app.errors import NotReadyError
from app.middleware.auth import ApiKeys, Scope, read_key
from app.serving.loaded_release import LoadedRelease
from script_shared.domains.recruiting.requirement_model import Explanation, RequirementModel
from script_shared.domains.recruiting.tables import APPLICANT, OPENING, make_id
from script_shared.requirements.requirement import Requirement, Requirements

#: The model's name in a release.
REQUIREMENTS = "requirements"


def find_model(release: LoadedRelease) -> RequirementModel:
    """Return the requirement model of a release.

    Raises:
        NotReadyError: the release has none.
    """
    model = release.classifiers.get(REQUIREMENTS)
    if not isinstance(model, RequirementModel):
        what = f"the served release has no classifier {REQUIREMENTS!r}"
        raise NotReadyError(what, remedy="serve a release that was trained with it")
    return model


def describe_requirement(requirement: Requirement) -> dict[str, Any]:
    """Return a requirement as JSON values; see `responses.Requirement`."""
    return {
        "requirement": requirement.name,
        "kind": requirement.kind,
        "is_optional": requirement.is_optional,
        "level": requirement.level.label if requirement.level else None,
        "phrase": requirement.phrase,
    }


async def _may_quote(request: Request) -> bool:
    keys: ApiKeys = request.app.state.keys
    key = read_key(request.headers)
    return bool(key) and Scope.USERS in keys.scopes(key or "")


#: Whether the request has a key for users' data: only then lines of an applicant's text are quoted.
QuotesDep = Annotated[bool, Depends(_may_quote)]


def describe_explanation(explanation: Explanation, *, quotes: bool) -> list[dict[str, Any]]:
    """Return an explanation as JSON values; see `responses.AssessedRequirement`.

    Args:
        explanation: of one applicant.
        quotes: whether to quote the applicant's text.
    """
    results = explanation.document()
    hidden = {} if quotes else dict.fromkeys(("evidence", "start", "end"))
    return [result | hidden for result in results]


def add_requirements(
    release: LoadedRelease, item_id: str, entities: Sequence[dict[str, Any]], *, quotes: bool
) -> None:
    """Say in each entity of a list which requirements are met.

    Args:
        release: the release that made the list.
        item_id: id of the opening or applicant that the list is for.
        entities: the serialised applicants or openings.
        quotes: whether to quote applicants' texts.
    """
    model = find_model(release)
    for entity in entities:
        is_applicant = f"{APPLICANT}_id" in entity
        opening = item_id if is_applicant else make_id(OPENING, entity[f"{OPENING}_id"])
        applicant = make_id(APPLICANT, entity[f"{APPLICANT}_id"]) if is_applicant else item_id
        requirements = model.find_requirements(opening)
        if requirements is not None:
            [explanation] = model.explain(requirements, [applicant])
            entity["requirements"] = describe_explanation(explanation, quotes=quotes)


def list_requirements(requirements: Requirements | None) -> list[dict[str, Any]]:
    """Return the requirements of an opening as JSON values; none for an opening without text."""
    return [describe_requirement(requirement) for requirement in requirements.items] if requirements else []

"""Which requirements of openings applicants meet, by the requirement model of a release."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from app.serving.loaded_release import LoadedRelease
from script_shared.domains.recruiting.requirement_model import RequirementModel
from script_shared.domains.recruiting.tables import APPLICANT, OPENING, make_id
from script_shared.requirements.requirement import Requirement, Requirements

#: The model's name in a release.
REQUIREMENTS = "requirements"


def find_model(release: LoadedRelease) -> RequirementModel:
    """Return the requirement model of a release."""
    return cast(RequirementModel, release.classifiers[REQUIREMENTS])


def describe_requirement(requirement: Requirement) -> dict[str, Any]:
    """Return a requirement as JSON values; see `responses.Requirement`."""
    return {
        "requirement": requirement.name,
        "kind": requirement.kind,
        "is_optional": requirement.is_optional,
        "level": requirement.level.label if requirement.level else None,
        "phrase": requirement.phrase,
    }


def add_requirements(release: LoadedRelease, item_id: str, entities: Sequence[dict[str, Any]]) -> None:
    """Say in each entity of a list which requirements are met.

    Args:
        release: the release that made the list.
        item_id: id of the opening or applicant that the list is for.
        entities: the serialised applicants or openings.
    """
    model = find_model(release)
    for entity in entities:
        is_applicant = f"{APPLICANT}_id" in entity
        opening = item_id if is_applicant else make_id(OPENING, entity[f"{OPENING}_id"])
        applicant = make_id(APPLICANT, entity[f"{APPLICANT}_id"]) if is_applicant else item_id
        requirements = model.find_requirements(opening)
        if requirements is not None:
            [explanation] = model.explain(requirements, [applicant])
            entity["requirements"] = explanation.document()


def list_requirements(requirements: Requirements | None) -> list[dict[str, Any]]:
    """Return the requirements of an opening as JSON values; none for an opening without text."""
    return [describe_requirement(requirement) for requirement in requirements.items] if requirements else []

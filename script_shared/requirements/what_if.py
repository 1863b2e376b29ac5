"""What changes when a requirement is edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from script_shared.requirements.explainer import RequirementExplainer
from script_shared.requirements.requirement import Assessment, Profile, Requirement, Requirements, Result
from script_shared.requirements.weights import RequirementWeights


@dataclass(frozen=True, slots=True)
class Edit:
    """What an edit changed in the requirements.

    Attributes:
        added: requirements that the edited text has and the text had not.
        removed: requirements that the edited text has no more.
        changed: requirements that became optional, required, or of another level: before and after.
    """

    added: tuple[Requirement, ...]
    removed: tuple[Requirement, ...]
    changed: tuple[tuple[Requirement, Requirement], ...]


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What an edit changes for a person.

    Attributes:
        name: the id of the person.
        rank_before, rank_after: place among the persons, from 1.
        score_before, score_after: log-odds by the requirements alone; see `RequirementWeights.score`.
        results: the results by the edited text that differ from those before.
    """

    name: str
    rank_before: int
    rank_after: int
    score_before: float
    score_after: float
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The consequences of an edit: of the requirements, and for each person, best after the edit first."""

    edit: Edit
    persons: tuple[PersonChange, ...]


def compare_requirements(before: Requirements, after: Requirements) -> Edit:
    """Return what differs between the requirements of a text and those of its edited form."""
    old = {requirement.key: requirement for requirement in before.items}
    new = {requirement.key: requirement for requirement in after.items}
    return Edit(
        added=tuple(new[key] for key in new if key not in old),
        removed=tuple(old[key] for key in old if key not in new),
        changed=tuple((old[key], new[key]) for key in new if key in old and _differ(old[key], new[key])),
    )


def _differ(before: Requirement, after: Requirement) -> bool:
    return (before.is_optional, before.level) != (after.is_optional, after.level)


def compare_edit(
    explainer: RequirementExplainer,
    before: Requirements,
    after: Requirements,
    profiles: Mapping[str, Profile],
    weights: RequirementWeights,
) -> WhatIf:
    """Assess persons by the requirements of a text and by those of its edited form, and compare.

    Args:
        explainer: assesses the profiles.
        before: the requirements of the text.
        after: the requirements of the edited text.
        profiles: the profiles of the persons, by id.
        weights: order the persons; equal scores keep the order of `profiles`.
    """
    old = {name: explainer.assess(before, profile) for name, profile in profiles.items()}
    new = {name: explainer.assess(after, profile) for name, profile in profiles.items()}
    scores_before = {name: weights.score(assessment) for name, assessment in old.items()}
    scores_after = {name: weights.score(assessment) for name, assessment in new.items()}
    ranks_before, ranks_after = _rank(scores_before), _rank(scores_after)
    persons = [
        PersonChange(
            name=name,
            rank_before=ranks_before[name],
            rank_after=ranks_after[name],
            score_before=scores_before[name],
            score_after=scores_after[name],
            results=_changed_results(old[name], new[name]),
        )
        for name in ranks_after
    ]
    return WhatIf(compare_requirements(before, after), tuple(persons))


def replace_requirement(text: str, requirement: Requirement, replacement: str) -> str:
    """Return a text with another wording in the place of a requirement; an empty one removes it.

    Raises:
        ValueError: a structured field asks for the requirement, not the text.
    """
    if requirement.start is None or requirement.end is None:
        raise ValueError(f"{requirement.name} is not a requirement of the text, but of a field")
    return text[: requirement.start] + replacement + text[requirement.end :]


def _rank(scores: Mapping[str, float]) -> dict[str, int]:
    ordered: Sequence[str] = sorted(scores, key=lambda name: -scores[name])
    return {name: rank for rank, name in enumerate(ordered, start=1)}


def _changed_results(before: Assessment, after: Assessment) -> tuple[Result, ...]:
    known = {result.requirement.key: result.status for result in before.results}
    return tuple(result for result in after.results if known.get(result.requirement.key) != result.status)

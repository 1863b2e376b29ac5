"""Decides which requirements a person meets, with the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from script_shared.requirements.levels import Level
from script_shared.requirements.mentions import Mention
from script_shared.requirements.quotes import is_contact, quote
from script_shared.requirements.requirement import (
    LEVEL,
    MET,
    MISSING,
    SKILL,
    UNKNOWN,
    Assessment,
    Evidence,
    Profile,
    Requirement,
    Requirements,
    Result,
    Status,
)
from script_shared.requirements.vocabulary import Vocabulary

#: Who is said to know a language, without a level, meets this level.
_ASSUMED_RANK = 1


class Assessor:
    """Compares requirements with profiles."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def assess(self, requirements: Requirements, profile: Profile) -> Assessment:
        """Return the result of each requirement for a person."""
        return Assessment(tuple(self._decide(requirement, profile) for requirement in requirements.items))

    def _decide(self, requirement: Requirement, profile: Profile) -> Result:
        known = {name: profile.levels[name] for name in requirement.names if name in profile.levels}
        if known and requirement.kind != SKILL:
            return _compare_levels(requirement, profile, known)
        if requirement.kind == LEVEL:
            return Result(requirement, UNKNOWN)
        found = self._find_evidence(requirement, profile)
        if found and not found[1]:
            return Result(requirement, MET if _is_enough(requirement) else UNKNOWN, found[0])
        if found or profile.is_complete:
            return Result(requirement, MISSING, found[0] if found else None)
        return Result(requirement, UNKNOWN)

    def _find_evidence(self, requirement: Requirement, profile: Profile) -> tuple[Evidence, bool] | None:
        """Return the best evidence, and whether it is a denial: the skill itself before narrower ones."""
        numbers = [self._vocabulary.number[name] for name in requirement.names]
        covering = [*numbers, *(narrow for number in numbers for narrow in self._vocabulary.narrower[number])]
        mentions = [mention for number in covering for mention in profile.mentions.get(number, ())]
        positive = self._first(profile.text, (mention for mention in mentions if not mention.is_negated))
        if positive:
            return self._quote(profile.text, positive), False
        denied = [
            mention
            for number in numbers
            for mention in profile.mentions.get(number, ())
            if mention.is_negated
        ]
        negative = self._first(profile.text, denied)
        return (self._quote(profile.text, negative), True) if negative else None

    @staticmethod
    def _first(text: str, mentions: Iterable[Mention]) -> Mention | None:
        return next((found for found in mentions if not is_contact(text, found.start, found.end)), None)

    def _quote(self, text: str, mention: Mention) -> Evidence:
        skill = self._vocabulary.skills[mention.skill].name
        return Evidence(quote(text, mention.start, mention.end), mention.start, mention.end, skill)


def _compare_levels(requirement: Requirement, profile: Profile, known: Mapping[str, Level]) -> Result:
    name = max(known, key=lambda name: known[name].rank)
    needed = requirement.level.rank if requirement.level else _ASSUMED_RANK
    distance = known[name].rank - needed
    status: Status = MET if distance >= 0 else MISSING
    return Result(requirement, status, _quote_level(profile.text, name, known[name]), distance)


def _is_enough(requirement: Requirement) -> bool:
    """Return whether a mention without a level meets a requirement."""
    return requirement.level is None or requirement.level.rank <= _ASSUMED_RANK


def _quote_level(text: str, name: str, level: Level) -> Evidence:
    if level.start is None or level.end is None:
        return Evidence(f"{name}: {level.label}")
    return Evidence(quote(text, level.start, level.end), level.start, level.end, name)


def group_mentions(mentions: Sequence[Mention]) -> dict[int, list[Mention]]:
    """Return the mentions by number of the skill."""
    groups: dict[int, list[Mention]] = {}
    for mention in mentions:
        groups.setdefault(mention.skill, []).append(mention)
    return groups

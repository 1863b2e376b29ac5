"""The values of the explainer: a requirement, its result for a person, and the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from script_shared.requirements.levels import Level
from script_shared.requirements.mentions import Mention

SKILL: Final = "skill"
LANGUAGE: Final = "language"
LEVEL: Final = "level"
Kind = Literal["skill", "language", "level"]
MET: Final = "met"
MISSING: Final = "missing"
UNKNOWN: Final = "unknown"
Status = Literal["met", "missing", "unknown"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something that is asked for.

    Attributes:
        kind: a skill, a language, or a level on another scale.
        names: the skill, or several of which one is enough; the language; the name of the scale.
        is_optional: whether it is only desirable.
        level: the level that is at least needed; None where any is enough, and for skills.
        start, end: where the text asks for it; None where a structured field does.
        phrase: the phrase that asks for it, quoted.
    """

    kind: Kind
    names: tuple[str, ...]
    is_optional: bool = False
    level: Level | None = None
    start: int | None = None
    end: int | None = None
    phrase: str = ""

    @property
    def name(self) -> str:
        """The name as shown to people, such as `Java or Kotlin`."""
        return " or ".join(self.names)

    @property
    def key(self) -> tuple[Kind, frozenset[str]]:
        """What identifies the requirement among those of one text."""
        return self.kind, frozenset(self.names)

    @property
    def weight_name(self) -> str:
        """The name of the weight that applies to the requirement."""
        if self.kind == SKILL:
            return "optional_skills" if self.is_optional else "required_skills"
        return self.names[0]


@dataclass(frozen=True, slots=True)
class Requirements:
    """The requirements of a text.

    Attributes:
        items: in the order of the text, those of structured fields first; none repeats.
        unrecognised: phrases in which nothing of the vocabulary was found, quoted; they are not assessed.
    """

    items: tuple[Requirement, ...]
    unrecognised: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a person.

    Attributes:
        text: the text in which evidence is sought.
        mentions: by number of a skill its mentions, with spans of the text.
        levels: levels by name of a language or a scale.
        is_complete: whether a skill that the text does not mention is missing, rather than unknown.
    """

    text: str
    mentions: Mapping[int, Sequence[Mention]] = field(default_factory=dict)
    levels: Mapping[str, Level] = field(default_factory=dict)
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a requirement is met or missing.

    Attributes:
        quote: the line of the text, at most 160 characters, without contact data; or the structured value.
        start, end: span of the term in the text; None for a structured value.
        skill: the skill found, which may be narrower than the one required; empty for levels.
    """

    quote: str
    start: int | None = None
    end: int | None = None
    skill: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """Whether a person meets a requirement.

    Attributes:
        requirement: the requirement.
        status: `unknown` where nothing is known, never `missing`.
        evidence: for a met requirement, and for a missing one that the text denies or a level contradicts.
        distance: level of the person minus the required one; None where one is unknown.
    """

    requirement: Requirement
    status: Status
    evidence: Evidence | None = None
    distance: int | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The results of all requirements of a text for one person, in the order of the requirements."""

    results: tuple[Result, ...]

    def with_status(self, status: Status) -> tuple[Result, ...]:
        """Return the results with a status."""
        return tuple(result for result in self.results if result.status == status)

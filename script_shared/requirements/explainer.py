"""The requirement explainer: which requirements of a text a person meets, misses, or may meet.

Requirements are scored one by one, so that the explanation is exact (PJFNN, Zhu et al., arXiv 1810.04040).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from script_shared.requirements.assessment import Assessor, group_mentions
from script_shared.requirements.extraction import RequirementExtractor
from script_shared.requirements.folding import FoldedText, fold
from script_shared.requirements.levels import Level
from script_shared.requirements.mentions import Mention, MentionFinder
from script_shared.requirements.requirement import Assessment, Profile, Requirement, Requirements
from script_shared.requirements.vocabulary import Vocabulary


class RequirementExplainer:
    """Reads requirements and profiles, and compares them; it has no state but the vocabulary.

    Attributes:
        vocabulary: the skills that are known.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._finder = MentionFinder(vocabulary)
        self._extractor = RequirementExtractor(vocabulary, self._finder)
        self._assessor = Assessor(vocabulary)

    @classmethod
    def open(cls, path: Path) -> RequirementExplainer:
        """Return an explainer with the vocabulary of a file.

        Raises:
            SettingsError: the vocabulary is invalid; the error names the line.
        """
        return cls(Vocabulary.parse(path.read_text(encoding="utf-8"), path.name))

    def read_requirements(self, text: str, structured: Sequence[Requirement] = ()) -> Requirements:
        """Return the requirements of a text and of structured fields; see `RequirementExtractor.extract`."""
        return self._extractor.extract(text, structured)

    def read_profile(
        self, text: str, levels: Mapping[str, Level] | None = None, *, is_complete: bool = True
    ) -> Profile:
        """Find the skills and the levels of languages in the text of a person.

        Args:
            text: the text; an empty one is never complete.
            levels: known levels; they win over those that the text states.
            is_complete: whether a skill that the text does not mention is missing.
        """
        folded = fold(text)
        found = self._finder.find(folded)
        known = self._extractor.find_language_levels(folded, found) | dict(levels or {})
        mentions = group_mentions(_restore_spans(folded, found))
        return Profile(text, mentions, known, is_complete and bool(text.strip()))

    def find_mentions(self, text: str) -> list[Mention]:
        """Return the mentions of all skills, with spans of the text."""
        folded = fold(text)
        return _restore_spans(folded, self._finder.find(folded))

    def assess(self, requirements: Requirements, profile: Profile) -> Assessment:
        """Return which of the requirements a person meets, with the evidence."""
        return self._assessor.assess(requirements, profile)


def _restore_spans(folded: FoldedText, mentions: Sequence[Mention]) -> list[Mention]:
    """Return mentions with the spans of the original text."""
    if folded.positions is None:
        return list(mentions)
    return [
        Mention(mention.skill, *folded.original_span(mention.start, mention.end), mention.is_negated)
        for mention in mentions
    ]

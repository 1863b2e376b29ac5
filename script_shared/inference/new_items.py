"""What an item that has just come out says of itself, in the release's own terms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from script_shared.domain import Domain
from script_shared.events.event import Details, Event
from script_shared.models.components.text_space import TextSpace, compose
from script_shared.releases.store import Release
from script_shared.types import FeatureArray, IntArray, LongArray
from script_shared.vocabulary import UNKNOWN, Vocabulary


@dataclass(frozen=True, slots=True)
class NewItems:
    """Items, a row each.

    Attributes:
        ids: distinct, in the publisher's own form.
        published_ms: when they are published, ms UTC; -1 where that is not reported.
        reported_ms: when they were reported, ms UTC.
        expires_ms: when they expire, ms UTC; None where that is not reported.
        categories: positions of their categories; one more than there are for those the release does not
            know, -1 where none is reported.
        vectors: of their texts.
    """

    ids: tuple[str, ...]
    published_ms: LongArray
    reported_ms: LongArray
    expires_ms: tuple[int | None, ...]
    categories: IntArray
    vectors: FeatureArray


@dataclass(frozen=True, slots=True)
class NewItemEncoder:
    """Describes new items as the release describes its own.

    Attributes:
        space: in which texts lie.
        categories: those that the release knows.
        characters: of each body, so many are read.
    """

    space: TextSpace
    categories: Vocabulary
    characters: int

    @classmethod
    def load(cls, release: Release, domain: Domain) -> NewItemEncoder:
        """Read what a release says of texts and categories.

        Raises:
            ReleaseCorruptedError: a part is missing.
        """
        categories = Vocabulary.restore(release.bundle("state/categories").arrays)
        parameters = domain.texts(release.manifest.parameters)
        return cls(TextSpace.load(release.bundle("space")), categories, parameters.characters)

    def add_item_vectors(self, events: list[Event]) -> NewItems:
        """Describe the items that events report, each once."""
        details = [event.details for event in events]
        return NewItems(
            tuple(event.item_id for event in events),
            np.array([int(each.get("published_ms", UNKNOWN)) for each in details], np.int64),
            np.array([event.time_ms for event in events], np.int64),
            tuple(int(each["expires_ms"]) if "expires_ms" in each else None for each in details),
            np.array([self._category(each) for each in details], np.int32),
            self.space.transform([self._text(each) for each in details]),
        )

    def _category(self, details: Details) -> int:
        if "category" not in details:
            return UNKNOWN
        known = self.categories.find(str(details["category"]))
        return len(self.categories) if known == UNKNOWN else known

    def _text(self, details: Details) -> str:
        title, body, region, category = (
            str(details.get(name) or "") for name in ("title", "body", "region", "category")
        )
        return compose(title, body[: self.characters], region, category)

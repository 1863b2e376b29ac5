"""Encodes items that are reported while a release serves, with the release's text space and categories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from script_shared.domain import Domain
from script_shared.events.event import Details, Event
from script_shared.models.components.texts.text_space import TextComposition, TextParameters, TextSpace
from script_shared.releases.store import Release
from script_shared.types import FeatureArray, IntArray, LongArray
from script_shared.vocabulary import UNKNOWN, Vocabulary


@dataclass(frozen=True, slots=True)
class NewItems:
    """New or changed items, one row each.

    Attributes:
        ids: distinct external ids.
        published_ms: published time, ms UTC; -1 where not reported.
        reported_ms: time of the report, ms UTC.
        expires_ms: expiry, ms UTC; None where not reported.
        categories: positions of the categories; the number of categories for one that the release does not
            contain, -1 where not reported.
        vectors: text vectors, shape (items, dimensions).
    """

    ids: tuple[str, ...]
    published_ms: LongArray
    reported_ms: LongArray
    expires_ms: tuple[int | None, ...]
    categories: IntArray
    vectors: FeatureArray


@dataclass(frozen=True, slots=True)
class NewItemEncoder:
    """Encodes reported items like those of the release.

    Attributes:
        space: the text space.
        categories: the categories of the release.
        composition: composes the text of an item.
        parameters: how texts are encoded.
    """

    space: TextSpace
    categories: Vocabulary
    composition: TextComposition
    parameters: TextParameters

    @classmethod
    def load(cls, release: Release, domain: Domain) -> NewItemEncoder:
        """Load the text space and the categories of a release.

        Raises:
            ReleaseCorruptedError: a part is missing.
        """
        categories = Vocabulary.restore(release.bundle("state/categories").arrays)
        parameters = domain.texts(release.manifest.parameters)
        return cls(TextSpace.load(release.bundle("space")), categories, domain.composition, parameters)

    def encode(self, events: list[Event]) -> NewItems:
        """Return the items of some events, whose item ids are distinct."""
        details = [event.details for event in events]
        return NewItems(
            tuple(event.item_id for event in events),
            np.array([int(fields.get("published_ms", UNKNOWN)) for fields in details], np.int64),
            np.array([event.time_ms for event in events], np.int64),
            tuple(int(fields["expires_ms"]) if "expires_ms" in fields else None for fields in details),
            np.array([self._category(fields) for fields in details], np.int32),
            self.space.transform([self.compose(fields) for fields in details]),
        )

    def _category(self, details: Details) -> int:
        if "category" not in details:
            return UNKNOWN
        position = self.categories.find(str(details["category"]))
        return len(self.categories) if position == UNKNOWN else position

    def compose(self, details: Details) -> str:
        """Return the text of an item with these fields."""
        names = (*self.composition.columns, "category")
        item = {name: str(details.get(name) or "") for name in names}
        return self.composition.compose(item, self.parameters)

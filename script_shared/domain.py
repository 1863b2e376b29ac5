"""A domain, such as news, as an immutable value: its tables, segments, parameters and gates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from script_shared.clock import MS_PER_HOUR
from script_shared.evaluation.gates import Gates
from script_shared.models.classifier import Classifier
from script_shared.models.components.texts.text_space import ITEM_TEXT, TextComposition, TextParameters
from script_shared.segments import Segment
from script_shared.state.state import StateParameters
from script_shared.tables import Schema

#: JSON values from which a domain's segments and state are built; every release's manifest contains them.
Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Domain:
    """What the domain-independent code needs to know about a domain.

    Attributes:
        name: also the name of the domain's folder on the volume.
        interactions, items, users: schemas of the refined tables.
        context: columns of an interaction that a request may contain, too.
        segments: builds the segments from parameters, in order of precedence; the last accepts every user.
        state: builds the parameters of the state.
        texts: builds the parameters of the items' text vectors.
        composition: composes the text of an item; by default title, body, region and category as one text.
        weight: returns the weight of an interaction from its known columns; 1 = average.
        stop_words: words that text vectors ignore, in lower case without accents.
        gates: thresholds that a release must meet before it serves.
        classifiers: builds the classifiers from parameters, by name; no segment has the same name.
        displayed: columns of the items that the service may return, or by which it filters.
        users_are_items: whether each user is an item, too, of the same id. Users and items then have the same
            positions.
        is_searchable: whether releases contain an index of the items' texts, so that items are found by text.
        period_hours: recommendations are evaluated on the interactions of so many hours after a cut-off.
        evaluated_hours: the cut-offs, in hours before the end of the data.
    """

    name: str
    interactions: Schema
    items: Schema
    users: Schema
    context: tuple[str, ...]
    segments: Callable[[Parameters], tuple[Segment, ...]]
    state: Callable[[Parameters], StateParameters]
    texts: Callable[[Parameters], TextParameters]
    weight: Callable[[Mapping[str, str | float]], float]
    composition: TextComposition = ITEM_TEXT
    stop_words: tuple[str, ...] = ()
    gates: Gates = field(default_factory=Gates)
    classifiers: Callable[[Parameters], Mapping[str, Classifier]] = lambda _: {}
    displayed: tuple[str, ...] = ("title", "url", "published_at", "category", "region")
    users_are_items: bool = False
    is_searchable: bool = False
    period_hours: int = 1
    evaluated_hours: tuple[int, ...] = (1, 25)

    @property
    def period_ms(self) -> int:
        """The length of the evaluated period, ms."""
        return self.period_hours * MS_PER_HOUR

"""A domain as a frozen value: what training and serving need to know of news, or of another field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from script_shared.evaluation.gates import Gates
from script_shared.models.components.text_space import TextParameters
from script_shared.segments import Segment
from script_shared.state.state import StateParameters
from script_shared.tables import Schema

#: Plain JSON values that make a domain's segments and state; kept in every release's manifest.
Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Domain:
    """What the spine must be told about a field.

    Attributes:
        name: names the domain's folder on the volume.
        interactions, items, users: the schemas of its refined tables.
        context: columns of an interaction that a request may carry too.
        segments: makes the segments from parameters; order matters, the last accepts everybody.
        state: makes the state's parameters from parameters.
        texts: says how the items' texts become vectors.
        stop_words: words that say nothing about a text, plain.
        gates: what a release must show before it serves.
        weight: how much an interaction counts, by its columns that are known; 1 = a plain one.
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
    stop_words: tuple[str, ...] = ()
    gates: Gates = field(default_factory=Gates)

"""From a release's files to what an engine works on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from script_shared.clock import Clock, ReplayClock, WallClock
from script_shared.domain import Domain
from script_shared.inference.router import Router
from script_shared.models.base import Recommender
from script_shared.releases.store import Release
from script_shared.segments import Segment
from script_shared.state.state import Sizes, State
from script_shared.vocabulary import GrowingVocabulary, Vocabulary

#: Parts of a release's state that are not the state's own snapshot.
VOCABULARIES = ("users", "vocabulary", "keys")

#: Readers and items that a release takes in while it serves; the next release has room again.
USER_ROOM = 200_000
ITEM_ROOM = 10_000

#: Lists for everybody are worked out anew so long after an interaction, at the latest.
PATIENCE_MS = 500


def load_router(release: Release, domain: Domain, segments: Sequence[Segment]) -> Router:
    """Load vocabularies, with room for new readers and items, and login states."""
    users, items, keys = (Vocabulary.restore(release.bundle(f"state/{x}").arrays) for x in VOCABULARIES)
    readers, catalogue = GrowingVocabulary(users, USER_ROOM), GrowingVocabulary(items, ITEM_ROOM)
    context = GrowingVocabulary(keys, 0)
    types = release.bundle("state/user_types")
    names = np.array([*types.document["names"], None], object)
    user_types = np.full(readers.capacity, None, object)
    user_types[: len(users)] = names[types.arrays["code"]]
    return Router(readers, catalogue, context, domain.context, user_types, segments)


def load_state(release: Release, domain: Domain, router: Router) -> State:
    """Load the state as of the release; the room for new items is of no known category."""
    sizes = Sizes(router.users.capacity, router.items.capacity, len(router.keys), len(router.context))
    state = State(domain.state(release.manifest.parameters), sizes)
    state.max_staleness_ms = PATIENCE_MS
    parts = {name.removeprefix("state/"): release.bundle(name) for name in release.bundles("state")}
    state.restore(parts)
    state.items.category[len(router.items) :] = len(Vocabulary.restore(parts["categories"].arrays))
    return state


def load_model(release: Release, segment: Segment) -> Recommender:
    """Load what a segment's model learned."""
    model = segment.make_model()
    model.load(release.bundle(f"models/{segment.name}"))
    return model


def clock_of(release: Release) -> Clock:
    """Return the clock that a release is served by: a replayed one starts at `as_of`."""
    return ReplayClock(release.manifest.as_of_ms) if release.manifest.replay else WallClock()

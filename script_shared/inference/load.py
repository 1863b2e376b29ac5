"""Loads the parts of an engine from a release."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from script_shared.clock import Clock, ReplayClock, WallClock
from script_shared.domain import Domain
from script_shared.inference.router import Router
from script_shared.inference.text_index import TEXTS, TextIndex
from script_shared.models.base import Recommender
from script_shared.models.classifier import Classifier
from script_shared.releases.store import Release
from script_shared.segments import Segment
from script_shared.state.state import Sizes, State
from script_shared.vocabulary import GrowingVocabulary, Vocabulary

#: Parts of a release's state that are vocabularies of the router.
VOCABULARIES = ("users", "vocabulary", "keys")

#: New users and items that a release accepts while it serves.
MAX_NEW_USERS = 200_000
MAX_NEW_ITEMS = 10_000

#: Maximum age of cached lists behind the newest interaction.
MAX_STALENESS_MS = 500


def load_router(release: Release, domain: Domain, segments: Sequence[Segment]) -> Router:
    """Load the vocabularies, with room for new users and items, and the login states."""
    users, items, keys = (Vocabulary.restore(release.bundle(f"state/{x}").arrays) for x in VOCABULARIES)
    all_users = GrowingVocabulary(users, MAX_NEW_USERS)
    all_items = all_users if domain.users_are_items else GrowingVocabulary(items, MAX_NEW_ITEMS)
    context_keys = GrowingVocabulary(keys, 0)
    types = release.bundle("state/user_types")
    names = np.array([*types.document["names"], None], object)
    user_types = np.full(all_users.capacity, None, object)
    user_types[: len(users)] = names[types.arrays["code"]]
    return Router(all_users, all_items, context_keys, domain.context, user_types, segments)


def load_state(release: Release, domain: Domain, router: Router) -> State:
    """Load the state as of the release; positions of future items get an unknown category."""
    sizes = Sizes(router.users.capacity, router.items.capacity, len(router.keys), len(router.context))
    state = State(domain.state(release.manifest.parameters), sizes)
    state.max_staleness_ms = MAX_STALENESS_MS
    parts = {name.removeprefix("state/"): release.bundle(name) for name in release.bundles("state")}
    state.restore(parts)
    state.items.category[len(router.items) :] = len(Vocabulary.restore(parts["categories"].arrays))
    return state


def load_model(release: Release, segment: Segment) -> Recommender:
    """Load a segment's fitted model."""
    model = segment.make_model()
    model.load(release.bundle(f"models/{segment.name}"))
    return model


def load_classifiers(release: Release, domain: Domain) -> dict[str, Classifier]:
    """Load the fitted classifiers of a domain, by name."""
    classifiers = dict(domain.classifiers(release.manifest.parameters))
    for name, classifier in classifiers.items():
        classifier.load(release.bundle(f"models/{name}"))
    return classifiers


def load_text_index(release: Release, domain: Domain) -> TextIndex | None:
    """Load the index of the items' texts; None for a domain without one."""
    return TextIndex.load(release.bundle(TEXTS)) if domain.is_searchable else None


def make_clock(release: Release) -> Clock:
    """Return the clock of a release: a replay clock that starts at `as_of` for replayed data."""
    return ReplayClock(release.manifest.as_of_ms) if release.manifest.replay else WallClock()

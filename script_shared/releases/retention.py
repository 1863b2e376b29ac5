"""Retention: removes old releases, and never one that is served or that a rollback would restore."""

from __future__ import annotations

from collections.abc import Sequence

from script_shared.releases.base import CanServe, ReleaseRegistry, accept_all
from script_shared.releases.state import RegistryState


def prune_releases(registry: ReleaseRegistry, keep: int, can_serve: CanServe = accept_all) -> Sequence[str]:
    """Remove old releases and return their ids; a removal that was killed is completed.

    Champion, challenger and the newest valid earlier champion are never removed, nor are releases that were
    written and not yet published. The ids are marked before the files are removed, so that no process can
    publish a release that another one is removing.

    Args:
        registry: contains the releases.
        keep: number of the newest releases to keep, at least 1.
        can_serve: as for `ReleaseRegistry.rollback`.

    Raises:
        ReleaseStoreError: the registry cannot be changed now.
    """

    def change(state: RegistryState) -> RegistryState:
        kept = {state.champion, state.challenger, registry.find_earlier_champion(state, can_serve)}
        published = [entry.id for entry in registry.list() if entry.id in state.versions]
        return state.start_removal(name for name in published[keep:] if name not in kept)

    removing = registry.update(change).removing
    for release_id in removing:
        registry.remove(release_id)
    registry.update(lambda state: state.finish_removal(removing))
    return removing

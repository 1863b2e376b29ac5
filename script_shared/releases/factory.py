"""Opens the registry of a volume: in its folder, or on the object store that its settings name."""

from __future__ import annotations

from script_shared.releases.base import ReleaseRegistry
from script_shared.releases.registry import Registry
from script_shared.storage.volume import Volume


def open_registry(volume: Volume) -> ReleaseRegistry:
    """Return the registry of a volume's releases.

    Raises:
        ReleaseStoreError: the address of the object store is malformed.
    """
    if not volume.releases_url:
        return Registry(volume.releases)
    # obstore loads in 30 ms; services without an object store do without it.
    from script_shared.releases.object_registry import ObjectRegistry
    from script_shared.releases.object_store import ObjectStore

    return ObjectRegistry(ObjectStore.open(volume.releases_url), volume.release_cache)

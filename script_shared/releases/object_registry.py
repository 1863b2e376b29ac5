"""The registry on an object store: releases below a prefix, and one object with the state."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from obstore.exceptions import NotModifiedError
from pydantic import ValidationError

from script_shared.clock import Clock
from script_shared.errors import ReleaseError, ReleaseNotFoundError, ReleaseStoreError
from script_shared.releases.base import Change, ReleaseRegistry
from script_shared.releases.manifest import (
    MANIFEST,
    Facts,
    Manifest,
    is_safe_id,
    make_corrupted_error,
    parse_manifest,
)
from script_shared.releases.object_release import upload_files, verify_files
from script_shared.releases.object_store import ObjectStore, StoredObject
from script_shared.releases.release_cache import ReleaseCache
from script_shared.releases.state import RegistryState
from script_shared.releases.store import Release

STATE = "registry.json"

#: Each failed attempt is another process's success, so that so many in a row are not expected.
_ATTEMPTS = 50
_PAUSE_SECONDS = 0.02


class _Stored(NamedTuple):
    """A state that was read, and the e-tag of its object; None for an object that does not exist."""

    state: RegistryState
    e_tag: str | None
    revision: str = ""


class ObjectRegistry(ReleaseRegistry):
    """The registry on an object store.

    The files of a release are written first and its manifest last, only if there is none. All aliases are in
    one object, which a change replaces if its e-tag is still the one that was read: of two concurrent changes
    one succeeds, and the other one is made anew on the result.

    Args:
        store: the prefix of one domain.
        cache: folder of local copies, which are memory-mapped.
    """

    def __init__(self, store: ObjectStore, cache: Path) -> None:
        self._store, self._cache = store, ReleaseCache(cache)
        self.places = (store.address, str(cache))
        self._last_read = _Stored(RegistryState(), None)
        self._manifests: dict[str, Manifest] = {}

    def state(self) -> RegistryState:
        """Return the current state; an unchanged one costs one request without content."""
        return self._read().state

    def find_ids(self) -> Sequence[str]:
        """Return the ids of all releases, also of those whose upload has not ended."""
        return [name for name in self._store.folders() if is_safe_id(name)]

    def read_manifest(self, release_id: str) -> Manifest:
        """Read the manifest of a release; see `ReleaseRegistry`."""
        path = f"{release_id}/{MANIFEST}"
        stored = self._store.read(path) if is_safe_id(release_id) else None
        if stored is None:
            raise self._make_not_found_error(release_id)
        manifest = parse_manifest(stored.content, self._store.locate(path))
        if manifest.release_id != release_id:
            what = f"it describes another release, {manifest.release_id!r}"
            raise make_corrupted_error(self._store.locate(path), what)
        return manifest

    def verify(self, release_id: str) -> Manifest:
        """Read all files of a release from the store; see `ReleaseRegistry`."""
        manifest = self.read_manifest(release_id)
        verify_files(self._store, manifest)
        return manifest

    def get(self, release_id: str, verify: bool = True) -> Release:
        """Open the local copy of a release, which is downloaded first if it is missing or damaged."""
        manifest = self.read_manifest(release_id)
        release = self._cache.get(self._store, manifest, verify)
        state = self.state()
        self._cache.remove_others(
            {release_id, *filter(None, (state.champion, state.challenger)), *state.champions[-1:]}
        )
        return release

    def write(self, facts: Facts, fill: Callable[[Path], None], clock: Clock | None = None) -> Release:
        """Write a release into the cache and upload it; see `ReleaseRegistry`."""
        return self._cache.write(facts, fill, clock, self._upload)

    def _upload(self, release: Release) -> None:
        """Upload a release unless it is stored; a corrupted one is replaced."""
        is_corrupted = False
        try:
            self.verify(release.id)
        except ReleaseNotFoundError:
            pass
        except ReleaseError:
            is_corrupted = True
        else:
            return
        upload_files(self._store, release)
        path, content = f"{release.id}/{MANIFEST}", release.manifest.text().encode()
        if is_corrupted:
            self._store.write(path, content)
        else:
            # Where another process has written it meanwhile, the content is the same.
            self._store.create(path, content)

    def _read(self) -> _Stored:
        last = self._last_read
        try:
            stored = self._store.read(STATE, last.e_tag)
        except NotModifiedError:
            return last
        self._last_read = _Stored(RegistryState(), None) if stored is None else self._parse(stored)
        return self._last_read

    def _parse(self, stored: StoredObject) -> _Stored:
        try:
            document = json.loads(stored.content)
            state = RegistryState.model_validate(document["state"])
            return _Stored(state, stored.e_tag, str(document["revision"]))
        except (ValidationError, ValueError, TypeError, KeyError) as error:
            remedy = "restore an earlier version of the object, or delete it and publish again"
            what = "this is not the state of a registry"
            raise ReleaseError(what, where=self._store.locate(STATE), remedy=remedy) from error

    def update(self, change: Change) -> RegistryState:
        """Replace the state if its object has not changed since it was read; see `ReleaseRegistry`."""
        for attempt in range(_ATTEMPTS):
            stored = self._read()
            state = change(stored.state)
            if state == stored.state or self._replace(state, stored.e_tag):
                return state
            time.sleep(_PAUSE_SECONDS * attempt)
        what, remedy = "the registry was changed by others each time", "try again"
        raise ReleaseStoreError(what, where=self._store.locate(STATE), remedy=remedy)

    def _replace(self, state: RegistryState, e_tag: str | None) -> bool:
        """Write a state if nothing else was written since; return whether it was.

        A client repeats a request whose response was lost, and the repetition fails although the first one
        had succeeded: the revision tells.
        """
        revision = uuid.uuid4().hex
        document = {"revision": revision, "state": state.model_dump(mode="json")}
        content = json.dumps(document, indent=1).encode() + b"\n"
        return self._store.replace(STATE, content, e_tag) or self._read().revision == revision

    def remove(self, release_id: str) -> None:
        """Remove the objects of a release, its manifest first; see `ReleaseRegistry`."""
        self._manifests.pop(release_id, None)
        names = self._store.sizes(release_id)
        manifest_first = sorted(names, key=lambda name: name != MANIFEST)
        self._store.delete([f"{release_id}/{name}" for name in manifest_first])

    def _read_listed(self, release_id: str) -> Manifest:
        """Read a manifest once: releases do not change, and a list would request each one every time."""
        if release_id not in self._manifests:
            self._manifests[release_id] = self.read_manifest(release_id)
        return self._manifests[release_id]

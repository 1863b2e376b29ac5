"""Registries on every kind of storage, and changes of stored files, for tests that hold for all of them."""

from obstore.store import MemoryStore

from script_shared.clock import FixedClock
from script_shared.releases.object_registry import ObjectRegistry
from script_shared.releases.object_store import ObjectStore
from script_shared.releases.registry import Registry
from tests.support.releases.tiny_releases import TINY_FACTS, fill_tiny_release


class FolderStorage:
    """Registries in one folder."""

    def __init__(self, folder):
        self.folder = folder
        self.folder.mkdir()

    def open(self, _="first"):
        return Registry(self.folder)

    def read(self, path):
        return (self.folder / path).read_bytes()

    def write(self, path, content):
        (self.folder / path).write_bytes(content)

    def delete(self, path):
        (self.folder / path).unlink()

    def names(self):
        """Return the names of the stored releases, complete or not."""
        return {path.name for path in self.folder.iterdir() if path.is_dir()}


class ObjectStorage:
    """Registries on one bucket; each machine has a cache of its own."""

    def __init__(self, store, folder):
        self.store, self.folder = store, folder

    def open(self, machine="first"):
        return ObjectRegistry(self.store, self.folder / machine)

    def read(self, path):
        return self.store.read(path).content

    def write(self, path, content):
        self.store.write(path, content)

    def delete(self, path):
        self.store.delete([path])

    def names(self):
        return set(self.store.folders())


def open_memory(folder):
    return ObjectStorage(ObjectStore(MemoryStore(), "memory://releases"), folder)


def write_tiny(registry, mark="first", *, fill=None, now_ms=0):
    """Write a release of a few bytes into a registry; `mark` distinguishes it from others."""
    return registry.write(TINY_FACTS, fill or fill_tiny_release(mark), FixedClock(now_ms))

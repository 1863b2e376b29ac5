"""Crashes, lost responses and local copies of the registry on an object store."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from obstore.store import MemoryStore

from script_shared.errors import ReleaseCorruptedError, ReleaseError, ReleaseStoreError
from script_shared.releases.manifest import MANIFEST
from script_shared.releases.object_registry import STATE, ObjectRegistry
from script_shared.releases.object_store import ObjectStore
from script_shared.releases.retention import prune_releases
from script_shared.releases.state import CHALLENGER, CHAMPION
from tests.support.releases.crashing_store import CrashingStore, crash_at_each_request
from tests.support.releases.registries import write_tiny
from tests.support.releases.registry_contract import publish_all

ADDRESS = "memory://releases"
ARRAY = "models/a/values.npy"


@pytest.fixture
def bucket():
    return MemoryStore()


@pytest.fixture
def store(bucket):
    return ObjectStore(bucket, ADDRESS)


@pytest.fixture
def open_on(tmp_path, store):
    """Open a registry with the cache of a machine."""

    def open_on(machine, of=store):
        return ObjectRegistry(of, tmp_path / machine)

    return open_on


@pytest.fixture
def registry(open_on):
    return open_on("first")


def read_mark(registry):
    return registry.open().bundle("models/a").document["mark"]


def test_crash_of_a_publisher_before_any_request_leaves_a_valid_champion(bucket, registry, open_on):
    (first,) = publish_all(registry, "one")

    def publish(store):
        publisher = open_on("publisher", store)
        publisher.publish(write_tiny(publisher, "two", now_ms=1_000).id)
        publisher.promote()

    marks = [read_mark(open_on(f"reader-{step}")) for step in crash_at_each_request(bucket, publish)]
    assert len(marks) >= 25
    assert set(marks) == {"one"}
    assert read_mark(registry) == "two"
    assert registry.champions() == (first,)


def test_crash_of_a_rollback_leaves_either_champion(bucket, registry, open_on):
    first, second = publish_all(registry, "one", "two")
    for _ in crash_at_each_request(bucket, lambda store: open_on("other", store).rollback()):
        assert (registry.find(), registry.champions()) == (second, (first,))
    assert (registry.find(), registry.champions()) == (first, ())


def test_crash_of_a_removal_is_completed_by_the_next_one(bucket, registry, open_on):
    ids = publish_all(registry, "one", "two", "three", "four")
    steps = 0
    for _ in crash_at_each_request(bucket, lambda store: prune_releases(open_on("other", store), 1)):
        steps += 1
        assert registry.open().id == ids[3]
        assert all(registry.verify(name) for name in ids[2:])
        for name in ids[:2]:
            assert name in {entry.id for entry in registry.list()} or name not in registry.state().champions
    assert steps >= 12
    assert set(registry._store.folders()) == set(ids[2:])
    assert registry.state().removing == ()


def test_crash_of_a_download_is_continued(bucket, registry, open_on):
    publish_all(registry, "one")
    steps = list(crash_at_each_request(bucket, lambda store: open_on("reader", store).open()))
    assert len(steps) >= 5
    assert read_mark(open_on("reader")) == "one"


def test_download_is_continued_from_the_bytes_that_are_there(store, registry, open_on, tmp_path):
    (first,) = publish_all(registry, "one")
    content = store.read(f"{first}/{ARRAY}").content
    draft = tmp_path / "reader" / f".downloading-{first}"
    (draft / "models" / "a").mkdir(parents=True)
    (draft / ARRAY).write_bytes(content[:-8])
    (draft / "models" / "a" / "unlisted.npy").write_bytes(b"")
    # The first bytes are not read again: the store's are wrong.
    store.write(f"{first}/{ARRAY}", b"?" + content[1:])
    assert (open_on("reader").open().folder / ARRAY).read_bytes() == content
    with pytest.raises(ReleaseCorruptedError):
        open_on("another").open()


@pytest.mark.parametrize("left", [b"?", b"?" * 5_000])
def test_wrong_bytes_of_an_earlier_download_are_read_again(registry, open_on, tmp_path, left):
    (first,) = publish_all(registry, "one")
    draft = tmp_path / "reader" / f".downloading-{first}"
    (draft / "models" / "a").mkdir(parents=True)
    (draft / ARRAY).write_bytes(left)
    assert read_mark(open_on("reader")) == "one"


def test_damaged_copy_is_downloaded_again(registry, open_on):
    publish_all(registry, "one")
    release = open_on("reader").open()
    (release.folder / ARRAY).write_bytes(b"?" * (release.folder / ARRAY).stat().st_size)
    assert open_on("reader").open(verify=False).manifest == release.manifest
    assert open_on("reader").open().id == release.id


def test_copies_of_one_machine_are_downloaded_once(bucket, registry, open_on):
    (first,) = publish_all(registry, "one")
    stores = [CrashingStore(bucket, ADDRESS, 1_000) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        folders = list(pool.map(lambda store: open_on("reader", store).get(first).folder, stores))
    assert len(set(folders)) == 1
    # The manifest and the state; one of them has listed and read five files.
    assert sorted(1_000 - store.remaining for store in stores) == [2, 2, 2, 2, 2, 8]


def test_old_copies_are_removed_from_the_cache(registry, open_on, tmp_path):
    ids = publish_all(registry, "one", "two", "three", "four")
    reader = open_on("reader")
    for name in ids:
        reader.get(name)
    cache = tmp_path / "reader"
    assert {path.name for path in cache.iterdir() if path.is_dir()} == set(ids)
    hour_ago = time.time() - 3_601
    for name in ids:
        os.utime(cache / name, (hour_ago, hour_ago))
    reader.open()
    assert {path.name for path in cache.iterdir() if path.is_dir()} == set(ids[2:])


def test_change_whose_response_was_lost_is_made_once(bucket, registry, open_on):
    class LossyStore(ObjectStore):
        def replace(self, *arguments):
            super().replace(*arguments)
            return False

    first, second = (write_tiny(registry, mark).id for mark in ("one", "two"))
    lossy = open_on("lossy", LossyStore(bucket, ADDRESS))
    lossy.publish(first, CHAMPION)
    lossy.publish(second)
    assert lossy.promote() == second
    assert (registry.champions(), registry.find(CHALLENGER)) == ((first,), None)


def test_registry_that_others_change_each_time_gives_up_with_a_remedy(bucket, registry, open_on, monkeypatch):
    class BusyStore(ObjectStore):
        def replace(self, *_):
            return False

    monkeypatch.setattr(time, "sleep", lambda _: None)
    busy = open_on("busy", BusyStore(bucket, ADDRESS))
    with pytest.raises(ReleaseStoreError, match="Remedy: try again"):
        busy.publish(write_tiny(registry).id)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"state": {}}', b'{"revision": "", "state": {"x": 1}}']
)
def test_object_that_is_no_state_is_reported(store, registry, content):
    store.write(STATE, content)
    with pytest.raises(ReleaseError, match=r"registry\.json: this is not the state of a registry"):
        registry.find()


def test_manifest_of_another_release_is_rejected(store, registry):
    first, second = publish_all(registry, "one", "two")
    store.write(f"{first}/{MANIFEST}", store.read(f"{second}/{MANIFEST}").content)
    with pytest.raises(ReleaseCorruptedError, match="describes another release"):
        registry.get(first)


def test_unreachable_store_is_an_error_with_a_remedy(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "key")
    registry = ObjectRegistry(ObjectStore.open("s3://bucket/prefix"), tmp_path)
    with pytest.raises(ReleaseStoreError, match="Remedy: check RELEASES_URL") as error_info:
        registry.find()
    assert error_info.value.where == "s3://bucket/prefix/registry.json"


def test_large_object_is_read_in_blocks(store):
    size = 2 * 16 * 2**20 + 5
    store.write("large", bytes(size))
    assert [len(block) for block in store.read_blocks("large", 3, size)] == [2**24, 2**24, 2]

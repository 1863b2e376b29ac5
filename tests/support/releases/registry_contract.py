"""What every registry does, wherever it stores its releases.

A subclass is a test class with a fixture `storage`, which is empty.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from script_shared.errors import ReleaseCorruptedError, ReleaseError, ReleaseNotFoundError
from script_shared.releases.manifest import MANIFEST
from script_shared.releases.retention import prune_releases
from script_shared.releases.state import CHALLENGER, CHAMPION
from tests.support.releases.registries import write_tiny


def flip_last_bit(content):
    return content[:-1] + bytes([content[-1] ^ 1])


def publish_all(registry, *marks):
    """Publish releases as champion, one after the other, a second apart; return their ids."""
    ids = [write_tiny(registry, mark, now_ms=1_000 * number).id for number, mark in enumerate(marks)]
    for release_id in ids:
        registry.publish(release_id, CHAMPION)
    return ids


class RegistryContract:
    @pytest.fixture
    def registry(self, storage):
        return storage.open()

    def test_release_is_read_as_it_was_written(self, storage, registry):
        registry.publish(write_tiny(registry, "mark").id, CHAMPION)
        for machine in ("first", "second"):
            release = storage.open(machine).open()
            assert release.bundle("models/a").document == {"mark": "mark"}
            assert np.array_equal(release.bundle("state/b").arrays["values"], np.arange(5))
            assert release.json("evaluation.json") == []

    def test_empty_registry_has_neither_releases_nor_a_champion(self, registry):
        assert (registry.find(), registry.find(CHALLENGER), list(registry.list())) == (None, None, [])
        for act in (registry.open, registry.promote, registry.rollback, lambda: registry.get("nothing")):
            with pytest.raises(ReleaseNotFoundError):
                act()
        with pytest.raises(ReleaseNotFoundError):
            registry.publish("nothing", CHAMPION)

    def test_alias_that_does_not_exist_is_refused(self, registry):
        release = write_tiny(registry)
        with pytest.raises(ReleaseError, match="not an alias"):
            registry.publish(release.id, "latest")
        with pytest.raises(ReleaseError, match="not an alias"):
            registry.find("latest")

    def test_publish_promote_and_rollback_change_the_aliases(self, storage, registry):
        first, second = (write_tiny(registry, mark).id for mark in ("one", "two"))
        registry.publish(first, CHAMPION)
        registry.publish(second)
        other = storage.open("other")
        assert (other.find(CHAMPION), other.find(CHALLENGER)) == (first, second)
        assert registry.promote() == second
        assert (other.find(CHAMPION), other.find(CHALLENGER), other.champions()) == (second, None, (first,))
        assert other.rollback() == first
        assert registry.find() == first
        with pytest.raises(ReleaseNotFoundError, match="no valid earlier champion"):
            registry.rollback()

    def test_rollback_skips_releases_that_cannot_be_served(self, registry):
        first, second, _ = publish_all(registry, "one", "two", "three")
        assert registry.rollback(lambda manifest: manifest.release_id != second) == first

    @pytest.mark.parametrize("damage", ["altered", "torn", "missing", "no manifest", "torn manifest"])
    def test_damaged_release_is_neither_published_nor_restored(self, storage, registry, damage):
        first, damaged, third = publish_all(registry, "one", "two", "three")
        name = MANIFEST if "manifest" in damage else "models/a/values.npy"
        content = storage.read(f"{damaged}/{name}")
        if damage in ("missing", "no manifest"):
            storage.delete(f"{damaged}/{name}")
        else:
            storage.write(f"{damaged}/{name}", content[:-3] if "torn" in damage else flip_last_bit(content))
        for act in (registry.publish, registry.verify):
            with pytest.raises(ReleaseError):
                act(damaged)
        assert (registry.find(), registry.find(CHALLENGER)) == (third, None)
        assert registry.rollback() == first

    def test_damaged_challenger_is_not_promoted(self, storage, registry):
        (first,) = publish_all(registry, "one")
        second = write_tiny(registry, "two").id
        registry.publish(second)
        path = f"{second}/evaluation.json"
        storage.write(path, flip_last_bit(storage.read(path)))
        with pytest.raises(ReleaseCorruptedError, match=r"evaluation\.json"):
            registry.promote()
        assert (registry.find(), registry.find(CHALLENGER)) == (first, second)

    def test_damaged_release_is_not_opened_by_a_machine_without_a_copy(self, storage, registry):
        (first,) = publish_all(registry, "one")
        path = f"{first}/models/a/values.npy"
        good = storage.read(path)
        storage.write(path, flip_last_bit(good))
        with pytest.raises(ReleaseCorruptedError, match=r"models/a/values\.npy"):
            storage.open("other").open()
        storage.write(path, good)
        assert storage.open("other").open().id == first

    def test_equal_content_is_one_release_and_a_damaged_one_is_written_again(self, storage, registry):
        first = write_tiny(registry).id
        assert write_tiny(storage.open("other")).id == first
        path = f"{first}/evaluation.json"
        storage.write(path, flip_last_bit(storage.read(path)))
        assert write_tiny(storage.open("other")).id == first
        assert registry.verify(first).release_id == first
        assert storage.names() == {first}

    def test_list_is_newest_first_with_versions_and_aliases(self, registry):
        first, second = publish_all(registry, "one", "two")
        third = write_tiny(registry, "three", now_ms=5_000).id
        registry.publish(first)
        listed = [(entry.id, entry.version, entry.aliases) for entry in registry.list()]
        assert listed == [(third, None, ()), (second, 2, ("champion",)), (first, 1, ("challenger",))]

    def test_list_contains_a_release_whose_manifest_cannot_be_read(self, storage, registry):
        (first,) = publish_all(registry, "one")
        storage.write(f"{first}/{MANIFEST}", b"{")
        assert [(entry.id, entry.manifest) for entry in storage.open("other").list()] == [(first, None)]

    def test_release_is_found_by_id_version_and_alias(self, registry):
        first, second = publish_all(registry, "one", "two")
        assert [registry.resolve(name) for name in (first, "v1", "v2", "champion")] == [
            first, first, second, second
        ]  # fmt: skip
        for name in ("v3", "v0", "challenger", "nothing", "../releases", "", "v"):
            with pytest.raises(ReleaseNotFoundError):
                registry.resolve(name)

    def test_version_numbers_are_kept_and_never_used_again(self, registry):
        first, second, third = publish_all(registry, "one", "two", "three")
        registry.publish(first, CHAMPION)
        assert registry.state().versions == {first: 1, second: 2, third: 3}
        registry.publish(third, CHAMPION)
        assert prune_releases(registry, 1) == (second,)
        again = write_tiny(registry, "two", now_ms=1_000).id
        registry.publish(again)
        assert again == second
        assert registry.state().versions == {first: 1, third: 3, second: 4}

    def test_prune_keeps_the_newest_the_aliases_and_the_newest_valid_earlier_champion(
        self, storage, registry
    ):
        ids = publish_all(registry, "one", "two", "three", "four", "five")
        registry.publish(ids[0], CHALLENGER)
        path = f"{ids[3]}/evaluation.json"
        storage.write(path, flip_last_bit(storage.read(path)))
        unpublished = write_tiny(registry, "six").id
        assert set(prune_releases(registry, 1)) == {ids[1], ids[3]}
        assert storage.names() == {ids[0], ids[2], ids[4], unpublished}
        assert registry.champions() == (ids[0], ids[2])
        assert registry.rollback() == ids[2]
        with pytest.raises(ReleaseNotFoundError):
            registry.publish(ids[1])

    def test_release_that_is_being_removed_is_not_published(self, registry):
        first, *_ = publish_all(registry, "one", "two", "three")
        registry.update(lambda state: state.start_removal([first]))
        with pytest.raises(ReleaseError, match="is being removed"):
            registry.publish(first)
        assert prune_releases(registry, 3) == (first,)
        assert [entry.version for entry in registry.list()] == [3, 2]

    def test_concurrent_publications_lose_nothing(self, storage):
        def publish(number):
            registry = storage.open(f"machine-{number % 3}")
            release = write_tiny(registry, f"mark {number % 8}")
            registry.publish(release.id, CHAMPION)
            return registry.open().id, release.id

        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(publish, range(16)))
        registry, ids = storage.open(), {release for _, release in results}
        state = registry.state()
        assert len(ids) == 8
        assert {champion for champion, _ in results} <= ids
        assert {entry.id for entry in registry.list()} == ids == set(state.versions)
        assert sorted(state.versions.values()) == list(range(1, 9))
        assert len(state.champions) >= 7

    def test_one_of_concurrent_promotions_succeeds(self, storage, registry):
        (first,) = publish_all(registry, "one")
        second = write_tiny(registry, "two").id
        registry.publish(second)

        def promote(number):
            try:
                return storage.open(f"machine-{number}").promote()
            except ReleaseNotFoundError:
                return None

        with ThreadPoolExecutor(6) as pool:
            results = list(pool.map(promote, range(6)))
        assert sorted(filter(None, results)) == [second]
        assert registry.champions() == (first,)

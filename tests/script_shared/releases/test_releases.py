import json
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from script_shared.arrays import Bundle
from script_shared.errors import ReleaseCorruptedError, ReleaseError, ReleaseNotFoundError
from script_shared.releases.manifest import FORMAT_VERSION, MANIFEST
from script_shared.releases.registry import CHALLENGER, CHAMPION, Registry
from script_shared.releases.store import Release
from tests.support.releases.tiny_releases import write_tiny_release


def test_release_is_read_as_it_was_written(tmp_path):
    write_tiny_release(tmp_path, "mark")
    (folder,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    release = Release.open(folder)
    assert release.bundles("models") == ("models/a",)
    assert release.bundle("models/a").document == {"mark": "mark"}
    assert np.array_equal(release.bundle("state/b").arrays["values"], np.arange(5))
    assert release.json("evaluation.json") == []


def flip_a_byte(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def truncate(path):
    path.write_bytes(path.read_bytes()[:-1])


def replace_by_link(path):
    path.rename(path.with_name(".aside"))
    path.symlink_to(".aside")


def is_path_named(path, error):
    return str(path) in str(error) and "Remedy: " in str(error)


@pytest.mark.parametrize("damage", [flip_a_byte, truncate, os.remove, replace_by_link])
@pytest.mark.parametrize("name", ["models/a/values.npy", "models/a/document.json", "evaluation.json"])
def test_error_names_a_damaged_file(tmp_path, name, damage):
    release = write_tiny_release(tmp_path)
    damage(release.folder / name)
    with pytest.raises(ReleaseCorruptedError) as error_info:
        Release.open(release.folder)
    assert str(release.folder / name).rpartition("/")[0] in error_info.value.where
    assert damage is replace_by_link or is_path_named(release.folder / name, error_info.value)


def test_error_names_a_file_that_is_not_in_the_manifest(tmp_path):
    release = write_tiny_release(tmp_path)
    np.save(release.folder / "models" / "a" / "extra.npy", np.arange(2))
    with pytest.raises(ReleaseCorruptedError, match=r"extra\.npy: the file is not in the manifest"):
        Release.open(release.folder)


@pytest.mark.parametrize("length", [0, 1, 40, -2])
def test_error_names_a_truncated_manifest(tmp_path, length):
    path = write_tiny_release(tmp_path).folder / MANIFEST
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ReleaseCorruptedError, match=r"manifest\.json: this is not a manifest"):
        Release.open(path.parent)


def rewrite_manifest(release, **changes):
    path = release.folder / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a//b", ".hidden", "a/../../b"])
def test_manifest_cannot_name_files_outside_its_folder(tmp_path, name):
    release = write_tiny_release(tmp_path)
    rewrite_manifest(release, files={name: {"sha256": "0" * 64, "bytes": 1}})
    with pytest.raises(ReleaseCorruptedError, match="outside the release"):
        Release.open(release.folder)


@pytest.mark.parametrize("version", [1, FORMAT_VERSION - 1])
def test_other_format_version_is_rejected_with_a_remedy(tmp_path, version):
    release = write_tiny_release(tmp_path)
    rewrite_manifest(release, format_version=version)
    with pytest.raises(
        ReleaseError, match=f"version is {version}, this service reads 5.*train and publish again"
    ) as error_info:
        Release.open(release.folder)
    assert not isinstance(error_info.value, ReleaseCorruptedError)


def test_renamed_folder_is_rejected(tmp_path):
    release = write_tiny_release(tmp_path)
    renamed = release.folder.rename(tmp_path / "other")
    with pytest.raises(ReleaseCorruptedError, match="another release"):
        Release.open(renamed)


def test_release_with_a_link_is_rejected(tmp_path):
    with pytest.raises(ReleaseCorruptedError, match="plain files only"):
        write_tiny_release(tmp_path, fill=lambda folder: (folder / "link").symlink_to("/etc/passwd"))


class UnpicklingTrap:
    """Creates a folder when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_bundle_does_not_write_pickles(tmp_path):
    with pytest.raises(ValueError, match="allow_pickle"):
        Bundle({"objects": np.array([{}], object)}).write(tmp_path / "bundle")


def write_pickle(folder, trap):
    (folder / "state" / "b").mkdir(parents=True)
    (folder / "state" / "b" / "document.json").write_text("{}")
    np.save(folder / "state" / "b" / "values.npy", np.array([trap], object), allow_pickle=True)


@pytest.mark.parametrize("size", [1, 5_000])
def test_pickle_in_a_release_is_rejected_and_does_not_run(tmp_path, size):
    trap = tmp_path / "unpickled"
    release = write_tiny_release(
        tmp_path / "releases", fill=lambda folder: write_pickle(folder, [UnpicklingTrap(trap)] * size)
    )
    with pytest.raises(ReleaseCorruptedError, match="not a bundle"):
        release.bundle("state/b")
    assert not trap.exists()


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"no array", bytes(5_000)])
def test_invalid_array_file_is_rejected(tmp_path, content):
    def fill(folder):
        (folder / "state" / "b").mkdir(parents=True)
        (folder / "state" / "b" / "document.json").write_text("{}")
        (folder / "state" / "b" / "values.npy").write_bytes(content)

    with pytest.raises(ReleaseCorruptedError, match="not a bundle"):
        write_tiny_release(tmp_path, fill=fill).bundle("state/b")


def test_empty_registry_has_no_champion(tmp_path):
    registry = Registry(tmp_path)
    assert registry.find() is None
    with pytest.raises(ReleaseNotFoundError, match="no release has been published as champion"):
        registry.open()
    with pytest.raises(ReleaseNotFoundError):
        registry.publish("nothing", CHAMPION)


def test_publish_promote_and_rollback_change_the_aliases(tmp_path):
    registry = Registry(tmp_path)
    first, second = (write_tiny_release(tmp_path, mark).id for mark in ("one", "two"))
    registry.publish(first, CHAMPION)
    registry.publish(second)
    assert (registry.find(CHAMPION), registry.find(CHALLENGER)) == (first, second)
    assert registry.promote() == second
    assert (registry.find(CHAMPION), registry.find(CHALLENGER)) == (second, None)
    assert registry.champions() == (first,)
    assert registry.rollback() == first
    assert registry.find() == first
    with pytest.raises(ReleaseNotFoundError, match="no valid earlier champion"):
        registry.rollback()


def test_corrupted_release_is_not_published_and_is_skipped_by_rollback(tmp_path):
    registry = Registry(tmp_path)
    releases = [write_tiny_release(tmp_path, mark) for mark in ("one", "two", "three")]
    for release in releases:
        registry.publish(release.id, CHAMPION)
    flip_a_byte(releases[1].folder / "evaluation.json")
    with pytest.raises(ReleaseCorruptedError, match=r"evaluation\.json"):
        registry.publish(releases[1].id, CHAMPION)
    assert registry.find() == releases[2].id
    assert registry.rollback() == releases[0].id


def test_equal_content_is_one_release_and_a_corrupted_one_is_written_again(tmp_path):
    first = write_tiny_release(tmp_path)
    assert write_tiny_release(tmp_path).id == first.id
    flip_a_byte(first.folder / "evaluation.json")
    assert Release.open(write_tiny_release(tmp_path).folder).id == first.id


def test_concurrent_publications_leave_one_champion(tmp_path):
    registry = Registry(tmp_path)

    def publish(mark):
        release = write_tiny_release(tmp_path, mark)
        registry.publish(release.id, CHAMPION)
        return registry.open().id, release.id

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(publish, [f"mark {number % 12}" for number in range(24)]))
    ids = {release for _, release in results}
    assert len(ids) == 12
    assert {champion for champion, _ in results} <= ids
    assert {entry.id for entry in registry.list()} == ids
    assert len(registry.champions()) >= 11
    assert sorted(path.name for path in tmp_path.glob(".[fw]*")) == []


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "x" * 200, "../releases"])
def test_id_that_is_a_path_is_not_found(tmp_path, name):
    with pytest.raises(ReleaseNotFoundError):
        Registry(tmp_path).get(name)

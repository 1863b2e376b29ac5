import pytest

from script_shared.clock import FixedClock
from script_shared.releases.registry import Registry
from tests.support.data.recruiting import write_decision_files
from tests.support.processes.api_client import KEYS, make_client
from tests.support.releases.release_copies import create_registry, publish_copy
from tests.support.releases.small_release import publish_small_release


@pytest.fixture(scope="session")
def recruiting_volume(tmp_path_factory):
    """A volume with one release of recruiting, trained by the real stages on generated files."""
    raw = write_decision_files(tmp_path_factory.mktemp("decision"))
    root = tmp_path_factory.mktemp("recruiting")
    volume = publish_small_release(raw, root, source="decision", domain="recruiting")
    registry = Registry(volume.releases)
    if registry.find() is None:
        registry.promote()
    return volume


@pytest.fixture(scope="session")
def release(recruiting_volume):
    return Registry(recruiting_volume.releases).open()


@pytest.fixture(scope="session")
def shared_client(release, tmp_path_factory):
    """A service for tests that change nothing."""
    root = tmp_path_factory.mktemp("shared")
    publish_copy(create_registry(root, "recruiting"), release, None)
    clock = FixedClock(release.manifest.as_of_ms)
    with make_client(root, clock, False, domain="recruiting") as client:
        client.app.state.release_watcher.refresh()
        yield client


@pytest.fixture
def clock(release):
    """A clock at the end of the release's data, until a test sets it."""
    return FixedClock(release.manifest.as_of_ms)


@pytest.fixture
def client(release, tmp_path, clock):
    """A service with that clock, a release and keys; errors become responses."""
    publish_copy(create_registry(tmp_path, "recruiting"), release, None)
    with make_client(tmp_path, clock, False, domain="recruiting", **KEYS) as client:
        client.app.state.release_watcher.refresh()
        yield client

import polars as pl
import pytest

from script_shared.clock import FixedClock
from script_shared.releases.registry import Registry
from script_shared.storage.partitions import find_partition
from tests.support.processes.api_client import KEYS, make_client
from tests.support.releases.release_copies import create_registry, publish_copy


@pytest.fixture(scope="session")
def shared_client(small_volume):
    with make_client(small_volume.root.parent) as client:
        client.app.state.release_watcher.refresh()
        yield client


@pytest.fixture(scope="session")
def shared_client_with_keys(release, tmp_path_factory):
    """A service with keys, for tests that send events."""
    root = tmp_path_factory.mktemp("open")
    publish_copy(create_registry(root), release, "first")
    with make_client(root, **KEYS) as client:
        client.app.state.release_watcher.refresh()
        yield client


@pytest.fixture(scope="session")
def recommend(shared_client):
    def recommend(**params):
        response = shared_client.get("/recommendations", params=params)
        assert response.status_code == 200, response.text
        return response.json()

    return recommend


@pytest.fixture(scope="session")
def histories(small_volume):
    """The ids of the items that a user has interacted with, by user."""
    table = pl.read_parquet(find_partition(small_volume.refined) / "interactions.parquet")
    grouped = table.group_by("user_id").agg("item_id").iter_rows()
    return {user: set(items) for user, items in grouped}


@pytest.fixture(scope="session")
def release(small_volume):
    """The release that the pipeline stages published."""
    return Registry(small_volume.releases).open()


@pytest.fixture(scope="session")
def catalogue(release):
    return set(pl.read_parquet(release.path("catalogue.parquet"))["item_id"])


@pytest.fixture
def registry(tmp_path):
    """A registry without releases."""
    return create_registry(tmp_path)


@pytest.fixture
def publish(registry, release):
    def publish(name, **changes):
        return publish_copy(registry, release, name, **changes).id

    return publish


@pytest.fixture
def clock(release):
    """A clock at the end of the release's data, until a test sets it."""
    return FixedClock(release.manifest.as_of_ms)


@pytest.fixture
def client(publish, tmp_path, clock):
    """A service with that clock, a release and keys; errors become responses."""
    publish("first")
    with make_client(tmp_path, clock, raise_server_exceptions=False, **KEYS) as client:
        client.app.state.release_watcher.refresh()
        yield client


@pytest.fixture
def empty_client(registry, tmp_path):
    """A service without a release; errors become responses."""
    with make_client(tmp_path, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def refresh(empty_client):
    """Checks for a new release, as the background thread does."""
    return empty_client.app.state.release_watcher.refresh

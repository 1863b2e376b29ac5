import polars as pl
import pytest

from script_shared.clock import FixedClock
from script_shared.releases.registry import Registry
from script_shared.storage.partitions import find_partition
from tests.support.processes.api_client import KEYS, make_client
from tests.support.releases.release_copies import create_registry, publish_copy


@pytest.fixture(scope="session")
def client(small_volume):
    with make_client(small_volume.root.parent) as client:
        client.app.state.release_watcher.refresh()
        yield client


@pytest.fixture(scope="session")
def client_with_keys(whole, tmp_path_factory):
    """A service with keys, for tests that send events."""
    root = tmp_path_factory.mktemp("open")
    publish_copy(create_registry(root), whole, "first")
    with make_client(root, **KEYS) as client:
        client.app.state.release_watcher.refresh()
        yield client


@pytest.fixture(scope="session")
def ask(client):
    def ask(**params):
        answer = client.get("/recommendations", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


@pytest.fixture(scope="session")
def reads(small_volume):
    """Items that each user has interacted with, by user."""
    table = pl.read_parquet(find_partition(small_volume.refined) / "interactions.parquet")
    grouped = table.group_by("user_id").agg("item_id").iter_rows()
    return {user: set(items) for user, items in grouped}


@pytest.fixture(scope="session")
def whole(small_volume):
    """The release that the pipeline stages published."""
    return Registry(small_volume.releases).open()


@pytest.fixture(scope="session")
def catalogue(whole):
    return set(pl.read_parquet(whole.path("catalogue.parquet"))["item_id"])


@pytest.fixture
def registry(tmp_path):
    """A registry without releases."""
    return create_registry(tmp_path)


@pytest.fixture
def publish(registry, whole):
    def publish(name, **changes):
        return publish_copy(registry, whole, name, **changes).id

    return publish


@pytest.fixture
def clock(whole):
    """A clock at the end of the release's data, until a test sets it."""
    return FixedClock(whole.manifest.as_of_ms)


@pytest.fixture
def live(publish, tmp_path, clock):
    """A service with that clock, a release and keys; errors become responses."""
    publish("first")
    with make_client(tmp_path, clock, raise_server_exceptions=False, **KEYS) as client:
        client.app.state.release_watcher.refresh()
        yield client


@pytest.fixture
def fresh(registry, tmp_path):
    """A service without a release; errors become responses."""
    with make_client(tmp_path, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def look(fresh):
    """Checks for a new release, as the background thread does."""
    return fresh.app.state.release_watcher.refresh

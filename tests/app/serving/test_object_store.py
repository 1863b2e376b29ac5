"""The service with releases on an object store: it follows the champion, and survives outages."""

import pytest
from obstore.store import MemoryStore

from script_shared.errors import ReleaseStoreError
from script_shared.releases.object_registry import ObjectRegistry
from script_shared.releases.object_store import ObjectStore
from tests.support.releases.release_copies import publish_copy

ADDRESS = "memory://bucket/news"


class FailingStore(ObjectStore):
    """A store that can be made to fail."""

    is_available = True

    def read(self, *arguments):
        if not self.is_available:
            raise ReleaseStoreError("the object store cannot be used now", details="http://secret-host")
        return super().read(*arguments)


@pytest.fixture
def bucket():
    return MemoryStore()


@pytest.fixture
def registry(bucket, tmp_path):
    """The registry of the pipelines, on another machine than the service."""
    return ObjectRegistry(ObjectStore(bucket, ADDRESS), tmp_path / "pipelines")


@pytest.fixture
def store(bucket):
    return FailingStore(bucket, ADDRESS)


@pytest.fixture
def client(empty_client, store, tmp_path):
    watcher = empty_client.app.state.release_watcher
    watcher.registry = ObjectRegistry(store, tmp_path / "service")
    return empty_client


@pytest.fixture
def refresh(client):
    return client.app.state.release_watcher.refresh


def titles(client):
    return {item["title"] for item in client.get("/recommendations").json()["items"]}


def test_service_follows_the_champion(client, refresh, registry, release):
    refresh()
    assert client.get("/health").json()["status"] == "starting"
    first = publish_copy(registry, release, "first")
    refresh()
    assert titles(client) == {"first"}
    second = publish_copy(registry, release, "second")
    refresh()
    assert titles(client) == {"second"}
    registry.rollback()
    refresh()
    assert titles(client) == {"first"}
    listed = [(entry["release"], entry["version"]) for entry in client.get("/releases").json()]
    assert sorted(listed) == sorted([(second.id, 2), (first.id, 1)])


def test_damaged_release_is_refused_with_its_reason(client, refresh, registry, release, store):
    publish_copy(registry, release, "first")
    refresh()
    broken = publish_copy(registry, release, "second").id
    path = f"{broken}/evaluation.json"
    content = store.read(path).content
    store.write(path, content[:-1] + b"?")
    refresh()
    health = client.get("/health").json()
    assert health["status"] == "degraded"
    assert health["reason"] == (
        f"release {broken} was refused: {path}: the content differs from the manifest's sha-256"
    )
    assert titles(client) == {"first"}


def test_outage_of_the_store_changes_nothing_but_the_health(client, refresh, registry, release, store):
    publish_copy(registry, release, "first")
    refresh()
    store.is_available = False
    refresh()
    health = client.get("/health").json()
    assert health["status"] == "degraded"
    assert health["reason"] == "the champion is unknown: the object store cannot be used now"
    assert titles(client) == {"first"}
    assert 'manchete_release_loads_total{outcome="refused"} 1.0' not in client.get("/metrics").text
    answer = client.get("/releases")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "secret-host" not in answer.text
    publish_copy(registry, release, "second")
    store.is_available = True
    refresh()
    assert client.get("/health").json()["status"] == "ready"
    assert titles(client) == {"second"}

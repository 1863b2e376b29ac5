import pytest

from script_shared.releases.registry import Registry
from tests.support.processes.api_process import run_api, wait_until_ready
from tests.support.releases.release_copies import create_registry, publish_copy


@pytest.fixture(scope="session")
def service_url(small_volume, tmp_path_factory):
    """The URL of a running service with one release and keys."""
    root = tmp_path_factory.mktemp("service")
    publish_copy(create_registry(root), Registry(small_volume.releases).open(), "first")
    with run_api(root, root / "log") as (_, client):
        wait_until_ready(client)
        yield str(client.base_url)

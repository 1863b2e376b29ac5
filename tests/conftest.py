import pytest

from tests.support.clicks import write_clicks
from tests.support.releases import publish_small_release


@pytest.fixture(scope="session")
def small_volume(tmp_path_factory):
    """A volume with one release, made by the real stages from generated clicks."""
    raw = tmp_path_factory.mktemp("clicks")
    write_clicks(raw)
    return publish_small_release(raw, tmp_path_factory.mktemp("data"))

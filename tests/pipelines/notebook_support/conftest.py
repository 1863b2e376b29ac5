import pytest

from script_shared.settings import Settings
from tests.support.releases.runs import refined_clicks


@pytest.fixture(scope="package")
def clicks(tmp_path_factory):
    """Settings of a volume with one run."""
    volume = refined_clicks(tmp_path_factory.mktemp("raw"), tmp_path_factory.mktemp("data"))
    return Settings(data_root=volume.root.parent)

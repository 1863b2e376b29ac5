import pytest

from pipelines.domains.recruiting.sources.synthetic import generate
from script_shared.storage.volume import Volume
from tests.support.releases.small_release import publish_small_release


@pytest.fixture(scope="session")
def generated_files(tmp_path_factory):
    """The generated files of one in 50 of the published openings."""
    folder = tmp_path_factory.mktemp("decision")
    generate(folder, 0.02)
    return folder


@pytest.fixture(scope="session")
def recruiting_volume(generated_files, tmp_path_factory) -> Volume:
    """A volume with one release of recruiting, `run-1`, by the real stages."""
    root = tmp_path_factory.mktemp("recruiting")
    return publish_small_release(generated_files, root, source="decision", domain="recruiting")

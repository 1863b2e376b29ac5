from pathlib import Path

import pytest

from tests.support.clicks import write_clicks
from tests.support.postgres import find_program
from tests.support.releases import publish_small_release

#: Data sets that are read where they lie; they are not the project's to carry.
REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_collection_modifyitems(config, items):
    """Leave out the tests on real data, and on Postgres, where there is none."""
    missing = {"realdata": not REAL_DATA.is_dir(), "postgres": find_program("initdb") is None}
    markers = [name for name, is_missing in missing.items() if is_missing]
    left_out = [item for item in items if any(item.get_closest_marker(name) for name in markers)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


@pytest.fixture(scope="session")
def real_data():
    """The folder of the real data sets."""
    return REAL_DATA


@pytest.fixture(scope="session")
def small_volume(tmp_path_factory):
    """A volume with one release, made by the real stages from generated clicks."""
    raw = tmp_path_factory.mktemp("clicks")
    write_clicks(raw)
    return publish_small_release(raw, tmp_path_factory.mktemp("data"))

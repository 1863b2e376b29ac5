from pathlib import Path

import pytest

from tests.support.clicks import write_clicks
from tests.support.releases import publish_small_release
from tests.support.tools import find_tool

#: Data sets that are read where they lie; they are not the project's to carry.
REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_collection_modifyitems(config, items):
    """Leave out the tests on real data, and those that drive a program, where it is not there."""
    left_out = {item for item in items if _lacks_data(item) or _lacks_a_tool(item)}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


def _lacks_data(item):
    return item.get_closest_marker("realdata") and not REAL_DATA.is_dir()


def _lacks_a_tool(item):
    return any(find_tool(name) is None for mark in item.iter_markers("tools") for name in mark.args)


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

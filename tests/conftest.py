import os
from pathlib import Path

import pytest

from tests.support.data.clicks import write_clicks
from tests.support.processes.tools import find_tool
from tests.support.releases.small_release import publish_small_release

#: Real data sets beside the repository, which does not contain them.
REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

# Tests run beside each other, and starting processes takes longer than training on little data.
os.environ.setdefault("STAGE_PROCESSES", "1")


def pytest_collection_modifyitems(config, items):
    """Deselect tests whose real data or external program is missing."""
    deselected = {item for item in items if _lacks_data(item) or _lacks_tool(item)}
    config.hook.pytest_deselected(items=list(deselected))
    items[:] = [item for item in items if item not in deselected]


def _lacks_data(item):
    return item.get_closest_marker("realdata") and not REAL_DATA.is_dir()


def _lacks_tool(item):
    return any(find_tool(name) is None for mark in item.iter_markers("tools") for name in mark.args)


@pytest.fixture(scope="session")
def real_data():
    """The folder of the real data sets."""
    return REAL_DATA


@pytest.fixture(scope="session")
def small_volume(tmp_path_factory):
    """A volume with one release, trained by the real stages on generated clicks."""
    raw = tmp_path_factory.mktemp("clicks")
    write_clicks(raw)
    return publish_small_release(raw, tmp_path_factory.mktemp("data"))

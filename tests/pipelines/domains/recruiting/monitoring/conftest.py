import json
import shutil
from datetime import UTC, datetime

import pytest

from pipelines.domains import load
from pipelines.stages.monitor import monitor
from script_shared.clock import MS_PER_HOUR
from script_shared.impressions.pseudonyms import Pseudonyms
from script_shared.releases.registry import Registry
from script_shared.storage.volume import Volume

DAY_MS = 24 * MS_PER_HOUR
KEY = "a-key-of-the-inference-log"
PSEUDONYMS = Pseudonyms([KEY])


def to_day(time_ms):
    return f"{datetime.fromtimestamp(time_ms / 1_000, UTC):%Y-%m-%d}"


@pytest.fixture
def volume(recruiting_volume, tmp_path):
    """A copy of the volume whose release is the champion."""
    copy = Volume(tmp_path / "data" / "recruiting")
    shutil.copytree(recruiting_volume.root, copy.root)
    registry = Registry(copy.releases)
    if registry.find() is None:
        registry.promote()
    return copy


@pytest.fixture
def first_ms(volume):
    """The start of the first whole day after the data, ms UTC."""
    return -(-Registry(volume.releases).open().manifest.as_of_ms // DAY_MS) * DAY_MS


@pytest.fixture
def report_on(volume):
    """Returns the report on the day that begins at a time."""

    def report_on(time_ms, pseudonyms=PSEUDONYMS):
        day = to_day(time_ms)
        monitor(load("recruiting"), volume, day, "", pseudonyms)
        return json.loads((volume.monitoring / day / "report.json").read_text())

    return report_on

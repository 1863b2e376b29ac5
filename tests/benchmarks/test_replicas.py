"""What `python -m benchmarks replicas` measures, in short."""

import pytest

from benchmarks.drills.stand import Stand
from benchmarks.replicas import busy, delays
from script_shared.releases.registry import Registry

pytestmark = [pytest.mark.integration, pytest.mark.slow]


def test_a_read_that_one_acknowledged_changes_what_the_other_recommends(small_volume, tmp_path):
    with Stand(tmp_path, Registry(small_volume.releases).open()) as stand:
        replicas = [stand.replica() for _ in range(2)]
        with busy(replicas):
            found = delays(replicas, 4, "reader")
    assert len(found) == 4

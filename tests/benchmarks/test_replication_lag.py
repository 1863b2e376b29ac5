"""A short run of `python -m benchmarks replicas`."""

import pytest

from benchmarks.harness.cluster import Cluster
from benchmarks.serving.replication_lag import event_load, measure_delays
from script_shared.releases.registry import Registry

pytestmark = [pytest.mark.integration, pytest.mark.slow]


def test_click_on_one_replica_changes_the_recommendations_of_the_other(small_volume, tmp_path):
    with Cluster(tmp_path, Registry(small_volume.releases).open()) as cluster:
        replicas = [cluster.start_replica() for _ in range(2)]
        with event_load(replicas):
            assert len(measure_delays(replicas, 4, "user")) == 4

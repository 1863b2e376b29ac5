import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram, Summary, generate_latest

from app.metrics.fast_counters import FastCounters

BOUNDS = (0.125, 0.25, 10.0)
#: Sums of these are exact in any order.
AMOUNTS = (0.125, 0.1875, 0.25, 3, 11)


def collect_metrics(enabled):
    """Count with or without fast counters; return what Prometheus collects, twice."""
    registry = CollectorRegistry()
    fast = FastCounters(registry, enabled=enabled)
    counter = Counter("clicks", "Clicks.", ("who", "where"), registry=registry)
    histogram = Histogram("seconds", "Time.", ("who",), buckets=BOUNDS, registry=registry)
    summary = Summary("bytes", "Sizes.", ("who",), registry=registry)
    unlabelled = Histogram("all_seconds", "Time.", buckets=BOUNDS, registry=registry)
    clicks, seconds, sizes = map(fast.children, (counter, histogram, summary))
    all_seconds = fast.counter(unlabelled)
    collected = []
    for _ in range(2):
        clicks("a", 'b"\n').inc()
        clicks("a", "c").inc(2.5)
        for amount in AMOUNTS:
            seconds("a").observe(amount)
            sizes("b").observe(amount)
            all_seconds.observe(amount)
        text = generate_latest(registry).decode()
        collected.append([line for line in text.splitlines() if "_created" not in line])
    return collected


def test_fast_counters_collect_the_same_as_prometheus_metrics():
    assert collect_metrics(enabled=True) == collect_metrics(enabled=False)


@pytest.mark.parametrize("enabled", [True, False])
def test_children_are_resolved_once(enabled):
    registry = CollectorRegistry()
    fast = FastCounters(registry, enabled=enabled)
    clicks = fast.children(Counter("clicks", "Clicks.", ("who",), registry=registry))
    assert clicks("a") is clicks("a")
    assert clicks("a") is not clicks("b")

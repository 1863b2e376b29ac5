from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from app.metrics.fast_counters import FastCounters, FastHistograms

BOUNDS = (0.001, 0.25, 10.0)


def told(registry):
    return [line for line in generate_latest(registry).decode().splitlines() if "_created" not in line]


def test_prometheus_is_told_what_its_own_counters_would_tell():
    own, theirs = CollectorRegistry(), CollectorRegistry()
    counts = FastCounters("reads", "Reads.", ("who", "where"), own)
    counter = Counter("reads", "Reads.", ("who", "where"), registry=theirs)
    times = FastHistograms("seconds", "Time.", ("who",), BOUNDS, own)
    histogram = Histogram("seconds", "Time.", ("who",), buckets=BOUNDS, registry=theirs)
    for metric in (counts, counter):
        metric.labels("a", 'b"\n').inc()
        metric.labels("a", "c").inc(2.5)
    for metric in (times, histogram):
        for seconds in (0.001, 0.0011, 0.25, 3, 11):
            metric.labels("a").observe(seconds)
    assert told(own) == told(theirs)

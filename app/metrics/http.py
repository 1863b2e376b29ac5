"""HTTP metrics of prometheus-fastapi-instrumentator, also for requests that its middleware does not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator, metrics

from app.metrics.fast_counters import FastCounters

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: The package's own bounds begin at 0.1 s: too coarse for quantiles of a few milliseconds.
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

#: Takes a response's status, the bytes of the request and of the response, and the seconds in between.
RequestRecorder = Callable[[int, int, int, float], None]


class HttpMetrics:
    """The package's default metrics in one registry.

    Args:
        registry: registry of the metrics.
        fast_counters: count what `recorder` records.
    """

    def __init__(self, registry: CollectorRegistry, fast_counters: FastCounters) -> None:
        self._registry, self._fast_counters = registry, fast_counters
        self._record = metrics.default(latency_lowr_buckets=_SECONDS, registry=registry)

    def instrument(self, app: FastAPI) -> None:
        """Add the package's middleware to an application."""
        Instrumentator(registry=self._registry).add(self._record_info).instrument(app)

    def recorder(self, method: str, handler: str) -> RequestRecorder:
        """Return a function that records requests of one route into the same metrics."""
        requests = self._children("http_requests_total")
        request_sizes = self._children("http_request_size_bytes")
        response_sizes = self._children("http_response_size_bytes")
        durations = self._children("http_request_duration_seconds")
        all_durations = self._fast_counters.counter(self._metric("http_request_duration_highr_seconds"))

        def record(status: int, request_bytes: int, response_bytes: int, seconds: float) -> None:
            requests(method, f"{status // 100}xx", handler).inc()
            request_sizes(handler).observe(request_bytes)
            response_sizes(handler).observe(response_bytes)
            durations(method, handler).observe(seconds)
            all_durations.observe(seconds)

        return record

    def _record_info(self, info: metrics.Info) -> None:
        # Clients can invent methods: each would be a new series.
        if info.method not in _METHODS:
            info.method = "other"
        if self._record is not None:
            self._record(info)

    def _children(self, name: str) -> Callable[..., Any]:
        return self._fast_counters.children(self._metric(name))

    def _metric(self, name: str) -> Any:
        # The package has no accessor for its metrics.
        return self._registry._names_to_collectors[name]

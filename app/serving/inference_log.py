"""What is noted of each answer in the inference log."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import structlog

from app.experiments.variants import Variant
from app.metrics.telemetry import Telemetry
from script_shared.clock import WallClock
from script_shared.impressions.impression import Impression
from script_shared.impressions.log import ImpressionLog
from script_shared.impressions.pseudonyms import Pseudonyms
from script_shared.impressions.writer import ImpressionWriter, Listener
from script_shared.inference.results import Recommendation

_LOG = structlog.get_logger(__name__)


class InferenceLogger:
    """Notes a sample of the answers; without a key for pseudonyms it notes nothing.

    A reader with an id is sampled by a hash of it: of such a reader all is noted, or nothing.

    Args:
        log: where to.
        names: makes pseudonyms of readers.
        sample: share of readers, from 0 to 1.
        keep_ms: what is older is taken out.
        telemetry: is told what was written and dropped.
    """

    def __init__(
        self, log: ImpressionLog, names: Pseudonyms, sample: float, keep_ms: int, telemetry: Telemetry
    ) -> None:
        self._log, self._names, self._sample, self._keep_ms = log, names, sample, keep_ms
        self._telemetry, self._trial = telemetry, telemetry.experiment
        self._writer: ImpressionWriter | None = None
        self._is_broken = False

    @contextmanager
    def running(self) -> Iterator[None]:
        """Write in the background; write what waits in the end."""
        if not self._names:
            yield
            return
        listener = Listener(self._written, self._trial.count_dropped_impressions, self._failed)
        self._writer = ImpressionWriter(self._log, self._keep_ms, listener, WallClock())
        try:
            yield
        finally:
            writer, self._writer = self._writer, None
            writer.close()

    def answered(
        self, by: Variant, user_id: str | None, found: Recommendation, start: float, seconds: float
    ) -> str | None:
        """Count an answer, note it, and return the impression's id; None where it is not logged.

        Args:
            by: who answered.
            user_id: the reader.
            found: the answer.
            start: when the request came, by `time.perf_counter`.
            seconds: of them, so many in the engine.
        """
        segment, model, served = found.segment, found.model, by.served
        self._telemetry.count_recommendation(segment, model, len(found.items), found.fallback, seconds)
        self._trial.count_recommendation(by.name, segment, seconds)
        if "noted" not in found.told:
            served.coverage.add(segment, model, (each.item for each in found.items))
            found.told["noted"] = b""
        writer = self._writer
        return self._log_it(writer, by, user_id, found, start) if writer else None

    def _log_it(
        self, writer: ImpressionWriter, by: Variant, user_id: str | None, found: Recommendation, start: float
    ) -> str | None:
        name, place = self._names.of(user_id) if user_id is not None else (None, random.random())  # noqa: S311
        if place >= self._sample:
            return None
        number, now_ms = f"{time.time_ns() // 1_000_000:x}-{secrets.token_hex(8)}", by.served.engine.now_ms()
        items = [each.item_id for each in found.items]
        micros = round((time.perf_counter() - start) * 1e6)
        told = (by.experiment, by.name, by.served.release.id, found.segment, found.model, items, micros)
        writer.put(Impression(number, name, now_ms, *told))
        return number

    def forget(self, user_id: str) -> Future[int] | None:
        """Take a reader's impressions out; the future fails where that cannot be done now.

        None where no key is configured: then nobody can say which they are.
        """
        return self._writer.forget(self._names.all_of(user_id)) if self._writer else None

    def _written(self, count: int) -> None:
        self._is_broken = False
        self._trial.count_logged_impressions(count)

    def _failed(self, error: Exception) -> None:
        if not self._is_broken:
            _LOG.error("the inference log cannot be written", reason=str(error))
        self._is_broken = True

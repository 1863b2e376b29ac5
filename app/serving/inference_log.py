"""Logs a sample of the answers, each as an impression, and counts all of them."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import NamedTuple

import structlog

from app.metrics.telemetry import Telemetry
from script_shared.clock import WallClock
from script_shared.impressions.erasure import Erasure
from script_shared.impressions.impression import Impression
from script_shared.impressions.log import ImpressionLog
from script_shared.impressions.pseudonyms import Pseudonyms
from script_shared.impressions.writer import Listener, LogWriter
from script_shared.inference.results import Recommendation

_LOG = structlog.get_logger(__name__)


class Answer(NamedTuple):
    """A recommendation, its user and its origin.

    Attributes:
        user_id: the user; None for one without an id.
        recommendation: the items that the user receives.
        variant: `champion` or `challenger`.
        experiment: the name of the experiment; empty for none.
        release_id: the release that made the recommendation.
        time_ms: time of the engine's clock, ms UTC.
        started: when the request arrived, by `time.perf_counter`.
        engine_seconds: time in the engine.
    """

    user_id: str | None
    recommendation: Recommendation
    variant: str
    experiment: str
    release_id: str
    time_ms: int
    started: float
    engine_seconds: float


class InferenceLogger:
    """Logs a sample of the answers; logs nothing without a key for pseudonyms.

    Users with an id are sampled by a hash of the id: all answers of a user are logged, or none.

    Args:
        log: the inference log.
        pseudonyms: makes the pseudonyms of users.
        sample: share of users, from 0 to 1.
        keep_ms: older impressions are deleted.
        telemetry: counts answers, and impressions that are written and dropped.
    """

    def __init__(
        self, log: ImpressionLog, pseudonyms: Pseudonyms, sample: float, keep_ms: int, telemetry: Telemetry
    ) -> None:
        self._log, self._pseudonyms, self._sample, self._keep_ms = log, pseudonyms, sample, keep_ms
        self._telemetry, self._experiment_metrics = telemetry, telemetry.experiment
        self._writer: LogWriter[Impression] | None = None
        self._has_failed = False

    @contextmanager
    def run(self) -> Iterator[None]:
        """Write impressions in the background; write the remaining ones at the end."""
        if not self._pseudonyms:
            yield
            return
        count_dropped = self._experiment_metrics.dropped_impressions.inc
        listener = Listener(self._report_written, count_dropped, self._report_failure)
        self._writer = LogWriter(self._log, self._keep_ms, listener, WallClock())
        try:
            yield
        finally:
            writer, self._writer = self._writer, None
            writer.close()

    def record(self, answer: Answer) -> str | None:
        """Count an answer and log it; return the impression's id, None when it is not logged."""
        found, seconds = answer.recommendation, answer.engine_seconds
        count = len(found.items)
        self._telemetry.count_recommendation(found.segment, found.model, count, found.fallback, seconds)
        self._experiment_metrics.count_recommendation(answer.variant, found.segment, seconds)
        return self._write(self._writer, answer) if self._writer else None

    def _write(self, writer: LogWriter[Impression], answer: Answer) -> str | None:
        if answer.user_id is None:
            pseudonym, place = None, random.random()  # noqa: S311 - it only draws a sample
        else:
            pseudonym, place = self._pseudonyms.derive(answer.user_id)
        if place >= self._sample:
            return None
        impression_id = f"{time.time_ns() // 1_000_000:x}-{secrets.token_hex(8)}"
        writer.put(
            Impression(
                impression_id,
                pseudonym,
                answer.time_ms,
                answer.experiment,
                answer.variant,
                answer.release_id,
                answer.recommendation.segment,
                answer.recommendation.model,
                [item.item_id for item in answer.recommendation.items],
                round((time.perf_counter() - answer.started) * 1e6),
            )
        )
        return impression_id

    def forget(self, user_id: str, *, is_item: bool = False) -> Future[int] | None:
        """Delete a user's impressions; the future fails when that is impossible now.

        Args:
            user_id: the user.
            is_item: whether the impressions that contain the user as an item are deleted, too.

        Returns:
            The number of deleted impressions; None without a key: then a user's impressions are unknown.
        """
        if self._writer is None:
            return None
        names = self._pseudonyms.derive_names(user_id)
        return self._writer.forget(Erasure(names, user_id if is_item else None))

    def _report_written(self, count: int) -> None:
        self._has_failed = False
        self._experiment_metrics.logged_impressions.inc(count)

    def _report_failure(self, error: Exception) -> None:
        if not self._has_failed:
            _LOG.error("the inference log cannot be written", reason=str(error))
        self._has_failed = True

"""Logs the predictions of classifiers, off the request's path, and counts them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, NamedTuple

import structlog

from app.metrics.predictions import PredictionMetrics
from script_shared.clock import WallClock
from script_shared.impressions.erasure import Erasure
from script_shared.impressions.pseudonyms import Pseudonyms
from script_shared.impressions.writer import Listener, LogWriter
from script_shared.predictions.log import PredictionLog
from script_shared.predictions.prediction import Prediction

_LOG = structlog.get_logger(__name__)


class PredictionAnswer(NamedTuple):
    """A prediction and its origin.

    Attributes:
        user_id: whom it is about; None where the request does not say.
        classifier: name of the classifier.
        mode: operating mode by which the threshold was chosen.
        threshold: the lowest score that is approved; None where none is.
        score: the probability.
        decision: whether the model approves.
        payload: the features by name, as JSON values.
    """

    user_id: str | None
    classifier: str
    mode: str
    threshold: float | None
    score: float
    decision: bool
    payload: Mapping[str, Any]


class PredictionLogger:
    """Logs every prediction; logs nothing without a key for pseudonyms.

    Args:
        log: the log of predictions.
        pseudonyms: makes the pseudonyms of the people.
        keep_ms: older predictions are deleted.
        metrics: counts predictions, and those that are written and dropped.
    """

    def __init__(
        self, log: PredictionLog, pseudonyms: Pseudonyms, keep_ms: int, metrics: PredictionMetrics
    ) -> None:
        self._log, self._pseudonyms, self._keep_ms, self._metrics = log, pseudonyms, keep_ms, metrics
        self._writer: LogWriter[Prediction] | None = None
        self._has_failed = False

    @contextmanager
    def run(self) -> Iterator[None]:
        """Write predictions in the background; write the remaining ones at the end."""
        if not self._pseudonyms:
            yield
            return
        listener = Listener(self._report_written, self._metrics.dropped.inc, self._report_failure)
        self._writer = LogWriter(self._log, self._keep_ms, listener, WallClock())
        try:
            yield
        finally:
            writer, self._writer = self._writer, None
            writer.close()

    def record(self, answer: PredictionAnswer, release_id: str, time_ms: int) -> None:
        """Count a prediction and queue it for the log.

        Args:
            answer: the prediction.
            release_id: the release that made it.
            time_ms: time of the engine's clock, ms UTC.
        """
        self._metrics.count(answer.classifier, answer.score, decision=answer.decision)
        if self._writer is None:
            return
        user_id = answer.user_id
        self._writer.put(
            Prediction(
                f"{time.time_ns() // 1_000_000:x}-{secrets.token_hex(8)}",
                None if user_id is None else self._pseudonyms.derive(user_id).name,
                time_ms,
                answer.classifier,
                answer.mode,
                answer.threshold,
                release_id,
                answer.score,
                answer.decision,
                answer.payload,
            )
        )

    def forget(self, user_id: str, *, is_item: bool = False) -> Future[int] | None:
        """Delete the predictions about a user; the future fails when that is impossible now.

        Args:
            user_id: the user.
            is_item: has no effect: predictions name no items.

        Returns:
            The number of deleted predictions; None without a key: then nothing is logged.
        """
        if self._writer is None:
            return None
        return self._writer.forget(Erasure(self._pseudonyms.derive_names(user_id)))

    def _report_written(self, count: int) -> None:
        self._has_failed = False
        self._metrics.logged.inc(count)

    def _report_failure(self, error: Exception) -> None:
        self._metrics.failures.inc()
        if not self._has_failed:
            _LOG.error("the log of predictions cannot be written", reason=str(error))
        self._has_failed = True

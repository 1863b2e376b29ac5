"""The parts of the service that live as long as the application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, fields
from typing import Self

from fastapi import FastAPI

from app.domains.base import DomainApi
from app.experiments.assignment import Assignment
from app.experiments.challenger import Challenger
from app.experiments.variants import Variants
from app.metrics.drift import DriftCollector
from app.metrics.telemetry import Telemetry
from app.middleware.auth import ApiKeys
from app.middleware.rate_limit import EventRateLimit, TokenBuckets
from app.serving.erasure import Eraser
from app.serving.event_consumer import EventConsumer
from app.serving.inference_log import InferenceLogger
from app.serving.prediction_log import PredictionLogger
from app.serving.release_watcher import LoadOptions, ReleaseWatcher
from app.settings import ApiSettings
from script_shared.clock import MS_PER_HOUR, Clock
from script_shared.events.factory import find_log_url, open_log
from script_shared.impressions.factory import open_impressions
from script_shared.impressions.pseudonyms import Pseudonyms
from script_shared.predictions.factory import open_predictions
from script_shared.releases.factory import open_registry
from script_shared.storage.volume import Volume


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that routes find in `app.state`, each under the name of its attribute.

    Attributes:
        domain_api: the domain that is served.
        telemetry: the metrics.
        release_watcher: loads the champion and each release that replaces it.
        challenger: does the same for the challenger of an experiment; None without one.
        variants: assigns users to champion and challenger.
        event_consumer: applies the events of the log to the loaded releases.
        inference_logger: writes the inference log.
        prediction_logger: writes the log of predictions.
        eraser: erases users everywhere.
        keys: the API keys.
        event_rate_limit: limits the events that are sent with a key.
    """

    domain_api: DomainApi
    telemetry: Telemetry
    release_watcher: ReleaseWatcher
    challenger: Challenger | None
    variants: Variants
    event_consumer: EventConsumer
    inference_logger: InferenceLogger
    prediction_logger: PredictionLogger
    eraser: Eraser
    keys: ApiKeys
    event_rate_limit: EventRateLimit

    @classmethod
    def create(cls, settings: ApiSettings, domain_api: DomainApi, clock: Clock | None) -> Self:
        """Create all parts; nothing runs yet.

        Args:
            settings: the settings of the service.
            domain_api: the domain to serve.
            clock: overrides the clock of the release.
        """
        telemetry = Telemetry(fast_counters=settings.api_fast_counters)
        volume = Volume.from_settings(settings)
        DriftCollector(telemetry.registry, volume.monitoring)
        inference_logger = _create_inference_logger(settings, volume, telemetry)
        prediction_logger = _create_prediction_logger(settings, volume, telemetry)
        users_are_items = domain_api.domain.users_are_items
        eraser = Eraser((inference_logger, prediction_logger), users_are_items=users_are_items)
        log = open_log(find_log_url(settings), volume.events)
        consumer = EventConsumer(log, telemetry, settings.events_poll_seconds, eraser.forget_answers)
        options = LoadOptions(clock, settings.release_verify, settings.api_result_cache_size)
        watcher = ReleaseWatcher(open_registry(volume), domain_api, telemetry, consumer, options)
        assignment, challenger = Assignment(settings.experiment, settings.challenger_share), None
        if assignment.share:
            telemetry.experiment.challenger_share = assignment.share
            challenger = Challenger(watcher)
        keys = ApiKeys(settings)
        limit = EventRateLimit(keys, TokenBuckets(settings.api_events_per_key, settings.api_burst_seconds))
        variants = Variants(watcher, assignment, challenger)
        parts = (domain_api, telemetry, watcher, challenger, variants, consumer)
        return cls(*parts, inference_logger, prediction_logger, eraser, keys, limit)

    def add_to(self, app: FastAPI) -> None:
        """Put all parts into `app.state`."""
        for field in fields(self):
            setattr(app.state, field.name, getattr(self, field.name))

    @asynccontextmanager
    async def run(self, poll_seconds: float) -> AsyncIterator[None]:
        """Run the background work: logs of answers, event consumer, and a release watcher for each variant.

        Args:
            poll_seconds: seconds between two looks at the registry.
        """
        watchers = [watcher for watcher in (self.release_watcher, self.challenger) if watcher]
        with self.inference_logger.run(), self._log_predictions():
            async with self.event_consumer.run():
                for watcher in watchers:
                    watcher.start(poll_seconds)
                yield
                for watcher in watchers:
                    # In a thread: a release that is being loaded needs the event loop.
                    await asyncio.to_thread(watcher.stop)

    def _log_predictions(self) -> AbstractContextManager[None]:
        """Write predictions in the background, if the domain has classifiers."""
        has_classifiers = self.domain_api.domain.classifiers({})
        return self.prediction_logger.run() if has_classifiers else nullcontext()


def _create_prediction_logger(
    settings: ApiSettings, volume: Volume, telemetry: Telemetry
) -> PredictionLogger:
    log = open_predictions(find_log_url(settings), volume.events)
    pseudonyms = Pseudonyms(settings.pseudonym_keys)
    return PredictionLogger(log, pseudonyms, _keep_ms(settings), telemetry.predictions)


def _keep_ms(settings: ApiSettings) -> int:
    return round(settings.inference_log_days * 24 * MS_PER_HOUR)


def _create_inference_logger(settings: ApiSettings, volume: Volume, telemetry: Telemetry) -> InferenceLogger:
    log = open_impressions(find_log_url(settings), volume.events)
    pseudonyms = Pseudonyms(settings.pseudonym_keys)
    return InferenceLogger(log, pseudonyms, settings.inference_log_sample, _keep_ms(settings), telemetry)

"""The news domain with monitoring: each interaction predicts that its user is back within the hour."""

from dataclasses import replace

import numpy as np
import polars as pl

from pipelines.domains import load
from pipelines.feedback.event_frames import select_interactions
from pipelines.feedback.event_window import read_events
from pipelines.plans.monitoring import Monitoring
from script_shared.clock import MS_PER_HOUR
from script_shared.storage.partitions import find_partition
from script_shared.tables import Tables
from tests.support.data.sentences import draw_sentence

TITLES = [draw_sentence(np.random.default_rng(user), "pt") for user in range(100)]


def describe(interactions):
    """Return the features of interactions, which depend on the user's id; the user writes one sentence."""
    users = pl.col("user_id").cast(pl.Int64)
    return interactions.sort("timestamp").select(
        pl.col("timestamp").dt.epoch("ms").alias("time_ms"),
        score=0.2 + (users % 7) / 10,
        is_even=users % 2 == 0,
        user=users,
        region=pl.col("region").cast(pl.Float64, strict=False),
        title=(users % 100).replace_strict(range(100), TITLES),
        next_ms=pl.col("timestamp").dt.epoch("ms").shift(-1).over("user_id"),
    )


def read_reference(volume, run):
    interactions = Tables.read(find_partition(volume.refined, run)).interactions
    return describe(interactions).drop("next_ms")


def read_predictions(window):
    """Return the predictions of a period; their outcomes are known after an hour."""
    events = read_events(window._replace(to_ms=window.to_ms + MS_PER_HOUR))
    frame = describe(select_interactions(events, load("news").domain.interactions))
    came_back = (pl.col("next_ms") - pl.col("time_ms") < MS_PER_HOUR).fill_null(False)
    is_old = pl.col("time_ms") < window.to_ms - MS_PER_HOUR
    frame = frame.with_columns(outcome=pl.when(is_old).then(came_back)).drop("next_ms")
    return frame.filter(pl.col("time_ms") < window.to_ms)


MONITORING = Monitoring(read_reference, read_predictions, texts=("title",), outcome_days=3)


def monitored_plan():
    return replace(load("news"), monitoring=MONITORING)

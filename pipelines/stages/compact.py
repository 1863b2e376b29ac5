"""Removes from the event log what no release needs any more."""

from __future__ import annotations

from contextlib import closing

import structlog

from pipelines.experiments.attribution import attribute_clicks
from pipelines.plans.plan import Plan
from pipelines.stages.collect import open_archive
from script_shared.clock import WallClock
from script_shared.errors import ReleaseError, ReleaseNotFoundError
from script_shared.events.factory import open_log
from script_shared.impressions.factory import open_impressions
from script_shared.releases.base import ReleaseRegistry
from script_shared.releases.factory import open_registry
from script_shared.releases.state import CHALLENGER
from script_shared.storage.volume import Volume

_LOG = structlog.get_logger(__name__)

#: The log keeps what the champion, the challenger and this many earlier champions need.
EARLIER_CHAMPIONS = 2


def compact(plan: Plan, volume: Volume, run: str, events_url: str = "") -> int:
    """Compact the event log and return the number of removed events.

    Args:
        plan: the domain's plan.
        volume: contains releases and archive, and the log if `events_url` is empty.
        run: id of the run.
        events_url: URL of the event log, as the service uses it.

    Raises:
        EventLogError: the log cannot be written now.
    """
    through = min(oldest_required_offset(open_registry(volume)), open_archive(volume).end())
    if not through:
        return 0
    with (
        closing(open_log(events_url, volume.events)) as log,
        closing(open_impressions(events_url, volume.events)) as impressions,
    ):
        # An experiment needs its clicks for longer than the log keeps them.
        attribute_clicks(log, impressions, WallClock())
        removed = log.compact(through)
    _LOG.info("compacted", run=run, through=through, events=removed)
    return removed


def oldest_required_offset(registry: ReleaseRegistry) -> int:
    """Return the offset up to which no servable release needs the log; 0 keeps all events."""
    names = {registry.find(), registry.find(CHALLENGER), *registry.champions()[-EARLIER_CHAMPIONS:]}
    offsets = (_required_offset(registry, name) for name in names if name is not None)
    return min((offset for offset in offsets if offset is not None), default=0)


def _required_offset(registry: ReleaseRegistry, name: str) -> int | None:
    """Return the offset up to which a release does not need the log; None if there is no such release."""
    try:
        return registry.read_manifest(name).log_after
    except ReleaseNotFoundError:
        return None
    except ReleaseError:
        # What an unreadable release needs is unknown.
        return 0

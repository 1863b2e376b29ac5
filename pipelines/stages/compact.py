"""Removes from the event log what no release needs any more."""

from __future__ import annotations

from contextlib import closing

import structlog

from pipelines.experiments.attribution import attribute_clicks
from pipelines.plan import Plan
from pipelines.stages.collect import open_archive
from script_shared.clock import WallClock
from script_shared.errors import ReleaseError
from script_shared.events.factory import open_log
from script_shared.impressions.factory import open_impressions
from script_shared.releases.manifest import read_manifest
from script_shared.releases.registry import CHALLENGER, Registry
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
    through = min(oldest_required_offset(Registry(volume.releases)), open_archive(volume).end())
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


def oldest_required_offset(registry: Registry) -> int:
    """Return the offset up to which no servable release needs the log; 0 keeps all events."""
    names = {registry.find(), registry.find(CHALLENGER), *registry.champions()[-EARLIER_CHAMPIONS:]}
    existing = [name for name in names if name is not None and (registry.folder / name).is_dir()]
    return min((_required_offset(registry, name) for name in existing), default=0)


def _required_offset(registry: Registry, name: str) -> int:
    try:
        return read_manifest(registry.folder / name).log_after
    except ReleaseError:
        # What an unreadable release needs is unknown.
        return 0

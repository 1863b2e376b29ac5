"""Takes out of the event log what no release needs any more."""

from __future__ import annotations

from contextlib import closing

import structlog

from pipelines.experiments.attribution import attribute
from pipelines.plan import Plan
from pipelines.stages.collect import archive_of
from script_shared.clock import WallClock
from script_shared.errors import ReleaseError
from script_shared.events.factory import open_log
from script_shared.impressions.factory import open_impressions
from script_shared.releases.manifest import read_manifest
from script_shared.releases.registry import CHALLENGER, Registry
from script_shared.storage.volume import Volume

_LOG = structlog.get_logger(__name__)

#: The champion, the challenger and so many earlier champions can be served: what they need stays.
EARLIER = 2


def compact(plan: Plan, volume: Volume, run: str, events_url: str = "") -> int:
    """Compact the log and return how many events left it.

    Raises:
        EventLogError: the log cannot be written now.
    """
    through = min(needed_after(Registry(volume.releases)), archive_of(volume).end())
    if not through:
        return 0
    with (
        closing(open_log(events_url, volume.events)) as log,
        closing(open_impressions(events_url, volume.events)) as impressions,
    ):
        attribute(log, impressions, WallClock())  # an experiment's reads outlast the log
        gone = log.compact(through)
    _LOG.info("compacted", run=run, through=through, events=gone)
    return gone


def needed_after(registry: Registry) -> int:
    """Return the offset behind which the releases that may be served begin to read; 0 keeps everything."""
    names = {registry.find(), registry.find(CHALLENGER), *registry.champions()[-EARLIER:]}
    held = [name for name in names if name is not None and (registry.folder / name).is_dir()]
    return min((_log_after(registry, name) for name in held), default=0)


def _log_after(registry: Registry, name: str) -> int:
    try:
        return read_manifest(registry.folder / name).log_after
    except ReleaseError:
        # Nobody can say what it needs.
        return 0

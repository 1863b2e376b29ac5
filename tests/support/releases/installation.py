"""A publisher's files, a volume with releases and an event log: pipeline runs and services over them."""

from contextlib import contextmanager
from dataclasses import dataclass

from pipelines.domains import load
from pipelines.stages.collect import collect
from pipelines.stages.compact import compact
from pipelines.stages.download import download
from pipelines.stages.encode import encode
from pipelines.stages.publish import publish
from pipelines.stages.refine import refine
from pipelines.stages.train import train
from script_shared.clock import FixedClock
from script_shared.events.factory import open_log
from script_shared.releases.registry import Registry
from script_shared.storage.volume import Volume
from tests.support.processes.api_client import KEYS, make_client
from tests.support.releases.small_release import SEGMENTS


@dataclass
class Installation:
    """The folder of raw files, the data root, and the event log's address (`EVENTS_URL`)."""

    raw: object
    root: object
    url: str

    @property
    def volume(self):
        return Volume(self.root / "news")

    @property
    def registry(self):
        return Registry(self.volume.releases)

    def refine(self, run):
        """Refine the files and the event log; return the report."""
        plan, volume = load("news"), self.volume
        download(plan, volume, run, "globo", str(self.raw), 1.0)
        collect(plan, volume, run, self.url)
        return refine(plan, volume, run, "globo")

    def run(self, run):
        """Make a release of the files and the log, and promote it without gates; return its manifest."""
        self.refine(run)
        plan, volume = load("news"), self.volume
        encode(plan, volume, run)
        for segment in SEGMENTS:
            train(plan, volume, run, segment)
        publish(plan, volume, run)
        self.registry.promote()
        compact(plan, volume, run, self.url)
        return self.registry.open().manifest

    def log(self):
        return open_log(self.url, self.root / "news" / "events")

    @contextmanager
    def service(self, now_ms):
        """Serve the champion with a clock that always returns `now_ms`."""
        with make_client(self.root, FixedClock(now_ms), events_url=self.url, **KEYS) as client:
            client.app.state.release_watcher.refresh()
            yield client


def keyed(key):
    return {"X-API-Key": key}

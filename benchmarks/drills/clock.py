"""The service's clock jumps forwards and backwards by an hour, a day and a month, under load.

    python -m benchmarks.drills.clock FILE

starts the service with the machine's clock plus the offset in the file, ms.
"""

from __future__ import annotations

import struct
import sys
import time
from pathlib import Path

import uvicorn

from app.main import create_app
from app.settings import ApiSettings
from benchmarks.harness.cluster import Cluster, Replica
from benchmarks.harness.drill_report import DrillReport
from benchmarks.harness.user_load import UserLoad
from script_shared.clock import MS_PER_HOUR, WallClock

OFFSETS_HOURS = (1, -1, 24, -24, 720, 0)
_FORMAT = struct.Struct("<q")


class OffsetClock(WallClock):
    """The machine's clock plus an offset that is read from a file.

    Args:
        file: contains the offset, ms.
    """

    def __init__(self, file: Path) -> None:
        self._file = file.open("rb", buffering=0)

    def now_ms(self) -> int:
        """Return the time, ms UTC."""
        self._file.seek(0)
        return super().now_ms() + int(_FORMAT.unpack(self._file.read(_FORMAT.size))[0])


def run(cluster: Cluster, seconds: float = 2.0, rate: float = 100.0) -> DrillReport:
    file = cluster.root / "clock"
    _write_offset(file, 0)
    replica = cluster.start_replica(module=__name__, arguments=[str(file)])
    lengths = []
    with UserLoad([replica.port], rate=rate) as load:
        time.sleep(seconds)
        for hours in OFFSETS_HOURS:
            _write_offset(file, hours)
            time.sleep(seconds)
            lengths.append(_count_trending(replica))
    jumps = ", ".join(f"{hours:+}" for hours in OFFSETS_HOURS)
    report = DrillReport.of(load.result, cluster.count_lost(load), jumps_h=jumps)
    report.facts["trending_after_each_jump"] = ", ".join(map(str, lengths))
    report.require(set(load.result.events) == {200}, f"statuses of events: {dict(load.result.events)}")
    # After a month all earlier events have decayed, and only those after the jump count.
    report.require(min(lengths) > 0, f"numbers of trending items: {lengths}")
    return report


def _count_trending(replica: Replica) -> int:
    return len(replica.client.get("/trending?n=10").json()["items"])


def _write_offset(file: Path, hours: int) -> None:
    """Overwrite the offset in one write, so that readers of the file see the old or the new one."""
    file.touch()
    with file.open("r+b", buffering=0) as out:
        out.write(_FORMAT.pack(hours * MS_PER_HOUR))


def serve(file: str) -> None:
    """Start the service with an offset clock."""
    settings = ApiSettings.read()
    app = create_app(settings, OffsetClock(Path(file)))
    uvicorn.run(app, port=settings.api_port, log_config=None, access_log=False)


if __name__ == "__main__":
    serve(sys.argv[1])

"""The service's clock jumps ahead and back by an hour, a day and a month, under load.

    python -m benchmarks.drills.clock FILE

is the service itself, by the machine's clock and as many ms ahead as the file says.
"""

from __future__ import annotations

import struct
import sys
import time
from pathlib import Path

import uvicorn

from app.main import create_app
from app.settings import load_settings
from benchmarks.drills.load import Load
from benchmarks.drills.outcome import Outcome
from benchmarks.drills.stand import Replica, Stand, lost
from script_shared.clock import MS_PER_HOUR, WallClock

JUMPS_HOURS = (1, -1, 24, -24, 720, 0)
_FORM = struct.Struct("<q")


class JumpingClock(WallClock):
    """The machine's clock, and what a file says beside it."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("rb", buffering=0)

    def now_ms(self) -> int:
        self._file.seek(0)
        return super().now_ms() + int(_FORM.unpack(self._file.read(_FORM.size))[0])


def run(stand: Stand, seconds: float = 2.0, rate: float = 100.0) -> Outcome:
    file = stand.root / "clock"
    _jump(file, 0)
    replica = stand.replica(module=__name__, arguments=[str(file)])
    full = []
    with Load([replica.port], rate=rate) as load:
        time.sleep(seconds)
        for hours in JUMPS_HOURS:
            _jump(file, hours)
            time.sleep(seconds)
            full.append(len(_trending(replica)))
    outcome = Outcome.of(load.seen, lost(stand, load), jumps_h=", ".join(f"{x:+}" for x in JUMPS_HOURS))
    outcome.facts["trending_after_each_jump"] = ", ".join(map(str, full))
    outcome.demand(set(load.seen.posts) == {200}, f"events were answered {dict(load.seen.posts)}")
    # After a month nothing that was read before weighs any more: what was read since is what there is.
    outcome.demand(min(full) > 0, f"of trending articles there were {full}")
    return outcome


def _trending(replica: Replica) -> list[str]:
    return [each["item_id"] for each in replica.client.get("/trending?n=10").json()["items"]]


def _jump(file: Path, hours: int) -> None:
    """Overwrite what the file says; whoever reads it finds all of it, old or new."""
    file.touch()
    with file.open("r+b", buffering=0) as out:
        out.write(_FORM.pack(hours * MS_PER_HOUR))


def serve(file: str) -> None:
    """Serve by a clock that jumps."""
    settings = load_settings()
    app = create_app(settings, JumpingClock(Path(file)))
    uvicorn.run(app, port=settings.api_port, log_config=None, access_log=False)


if __name__ == "__main__":
    serve(sys.argv[1])

"""Servers under measurement: one process each, on one core."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.instrumentation import cpu_seconds
from pipelines.embedded.ports import find_free_port

ROOT = Path(__file__).resolve().parents[1]
KEY = "only-for-this-benchmark"
_PATIENCE = 300.0


@dataclass(frozen=True)
class Server:
    """A server that is ready; `ready_seconds` after its process was started."""

    pid: int
    port: int
    ready_seconds: float

    def cpu_seconds(self) -> float:
        """Return the processor time that it has used."""
        return cpu_seconds(self.pid)

    def mib(self) -> float:
        """Return its resident memory."""
        told = Path(f"/proc/{self.pid}/status").read_text()
        return int(told.split("VmRSS:")[1].split()[0]) / 1024


@contextmanager
def serving(data_root: Path, log: Path, core: int, **settings: object) -> Iterator[Server]:
    """Start the product's service on a data root, with an event log of its own."""
    port = find_free_port()
    told = {"DATA_ROOT": data_root, "API_PORT": port, "API_KEYS_EVENTS": KEY, "EVENTS_URL": f"sqlite://{log}"}
    env = {name.upper(): str(value) for name, value in (told | settings).items()}
    with _started([sys.executable, "-m", "app"], port, core, "/health/ready", env) as server:
        yield server


@contextmanager
def contestant(name: str, data_root: Path, core: int) -> Iterator[Server]:
    """Start one of the services to compare with."""
    port = find_free_port()
    command = [sys.executable, "-m", "benchmarks.contestants", name, str(port), str(data_root / "news")]
    with _started(command, port, core, "/recommendations", {}) as server:
        yield server


@contextmanager
def _started(
    command: Sequence[str], port: int, core: int, path: str, env: Mapping[str, str]
) -> Iterator[Server]:
    start = time.perf_counter()
    quiet = {"OPENBLAS_NUM_THREADS": "1", "API_LOG_LEVEL": "warning"}
    process = subprocess.Popen(
        command, env=os.environ | quiet | env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        os.sched_setaffinity(process.pid, {core})
        _wait(process, port, path)
        yield Server(process.pid, port, time.perf_counter() - start)
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    end = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < end:
        if _status(port, path) == 200:
            return
        time.sleep(0.02)
    raise RuntimeError(f"{process.args!r} did not become ready")


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()

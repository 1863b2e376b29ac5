"""Servers under measurement: one process each, pinned to one core."""

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

from pipelines.embedded.ports import find_free_port

ROOT = Path(__file__).resolve().parents[2]
KEY = "only-for-this-benchmark"
_READY_SECONDS = 300.0
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used; Linux only."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _CLOCK_TICKS


@dataclass(frozen=True)
class Server:
    """A server that is ready.

    Attributes:
        pid: of its process.
        port: on loopback.
        ready_seconds: time from the start of the process until it was ready.
    """

    pid: int
    port: int
    ready_seconds: float

    def cpu_seconds(self) -> float:
        """Return the CPU time that it has used."""
        return cpu_seconds(self.pid)

    def resident_mib(self) -> float:
        """Return its resident memory, MiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


@contextmanager
def run_service(data_root: Path, events_url: str, core: int, **settings: object) -> Iterator[Server]:
    """Run the product's service on a data root.

    Args:
        data_root: of the releases.
        events_url: of the event log; empty for SQLite in the data root.
        core: the CPU core.
        settings: further settings of the service.
    """
    port = find_free_port()
    required = {
        "DATA_ROOT": data_root,
        "API_PORT": port,
        "API_KEYS_EVENTS": KEY,
        "EVENTS_URL": events_url,
    }
    env = {name.upper(): str(value) for name, value in (required | settings).items()}
    with _run([sys.executable, "-m", "app"], port, core, "/health/ready", env) as server:
        yield server


@contextmanager
def run_baseline(name: str, data_root: Path, core: int) -> Iterator[Server]:
    """Run one of the baseline services."""
    port = find_free_port()
    module = "benchmarks.serving.baseline_services"
    command = [sys.executable, "-m", module, name, str(port), str(data_root / "news")]
    with _run(command, port, core, "/recommendations", {}) as server:
        yield server


@contextmanager
def _run(command: Sequence[str], port: int, core: int, path: str, env: Mapping[str, str]) -> Iterator[Server]:
    start = time.perf_counter()
    defaults = {"OPENBLAS_NUM_THREADS": "1", "API_LOG_LEVEL": "warning"}
    process = subprocess.Popen(
        command,
        env=os.environ | defaults | env,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        os.sched_setaffinity(process.pid, {core})
        _wait_until_ready(process, port, path)
        yield Server(process.pid, port, time.perf_counter() - start)
    finally:
        process.kill()
        process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    end = time.monotonic() + _READY_SECONDS
    while process.poll() is None and time.monotonic() < end:
        if _get_status(port, path) == 200:
            return
        time.sleep(0.02)
    raise RuntimeError(f"{process.args!r} did not become ready")


def _get_status(port: int, path: str) -> int:
    """Return the status of a GET request, 0 where the connection fails."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()

"""`python -m pipelines embedded` as a process, with everything that it starts."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
#: Whatever a run waits for is there by then on the busiest machine; how long it takes, no test says.
RUN_SECONDS = 600


class Command:
    """A command that runs, and what has been seen of its descendants."""

    def __init__(self, process):
        self.process, self._seen = psutil.Process(process.pid), set()
        self._popen = process

    def ended(self):
        """Look at the descendants; return whether the command has ended."""
        with suppress(psutil.NoSuchProcess):
            self._seen |= set(self.process.children(recursive=True))
        return self._popen.poll() is not None

    def wait(self, seconds=120):
        """Wait for its end and return the exit status."""
        wait_until(self.ended, seconds)
        return self._popen.returncode

    def left(self):
        """Return those of its descendants that live."""
        self.ended()
        return [each for each in self._seen if _lives(each)]

    def connections(self):
        """Return where its descendants listen or talk to others."""
        return [socket for each in self.left() for socket in _sockets(each)]


def _lives(process):
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _sockets(process):
    with suppress(psutil.NoSuchProcess):
        return process.net_connections("inet")
    return []


@contextmanager
def embedded(folder, *arguments, **settings):
    """Start the command, its output in the files `out` and `err`. Whatever happens, nothing of it stays."""
    environment = {**os.environ, "TMPDIR": str(folder), **settings}
    command = [sys.executable, "-m", "pipelines", "embedded", *arguments]
    with (folder / "out").open("w") as out, (folder / "err").open("w") as err:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=out, stderr=err)
    running = Command(process)
    try:
        yield running
    finally:
        process.terminate()
        with suppress(AssertionError):
            wait_until(running.ended, 60)
        for each in [running.process, *running.left()]:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        process.wait()


def wait_until(done, seconds=120, pause=0.1):
    """Wait until something is true and return it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := done():
            return found
        time.sleep(pause)
    raise AssertionError(f"not within {seconds} s")

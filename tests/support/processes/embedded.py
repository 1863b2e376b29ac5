"""Runs `python -m pipelines embedded` as a process and tracks its descendants."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[3]
#: A timeout that is long enough for a run on a busy machine; no test depends on the actual time.
RUN_SECONDS = 600


class Command:
    """A running command and its descendants."""

    def __init__(self, process):
        self.process, self._descendants = psutil.Process(process.pid), set()
        self._popen = process

    def has_ended(self):
        """Update the descendants; return whether the command has ended."""
        with suppress(psutil.NoSuchProcess):
            self._descendants |= set(self.process.children(recursive=True))
        return self._popen.poll() is not None

    def wait(self, seconds=120):
        """Wait for its end and return the exit status."""
        wait_until(self.has_ended, seconds)
        return self._popen.returncode

    def running_descendants(self):
        """Return the descendants that are still running."""
        self.has_ended()
        return [process for process in self._descendants if _is_running(process)]

    def connections(self):
        """Return the network connections of its descendants."""
        return [socket for process in self.running_descendants() for socket in _list_sockets(process)]


def _is_running(process):
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _list_sockets(process):
    with suppress(psutil.NoSuchProcess):
        return process.net_connections("inet")
    return []


@contextmanager
def embedded(folder, *arguments, **settings):
    """Run the command with its output in the files `out` and `err`; kill all its processes at the end."""
    environment = {**os.environ, "TMPDIR": str(folder), **settings}
    arguments = [sys.executable, "-m", "pipelines", "embedded", *arguments]
    with (folder / "out").open("w") as out, (folder / "err").open("w") as err:
        process = subprocess.Popen(arguments, env=environment, cwd=ROOT, stdout=out, stderr=err)
    command = Command(process)
    try:
        yield command
    finally:
        process.terminate()
        with suppress(AssertionError):
            wait_until(command.has_ended, 60)
        for descendant in [command.process, *command.running_descendants()]:
            with suppress(psutil.NoSuchProcess):
                descendant.kill()
        process.wait()


def wait_until(condition, seconds=120, pause=0.1):
    """Wait until a condition returns a true value, and return it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(pause)
    raise AssertionError(f"timeout after {seconds} s")

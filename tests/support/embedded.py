"""`python -m pipelines embedded` as a process, and what it leaves behind."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
#: Handed down to every process that the command starts.
MARK = "MANCHETE_TEST"


@contextmanager
def embedded(folder, *arguments, **settings):
    """Start the command; give it with the files of its output. Whatever happens, nothing of it stays."""
    environment = {**os.environ, MARK: str(folder), "TMPDIR": str(folder), **settings}
    command = [sys.executable, "-m", "pipelines", "embedded", *arguments]
    with (folder / "out").open("w") as out, (folder / "err").open("w") as err:
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=out, stderr=err, start_new_session=True
        )
    try:
        yield process
    finally:
        for each in family(folder):
            each.send_signal(signal.SIGKILL)
        process.wait()


def family(folder):
    """Return the living processes that were started for a folder."""
    return [each for each in psutil.process_iter() if _is_of(each, folder)]


def _is_of(process, folder):
    try:
        return process.status() != "zombie" and process.environ().get(MARK) == str(folder)
    except psutil.Error:
        return False


def listening(folder):
    """Return the ports that those processes listen on."""
    return {
        connection.laddr.port
        for each in family(folder)
        for connection in each.net_connections("tcp")
        if connection.status == "LISTEN"
    }


def wait_until(done, seconds=120):
    """Wait until something is true and return it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := done():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s")

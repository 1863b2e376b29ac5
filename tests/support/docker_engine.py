"""A Docker engine for tests: one that is reachable, or one of their own where that can be started."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import yaml

from tests.support.images import ROOT

SCRIPTS = Path(__file__).parent / "engine"
#: Longer than a small image takes where a registry can be reached at all.
PULL_SECONDS = 240


class NoEngineError(Exception):
    """No Docker engine, or no image, can be had here; says why."""


@contextmanager
def docker_engine():
    """Give the environment in which `docker` reaches an engine; one that was started here is ended.

    Raises:
        NoEngineError: none is reachable, and none can be started.
    """
    environment = dict(os.environ)
    if shutil.which("docker") and _run(["docker", "info"], environment).returncode == 0:
        if _run(["docker", "compose", "version"], environment).returncode:
            raise NoEngineError("the Docker engine that is reachable has no `docker compose`")
        yield environment
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NoEngineError("no Docker engine is reachable; one is started as root on Debian only")
    if any(process.info["name"] == "dockerd" for process in psutil.process_iter(["name"])):
        # Two would overwrite each other's firewall rules.
        raise NoEngineError("a Docker engine runs here and is not reachable; say where in DOCKER_HOST")
    folder = Path(tempfile.mkdtemp(prefix="manchete-engine-"))
    try:
        started = _run(["sh", SCRIPTS / "start.sh", folder], environment)
        if started.returncode:
            raise NoEngineError(f"no Docker engine could be started: {started.stderr.strip()[-500:]}")
        yield environment | {"DOCKER_HOST": f"unix://{folder}/docker.sock"}
    finally:
        _end(folder)


def _end(folder):
    number = folder / "pid"
    if number.exists():
        process = int(number.read_text())
        os.kill(process, signal.SIGTERM)
        with suppress(ProcessLookupError):
            for _ in range(300):
                os.kill(process, 0)
                time.sleep(0.1)
    for line in reversed(Path("/proc/mounts").read_text().splitlines()):
        if (place := line.split()[1]).startswith(str(folder)):
            subprocess.run(["umount", "--lazy", place], check=False)
    # Some 100,000 files, which take minutes on a slow disk: nobody waits for that.
    subprocess.run(["sh", "-c", 'setsid rm -rf "$0" >/dev/null 2>&1 &', folder], check=False)


def _run(command, environment, seconds=600):
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=seconds
    )


def base_images(environment):
    """Return what replaces the images of others, by service, and `python` for the base of ours.

    Where the engine cannot pull, they are made from Debian's packages, and Grafana is left out (None).

    Raises:
        NoEngineError: they can neither be pulled nor made.
    """
    composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    others = {
        name: each["image"] for name, each in composed.items() if "@" in each["image"] or "/" in each["image"]
    }
    if all(_is_there(image, environment) for image in others.values()):
        return {}
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NoEngineError("the images cannot be pulled; they are made as root on Debian only")
    made = _run(["sh", SCRIPTS / "base_images.sh"], environment)
    if made.returncode:
        raise NoEngineError(f"the images can neither be pulled nor made: {made.stderr.strip()[-500:]}")
    return {
        "python": "manchete-base/python",
        **{name: f"manchete-base/{name}" for name in ("postgres", "prometheus", "statsd-exporter")},
        "grafana": None,
    }


def _is_there(image, environment):
    if _run(["docker", "image", "inspect", image], environment).returncode == 0:
        return True
    try:
        return _run(["docker", "pull", "--quiet", image], environment, PULL_SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        return False

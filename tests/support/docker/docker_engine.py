"""A Docker engine for tests: the one that is reachable, or a temporary one."""

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

from tests.support.docker.images import ROOT

SCRIPTS = Path(__file__).parent / "engine"
#: More than a small image needs where a registry is reachable.
PULL_SECONDS = 240


class NoEngineError(Exception):
    """No Docker engine, or no image, is available; the message says why."""


@contextmanager
def docker_engine():
    """Yield the environment in which `docker` reaches an engine; a temporary engine is stopped at the end.

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
        raise NoEngineError("a Docker engine runs here but is not reachable; set DOCKER_HOST")
    folder = Path(tempfile.mkdtemp(prefix="manchete-engine-"))
    try:
        started = _run(["sh", SCRIPTS / "start.sh", folder], environment)
        if started.returncode:
            raise NoEngineError(f"no Docker engine could be started: {started.stderr.strip()[-500:]}")
        yield environment | {"DOCKER_HOST": f"unix://{folder}/docker.sock"}
    finally:
        _stop(folder)


def _stop(folder):
    pid_file = folder / "pid"
    if pid_file.exists():
        process = int(pid_file.read_text())
        os.kill(process, signal.SIGTERM)
        with suppress(ProcessLookupError):
            for _ in range(300):
                os.kill(process, 0)
                time.sleep(0.1)
    for line in reversed(Path("/proc/mounts").read_text().splitlines()):
        if (mount := line.split()[1]).startswith(str(folder)):
            subprocess.run(["umount", "--lazy", mount], check=False)
    # Removing some 100,000 files takes minutes on a slow disk: it runs in the background.
    subprocess.run(["sh", "-c", 'setsid rm -rf "$0" >/dev/null 2>&1 &', folder], check=False)


def _run(command, environment, seconds=600):
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=seconds
    )


def base_images(environment):
    """Return substitutes of third-party images by service, and `python` for the base of the project's.

    Empty where the engine can pull the images; otherwise they are built from Debian's packages, without
    Grafana (None).

    Raises:
        NoEngineError: the images can neither be pulled nor built.
    """
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    images = {service["image"] for service in services.values()}
    if all(_is_available(image, environment) for image in images if "@" in image or "/" in image):
        return {}
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NoEngineError("the images cannot be pulled; they are built as root on Debian only")
    built = _run(["sh", SCRIPTS / "base_images.sh"], environment)
    if built.returncode:
        raise NoEngineError(f"the images can neither be pulled nor built: {built.stderr.strip()[-500:]}")
    return {
        "python": "manchete-base/python",
        **{name: f"manchete-base/{name}" for name in ("postgres", "prometheus", "statsd-exporter")},
        "grafana": None,
    }


def _is_available(image, environment):
    if _run(["docker", "image", "inspect", image], environment).returncode == 0:
        return True
    try:
        return _run(["docker", "pull", "--quiet", image], environment, PULL_SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        return False

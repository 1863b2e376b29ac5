"""docker-compose.yml as docker-compose understands it, and its services as plain processes.

No engine runs where the tests do. A service is started here with the environment, the command and
the files that its container would get; the names of hosts and folders become those of the test.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

from tests.support.images import ROOT, copy_into, environment_of, last_stage
from tests.support.tools import find_tool

SECRETS = {
    "POSTGRES_PASSWORD": "a0b1c2d3e4f5",
    "EVENTS_PASSWORD": "f6e7d8c9b0a1",
    "AIRFLOW_ADMIN_PASSWORD": 'a "quoted" password',
    "AIRFLOW_JWT_SECRET": "signs-what-the-servers-tell-each-other",
    "AIRFLOW_SECRET_KEY": "signs-the-sessions-of-its-page",
    "AIRFLOW_FERNET_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "GRAFANA_PASSWORD": "another password",
}


def run_config(folder, settings):
    """Let docker-compose check the file with these settings; return the finished process."""
    told = folder / "settings.env"
    told.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    command = [find_tool("docker-compose"), "--env-file", str(told), "config"]
    return subprocess.run(
        command, cwd=ROOT, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False
    )


def services(folder, **settings):
    """Return every service with all variables filled in."""
    done = run_config(folder, SECRETS | settings)
    assert done.returncode == 0, done.stderr
    return yaml.safe_load(done.stdout)["services"]


def dockerfile_of(service):
    """Return the Dockerfile of a service's image; one service of each image builds it."""
    name = re.fullmatch(r"manchete-(\w+):[\d.]+", service["image"])[1]
    return f"docker/Dockerfile.{name}"


class Place:
    """Where the test puts what containers see: `hosts` by `name:port`, `folders` by path."""

    def __init__(self, hosts, folders):
        self.hosts, self.folders = hosts, folders

    def __call__(self, text):
        """Return a value of the compose file or an image as it is on this machine."""
        for name, port in self.hosts.items():
            host, _, inside = name.rpartition(":")
            text = text.replace(name, f"127.0.0.1:{port}") if host else text
            text = re.sub(rf"^{inside}$", str(port), text)
        names = "|".join({re.escape(name.rpartition(":")[0]) for name in self.hosts})
        text = re.sub(rf"^({names}|0\.0\.0\.0)$", "127.0.0.1", text)
        return re.sub(rf"^({'|'.join(self.folders)})(?=/|$)", lambda found: str(self.folders[found[1]]), text)


class Container:
    """A service as a process: the files of its image, its variables, its command."""

    def __init__(self, service, folder, place):
        self.dockerfile, self.folder, self.place = dockerfile_of(service), folder, place
        if not folder.exists():
            copy_into(self.dockerfile, folder)
        told = environment_of(self.dockerfile) | service.get("environment", {})
        self.environment = {name: place(str(value)) for name, value in told.items()}
        self.environment["PATH"] = f"{Path(sys.executable).parent}:/usr/bin:/bin"
        words = dict(last_stage(self.dockerfile))
        entrypoint = service.get("entrypoint") or yaml.safe_load(words.get("ENTRYPOINT", "[]"))
        command = service["command"] if "command" in service else yaml.safe_load(words["CMD"])
        self.command = [*entrypoint, *command]
        check = service.get("healthcheck", {}).get("test")
        image_check = yaml.safe_load(words["HEALTHCHECK"].partition("CMD")[2])
        self.check = [place(each) for each in (check[1:] if check else image_check)]

    def start(self, log, **variables):
        """Start it in a group of its own."""
        with log.open("ab") as out:
            return subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=self.environment | variables,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def is_healthy(self):
        """Run its health check once."""
        return (
            subprocess.run(
                self.check, cwd=self.folder, env=self.environment, capture_output=True, check=False
            ).returncode
            == 0
        )

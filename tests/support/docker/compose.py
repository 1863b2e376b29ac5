"""Parses docker-compose.yml with docker-compose and runs its services as plain processes.

A service gets the environment, the command and the files of its container; host names and folders are
replaced by those of the test. No Docker engine is needed.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

from tests.support.docker.images import ROOT, copy_image_files, image_environment, image_instructions
from tests.support.processes.tools import find_tool

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
    """Run `docker-compose config` with these settings; return the finished process."""
    file = folder / "settings.env"
    file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    command = [find_tool("docker-compose"), "--env-file", str(file), "config"]
    return subprocess.run(
        command, cwd=ROOT, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False
    )


def services(folder, **settings):
    """Return all services with their variables substituted."""
    done = run_config(folder, SECRETS | settings)
    assert done.returncode == 0, done.stderr
    return yaml.safe_load(done.stdout)["services"]


def dockerfile_of(service):
    """Return the Dockerfile of a service's image."""
    name = re.fullmatch(r"manchete-(\w+):[\d.]+", service["image"])[1]
    return f"docker/Dockerfile.{name}"


class LocalMapping:
    """Maps hosts (`name:port`) and folders of containers to ports and folders of the test."""

    def __init__(self, hosts, folders):
        self.hosts, self.folders = hosts, folders

    def __call__(self, text):
        """Return a value of the compose file or an image with hosts and folders replaced."""
        for name, port in self.hosts.items():
            host, _, container_port = name.rpartition(":")
            text = text.replace(name, f"127.0.0.1:{port}") if host else text
            text = re.sub(rf"^{container_port}$", str(port), text)
        names = "|".join({re.escape(name.rpartition(":")[0]) for name in self.hosts})
        text = re.sub(rf"^({names}|0\.0\.0\.0)$", "127.0.0.1", text)
        return re.sub(rf"^({'|'.join(self.folders)})(?=/|$)", lambda match: str(self.folders[match[1]]), text)


class Container:
    """A service as a process with the files, the environment and the command of its container."""

    def __init__(self, service, folder, mapping):
        self.dockerfile, self.folder = dockerfile_of(service), folder
        if not folder.exists():
            copy_image_files(self.dockerfile, folder)
        variables = image_environment(self.dockerfile) | service.get("environment", {})
        self.environment = {name: mapping(str(value)) for name, value in variables.items()}
        self.environment["PATH"] = f"{Path(sys.executable).parent}:/usr/bin:/bin"
        instructions = dict(image_instructions(self.dockerfile))
        entrypoint = service.get("entrypoint") or yaml.safe_load(instructions.get("ENTRYPOINT", "[]"))
        command = service["command"] if "command" in service else yaml.safe_load(instructions["CMD"])
        self.command = [*entrypoint, *command]
        check = service.get("healthcheck", {}).get("test")
        image_check = yaml.safe_load(instructions["HEALTHCHECK"].partition("CMD")[2])
        self.check = [mapping(argument) for argument in (check[1:] if check else image_check)]

    def start(self, log, **variables):
        """Start the service in a new session."""
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
        """Run the health check once; return whether it succeeds."""
        return (
            subprocess.run(
                self.check, cwd=self.folder, env=self.environment, capture_output=True, check=False
            ).returncode
            == 0
        )

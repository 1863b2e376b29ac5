"""Runs docker-compose.yml on a Docker engine, as a separate project on free ports."""

import re
import subprocess
import time
from contextlib import contextmanager

import httpx
import yaml

from pipelines.embedded.ports import find_free_port
from tests.support.docker.compose import SECRETS
from tests.support.docker.images import ROOT
from tests.support.docker.prometheus import CONFIGURATION, Prometheus
from tests.support.processes.api_client import ADMIN_KEY, EVENTS_KEY, ITEMS_KEY, USERS_KEY

PROJECT, KEEPER = "manchete-stack-test", "manchete-stack-test-keeper"
PORTS = ("API_PORT", "AIRFLOW_PORT", "PROMETHEUS_PORT", "GRAFANA_PORT")
#: The size of the data volume; it is small so that a test can fill it.
DATA_MB = 160


class Deployment:
    """The running services of a compose project.

    Args:
        folder: contains settings and Prometheus's configuration; every user must be able to read it.
        environment: environment variables with which `docker` connects to the engine.
        images: replacements of base images, see `base_images`.
    """

    def __init__(self, folder, environment, images):
        self.folder = folder
        self.settings = SECRETS | {name: str(find_free_port()) for name in PORTS}
        self.settings |= {
            "API_KEYS_EVENTS": EVENTS_KEY,
            "API_KEYS_ITEMS": ITEMS_KEY,
            "API_KEYS_USERS": USERS_KEY,
            "API_KEYS_ADMIN": ADMIN_KEY,
        }
        self._environment = environment | {"COMPOSE_PROJECT_NAME": PROJECT}
        if images.get("python"):
            self._environment["PYTHON_IMAGE"] = images["python"]
        self._write_override(images)
        self.write_rules(speedup=1)
        self.api = httpx.Client(
            base_url=f"http://127.0.0.1:{self.settings['API_PORT']}",
            headers={"X-API-Key": EVENTS_KEY},
            timeout=30,
        )

    def _write_override(self, images):
        services = {name: {"image": image} for name, image in images.items() if name != "python" and image}
        services |= {name: {"profiles": ["left-out"]} for name, image in images.items() if image is None}
        prometheus = services.setdefault("prometheus", {})
        prometheus["volumes"] = [f"{self.folder / 'prometheus'}:/etc/prometheus:ro"]
        options = {"type": "tmpfs", "device": "tmpfs", "o": f"size={DATA_MB}m,uid=10001,gid=10001"}
        override = {"services": services, "volumes": {"data": {"driver_opts": options}}}
        (self.folder / "override.yml").write_text(yaml.safe_dump(override))

    def write_rules(self, speedup):
        """Write Prometheus's configuration and rules with all durations divided by a factor."""
        target = self.folder / "prometheus"
        for source in CONFIGURATION.rglob("*.yml"):
            written = target / source.relative_to(CONFIGURATION)
            written.parent.mkdir(parents=True, exist_ok=True)
            written.write_text(shorten_durations(source.read_text(), speedup))

    def docker(self, *arguments, check=True):
        """Run docker; return the finished process."""
        done = subprocess.run(
            ["docker", *map(str, arguments)],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, (
            f"docker {arguments}: {done.stdout[-2_000:]}{done.stderr[-4_000:]}"
        )
        return done

    def compose(self, *arguments, check=True, **settings):
        """Run docker compose with the settings as its `.env`."""
        file = self.folder / "settings.env"
        file.write_text("".join(f"{name}={text}\n" for name, text in (self.settings | settings).items()))
        files = ("-f", ROOT / "docker-compose.yml", "-f", self.folder / "override.yml")
        return self.docker("compose", "--env-file", file, *files, *arguments, check=check)

    def id(self, service):
        """Return the id of a service's container."""
        return self.compose("ps", "--all", "--quiet", service).stdout.strip()

    def inspect(self, service, template):
        """Return the output of `docker inspect` for a service's container."""
        return self.docker("inspect", "--format", template, self.id(service)).stdout.strip()

    def crash(self, service):
        """Kill -9 the main process of a container; Docker does not restart one after `docker kill`."""
        process = self.inspect(service, "{{.State.Pid}}")
        self.run_on_data("kill", "-9", process, options=("--pid=host",))

    def run_on_data(self, *command, options=()):
        """Run a command as root in a container with the data volume; return its output."""
        words = " ".join(command)
        return self.docker(
            "run", "--rm", "--user=0", "--network=none", f"--volume={PROJECT}_data:/data", *options,
            "--entrypoint=/bin/sh", "manchete-api:0.1.0", "-c", words,
        ).stdout.strip()  # fmt: skip

    def keep_data(self):
        """Keep the data volume mounted while no service uses it: it is stored in memory."""
        self.compose("create", "api")
        self.docker(
            "run", "--rm", "--detach", "--init", f"--name={KEEPER}", "--network=none",
            f"--volume={PROJECT}_data:/data", "--entrypoint=sleep", "manchete-api:0.1.0", "3600",
        )  # fmt: skip

    def close(self):
        """Close the connections to the API."""
        self.api.close()

    def remove(self):
        """Remove containers, networks and volumes of this and of an earlier project run."""
        self.docker("rm", "--force", KEEPER, check=False)
        self.compose("down", "--volumes", "--remove-orphans", check=False)

    def query(self, database, sql):
        """Run an SQL query as the owner of the database; return the output."""
        psql = (
            "exec",
            "-T",
            "postgres",
            "psql",
            "--username=airflow",
            f"--dbname={database}",
            "-Atc",
            sql,
        )
        return self.compose(*psql).stdout.strip()

    @contextmanager
    def airflow(self):
        """Yield an authenticated client of Airflow's REST API."""
        with httpx.Client(base_url=f"http://127.0.0.1:{self.settings['AIRFLOW_PORT']}", timeout=30) as client:
            login = {"username": "admin", "password": SECRETS["AIRFLOW_ADMIN_PASSWORD"]}
            response = client.post("/auth/token", json=login)
            assert response.status_code == 201, response.text
            client.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
            yield client

    @contextmanager
    def prometheus(self):
        """Yield a client of Prometheus."""
        client = Prometheus(int(self.settings["PROMETHEUS_PORT"]))
        try:
            yield client
        finally:
            client.close()

    def health(self):
        """Return the summary of the API's health."""
        return self.api.get("/health").json()

    def until(self, condition, description, seconds=120):
        """Wait until a condition returns a true value; return the value and the elapsed seconds."""
        start = time.monotonic()
        while (passed := time.monotonic() - start) < seconds:
            try:
                if result := condition():
                    return result, passed
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError(
            f"timeout: {description}\n{self.compose('logs', '--tail=30', check=False).stdout[-6_000:]}"
        )

    def until_ready(self, seconds=120):
        """Wait until the API is ready; return the elapsed seconds."""
        return self.until(
            lambda: self.api.get("/health/ready").json().get("status") == "ready", "the API is ready", seconds
        )[1]

    def until_fires(self, alert, seconds=90, **labels):
        """Wait until an alert with these labels fires."""
        matchers = {"alertname": alert, "alertstate": "firing"} | labels
        selector = ",".join(f'{name}="{value}"' for name, value in matchers.items())
        with self.prometheus() as server:
            server.wait_for(f"ALERTS{{{selector}}}", seconds)


def shorten_durations(text, speedup):
    """Divide the durations of a configuration or rule file, to at least one second each."""

    def divide(match):
        seconds = float(match[2]) * {"s": 1, "m": 60, "h": 3_600, "d": 86_400}[match[3]]
        return f"{match[1]}{max(1, round(seconds / speedup))}s"

    return re.sub(r"((?:for: |_interval: |\[|offset ))(\d+)([smhd])\b", divide, text)

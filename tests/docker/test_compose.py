"""docker-compose.yml, as docker-compose itself reads it; no engine is asked."""

import re

import pytest

from tests.support.compose import SECRETS, dockerfile_of, run_config, services
from tests.support.images import ROOT

pytestmark = pytest.mark.tools("docker-compose")

OWN = {
    "api",
    "airflow-init",
    "airflow-api",
    "airflow-scheduler",
    "airflow-dag-processor",
    "airflow-triggerer",
}
OTHERS = {"postgres", "prometheus", "statsd-exporter", "grafana"}
PORTS = {"api": 8001, "airflow-api": 8080, "prometheus": 9090, "grafana": 3000}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    return services(tmp_path_factory.mktemp("compose"))


def test_it_is_valid_and_has_every_service(told):
    assert set(told) == OWN | OTHERS


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("value", [None, ""])
def test_no_secret_has_a_default(tmp_path, name, value):
    settings = {key: text for key, text in SECRETS.items() if key != name}
    done = run_config(tmp_path, settings if value is None else settings | {name: value})
    assert done.returncode != 0
    assert ".env.example" in done.stderr


def test_the_example_names_every_variable_and_no_other():
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    example = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert example == used


def test_the_example_gives_no_password(tmp_path):
    text = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^([A-Z_]+)=$", text, re.MULTILINE)) == set(SECRETS)


def test_every_service_has_the_least_privileges(told):
    for name, service in told.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["read_only"] is True, name
        assert service["pids_limit"], name
        assert service["mem_limit"], name
        assert not service.get("privileged"), name
    assert {name for name, service in told.items() if "cap_add" in service} == {"postgres"}


def test_the_api_reads_the_volume_and_nothing_else_of_ours(told):
    assert told["api"]["volumes"] in (
        ["data:/data:ro", "compiled:/compiled:rw"],
        ["data:/data:ro", "compiled:/compiled"],
    )
    keys = {f"API_KEYS_{kind}" for kind in ("EVENTS", "ITEMS", "READERS", "ADMIN")}
    limits = {
        "API_RATE_PER_KEY",
        "API_EVENTS_PER_KEY",
        "API_RATE_PER_ADDRESS",
        "API_CORS_ORIGINS",
        "FORWARDED_ALLOW_IPS",
    }
    switches = {"API_FAST_PATH", "API_COALESCE_RESPONSES", "API_FAST_COUNTERS"}
    trial = {"CHALLENGER_SHARE", "EXPERIMENT", "INFERENCE_LOG_KEYS"}
    assert set(told["api"]["environment"]) == {"ENV", "EVENTS_URL"} | keys | limits | switches | trial
    assert set(told["api"]["networks"]) == {"serving", "events"}


def test_the_api_comes_to_the_database_as_a_user_of_its_own(told):
    near = {name for name, service in told.items() if "events" in service["networks"]}
    assert near == {"api", "postgres"}
    address = told["api"]["environment"]["EVENTS_URL"]
    assert address == f"postgresql://events:{SECRETS['EVENTS_PASSWORD']}@postgres:5432/events"
    assert SECRETS["POSTGRES_PASSWORD"] not in str(told["api"])


def test_of_airflow_the_scheduler_alone_comes_to_the_event_log(told):
    knowing = {name for name, service in told.items() if SECRETS["EVENTS_PASSWORD"] in str(service)}
    assert knowing == {"api", "airflow-scheduler", "postgres"}
    assert told["airflow-scheduler"]["environment"]["EVENTS_URL"] == told["api"]["environment"]["EVENTS_URL"]
    assert told["airflow-scheduler"]["environment"].keys() > told["airflow-api"]["environment"].keys()


def test_only_airflow_reaches_its_database(told):
    near = {name for name, service in told.items() if "database" in service["networks"]}
    assert near == OWN - {"api"} | {"postgres"}
    assert told["postgres"].get("ports") is None


def test_ports_are_published_on_loopback(told):
    published = {name: service["ports"] for name, service in told.items() if service.get("ports")}
    assert published == {name: [f"127.0.0.1:{port}:{port}/tcp"] for name, port in PORTS.items()}


def test_images_of_others_are_pinned(told):
    images = {name: told[name]["image"] for name in OTHERS}
    unhashed = {name for name, image in images.items() if not re.search(r"@sha256:[0-9a-f]{64}$", image)}
    assert all(re.search(r":v?\d+\.\d+(\.\d+)?", image) for image in images.values())
    assert unhashed == {"statsd-exporter"}


def test_each_of_our_images_is_built_by_one_service(told):
    builders = {name: dockerfile_of(told[name]) for name in OWN if "build" in told[name]}
    assert builders == {"api": "docker/Dockerfile.api", "airflow-init": "docker/Dockerfile.airflow"}
    assert all(told[name]["build"]["dockerfile"] == path for name, path in builders.items())
    users = OWN - builders.keys()
    assert {told[name]["image"] for name in users} == {told["airflow-init"]["image"]}
    assert {told[name]["pull_policy"] for name in users} == {"never"}


def test_no_other_service_writes_where_the_api_keeps_its_code(told):
    assert {name for name, each in told.items() if "compiled:" in str(each.get("volumes"))} == {"api"}


def test_airflow_waits_for_what_the_one_shot_prepares(told):
    for name in OWN - {"api", "airflow-init"}:
        needed = told[name]["depends_on"]
        assert needed["airflow-init"]["condition"] == "service_completed_successfully"
        assert needed["postgres"]["condition"] == "service_healthy"


def test_folders_that_are_mounted_exist(told):
    mounts = [mount.split(":") for service in told.values() for mount in service.get("volumes", [])]
    bound = {source for source, *_ in mounts if source.startswith(("/", "."))}
    inside = {source for source in bound if not source.endswith("/input")}
    assert len(inside) == 5
    assert all((ROOT / source).is_dir() for source in inside)


def test_the_guide_tells_of_every_service(told):
    guide = (ROOT / "docs" / "deployment.md").read_text()
    assert {name for name in told if f"`{name}`" not in guide} == set()

"""docker-compose.yml as docker-compose parses it, without a Docker engine."""

import re

import pytest

from tests.support.docker.compose import SECRETS, dockerfile_of, run_config, services
from tests.support.docker.images import ROOT

pytestmark = pytest.mark.tools("docker-compose")

PROJECT_SERVICES = {
    "api",
    "api-recruiting",
    "airflow-init",
    "airflow-api",
    "airflow-scheduler",
    "airflow-dag-processor",
    "airflow-triggerer",
}
THIRD_PARTY_SERVICES = {"postgres", "prometheus", "statsd-exporter", "grafana"}
APIS = {"api", "api-recruiting"}
#: The ports of the machine, and those of the containers where they differ.
PORTS = {"api": 8001, "api-recruiting": 8002, "airflow-api": 8080, "prometheus": 9090, "grafana": 3000}
CONTAINER_PORTS = PORTS | {"api-recruiting": 8001}


@pytest.fixture(scope="module")
def compose(tmp_path_factory):
    return services(tmp_path_factory.mktemp("compose"))


def test_compose_file_is_valid_and_has_every_service(compose):
    assert set(compose) == PROJECT_SERVICES | THIRD_PARTY_SERVICES


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("value", [None, ""])
def test_no_secret_has_a_default(tmp_path, name, value):
    settings = {key: text for key, text in SECRETS.items() if key != name}
    result = run_config(tmp_path, settings if value is None else settings | {name: value})
    assert result.returncode != 0
    assert ".env.example" in result.stderr


def test_env_example_has_exactly_the_variables_of_the_compose_file():
    variables = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    example = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert example == variables


def test_env_example_has_no_password():
    text = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^([A-Z_]+)=$", text, re.MULTILINE)) == set(SECRETS)


def test_every_service_has_minimal_privileges(compose):
    for name, service in compose.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["read_only"] is True, name
        assert service["pids_limit"], name
        assert service["mem_limit"], name
        assert not service.get("privileged"), name
    assert {name for name, service in compose.items() if "cap_add" in service} == {"postgres"}


def test_api_mounts_the_volume_read_only_and_has_only_its_settings(compose):
    assert compose["api"]["volumes"] in (
        ["data:/data:ro", "compiled:/compiled:rw"],
        ["data:/data:ro", "compiled:/compiled"],
    )
    keys = {f"API_KEYS_{kind}" for kind in ("EVENTS", "ITEMS", "USERS", "ADMIN")}
    limits = {
        "API_RATE_PER_KEY",
        "API_EVENTS_PER_KEY",
        "API_RATE_PER_ADDRESS",
        "API_CORS_ORIGINS",
        "FORWARDED_ALLOW_IPS",
    }
    speed = {"API_FAST_PATH", "API_COALESCE_RESPONSES", "API_FAST_COUNTERS"}
    experiment = {"CHALLENGER_SHARE", "EXPERIMENT", "INFERENCE_LOG_KEYS", "INFERENCE_LOG_DAYS"}
    assert set(compose["api"]["environment"]) == {"ENV", "EVENTS_URL"} | keys | limits | speed | experiment
    assert set(compose["api"]["networks"]) == {"serving", "events"}


def test_api_connects_to_the_database_as_the_events_user(compose):
    connected = {name for name, service in compose.items() if "events" in service["networks"]}
    assert connected == APIS | {"postgres"}
    url = compose["api"]["environment"]["EVENTS_URL"]
    assert url == f"postgresql://events:{SECRETS['EVENTS_PASSWORD']}@postgres:5432/events"
    assert SECRETS["POSTGRES_PASSWORD"] not in str(compose["api"])


def test_only_the_scheduler_of_airflow_connects_to_the_event_log(compose):
    services_with_password = {
        name for name, service in compose.items() if SECRETS["EVENTS_PASSWORD"] in str(service)
    }
    assert services_with_password == APIS | {"airflow-scheduler", "postgres"}
    assert (
        compose["airflow-scheduler"]["environment"]["EVENTS_URL"]
        == compose["api"]["environment"]["EVENTS_URL"]
    )
    assert compose["airflow-scheduler"]["environment"].keys() > compose["airflow-api"]["environment"].keys()


def test_only_airflow_connects_to_its_database(compose):
    connected = {name for name, service in compose.items() if "database" in service["networks"]}
    assert connected == PROJECT_SERVICES - APIS | {"postgres"}
    assert compose["postgres"].get("ports") is None


def test_ports_are_published_on_loopback_only(compose):
    published = {name: service["ports"] for name, service in compose.items() if service.get("ports")}
    expected = {name: [f"127.0.0.1:{port}:{CONTAINER_PORTS[name]}/tcp"] for name, port in PORTS.items()}
    assert published == expected


def test_third_party_images_are_pinned(compose):
    images = {name: compose[name]["image"] for name in THIRD_PARTY_SERVICES}
    images_without_digest = {
        name for name, image in images.items() if not re.search(r"@sha256:[0-9a-f]{64}$", image)
    }
    assert all(re.search(r":v?\d+\.\d+(\.\d+)?", image) for image in images.values())
    assert images_without_digest == {"statsd-exporter"}


def test_one_service_builds_each_image(compose):
    builders = {name: dockerfile_of(compose[name]) for name in PROJECT_SERVICES if "build" in compose[name]}
    assert builders == {"api": "docker/Dockerfile.api", "airflow-init": "docker/Dockerfile.airflow"}
    assert all(compose[name]["build"]["dockerfile"] == path for name, path in builders.items())
    users = PROJECT_SERVICES - builders.keys()
    images = {compose[name]["image"] for name in users - APIS}
    assert images == {compose["airflow-init"]["image"]}
    assert compose["api-recruiting"]["image"] == compose["api"]["image"]
    assert {compose[name]["pull_policy"] for name in users} == {"never"}


def test_only_the_apis_mount_their_compiled_code(compose):
    mounting = {name for name, service in compose.items() if "compiled:" in str(service.get("volumes"))}
    assert mounting == APIS


def test_api_of_the_second_domain_differs_in_domain_and_port_only(compose):
    first, second = compose["api"], compose["api-recruiting"]
    assert second["environment"] == first["environment"] | {"DOMAIN": "recruiting"}
    different = {"environment", "ports", "profiles", "build", "pull_policy"}
    assert {k: v for k, v in second.items() if k not in different} == {
        k: v for k, v in first.items() if k not in different
    }
    assert (second["profiles"], "profiles" in first) == (["recruiting"], False)


def test_airflow_starts_after_its_initialisation(compose):
    for name in PROJECT_SERVICES - APIS - {"airflow-init"}:
        dependencies = compose[name]["depends_on"]
        assert dependencies["airflow-init"]["condition"] == "service_completed_successfully"
        assert dependencies["postgres"]["condition"] == "service_healthy"


def test_mounted_folders_exist(compose):
    mounts = [mount.split(":") for service in compose.values() for mount in service.get("volumes", [])]
    folders = {source for source, *_ in mounts if source.startswith(("/", "."))}
    repository_folders = {source for source in folders if not source.endswith("/input")}
    assert len(repository_folders) == 5
    assert all((ROOT / source).is_dir() for source in repository_folders)


def test_deployment_guide_lists_every_service(compose):
    guide = (ROOT / "docs" / "deployment.md").read_text()
    assert {name for name in compose if f"`{name}`" not in guide} == set()

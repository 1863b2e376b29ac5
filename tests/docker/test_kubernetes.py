"""The Kubernetes manifests: valid for the schemas, consistent with the image, with least privileges."""

import copy
import json
import subprocess

import kubernetes_validate
import pytest
import yaml

from app.settings import ApiSettings
from tests.support.docker.images import ROOT, image_environment, image_instructions
from tests.support.processes.tools import find_tool

FOLDER = ROOT / "docker" / "kubernetes"
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
MANIFESTS = {name: yaml.safe_load((FOLDER / name).read_text()) for name in KUSTOMIZATION["resources"]}
#: The oldest and the newest version of Kubernetes that the manifests are checked for.
VERSIONS = ["1.29", kubernetes_validate.latest_version()]
DOCKERFILE = "docker/Dockerfile.api"


@pytest.fixture(scope="module")
def pod():
    return MANIFESTS["deployment.yaml"]["spec"]["template"]["spec"]


@pytest.fixture(scope="module")
def container(pod):
    [container] = pod["containers"]
    return container


def test_kustomization_has_every_manifest():
    assert {path.name for path in FOLDER.glob("*.yaml")} == {*MANIFESTS, "kustomization.yaml"}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", MANIFESTS)
def test_manifest_is_valid(name, version):
    kubernetes_validate.validate(MANIFESTS[name], version, strict=True)


def test_unknown_field_is_invalid():
    manifest = copy.deepcopy(MANIFESTS["deployment.yaml"])
    manifest["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError, match="readynessProbe"):
        kubernetes_validate.validate(manifest, VERSIONS[-1], strict=True)


def test_user_port_and_version_are_those_of_the_image(pod, container):
    instructions = dict(image_instructions(DOCKERFILE))
    user, group = map(int, instructions["USER"].split(":"))
    security = pod["securityContext"]
    assert (security["runAsUser"], security["runAsGroup"], security["runAsNonRoot"]) == (user, group, True)
    assert container["ports"] == [{"name": "http", "containerPort": int(instructions["EXPOSE"])}]
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    [image] = KUSTOMIZATION["images"]
    assert f"{image['name']}:{image['newTag']}" == compose["x-api"]["image"]
    assert container["image"] == image["name"]


def test_container_has_no_privileges(pod, container):
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["resources"]["limits"]["memory"]


def test_only_temporary_folders_are_writable(pod, container):
    temporary = {volume["name"] for volume in pod["volumes"] if "emptyDir" in volume}
    writable = {mount["name"] for mount in container["volumeMounts"] if not mount.get("readOnly")}
    assert writable == temporary
    environment = image_environment(DOCKERFILE)
    paths = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert paths == {environment["DATA_ROOT"], environment["NUMBA_CACHE_DIR"], "/tmp"}  # noqa: S108
    assert all(volume["emptyDir"]["sizeLimit"] for volume in pod["volumes"] if "emptyDir" in volume)


def test_probes_are_operations_of_the_api(container):
    paths = json.loads((ROOT / "docs" / "openapi" / "news.json").read_text())["paths"]
    probes = {name: container[name]["httpGet"] for name in container if name.endswith("Probe")}
    assert probes["readinessProbe"]["path"] == "/health/ready"
    assert probes["livenessProbe"]["path"] == probes["startupProbe"]["path"] == "/health/live"
    assert all(probe["path"] in paths and probe["port"] == "http" for probe in probes.values())


def test_settings_exist_and_secrets_are_not_in_the_manifests(container):
    settings = MANIFESTS["configmap.yaml"]["data"]
    assert {name.lower() for name in settings} <= set(ApiSettings.model_fields)
    assert not [name for name in settings if "KEYS" in name or name == "EVENTS_URL"]
    assert container["envFrom"][1] == {"secretRef": {"name": "manchete-api"}}


def test_every_selector_matches_the_pods():
    labels = MANIFESTS["deployment.yaml"]["spec"]["template"]["metadata"]["labels"]
    assert MANIFESTS["service.yaml"]["spec"]["selector"] == labels
    for name, key in (
        ("deployment.yaml", "selector"),
        ("disruption_budget.yaml", "selector"),
        ("network_policy.yaml", "podSelector"),
    ):
        assert MANIFESTS[name]["spec"][key]["matchLabels"] == labels
    target = MANIFESTS["autoscaler.yaml"]["spec"]["scaleTargetRef"]
    assert target["name"] == MANIFESTS["deployment.yaml"]["metadata"]["name"]


def test_a_replica_remains_during_an_eviction():
    assert MANIFESTS["autoscaler.yaml"]["spec"]["minReplicas"] > 1
    assert MANIFESTS["disruption_budget.yaml"]["spec"]["maxUnavailable"] == 1
    assert "replicas" not in MANIFESTS["deployment.yaml"]["spec"]


def test_network_policy_names_every_port():
    policy = MANIFESTS["network_policy.yaml"]["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    ports = [port["port"] for rule in policy["egress"] for port in rule["ports"]]
    assert ports == [5432, 53, 53]
    assert all("from" in rule and rule["ports"] for rule in policy["ingress"])


@pytest.mark.tools("kubectl")
def test_kustomize_renders_the_overlay_of_the_documentation(tmp_path):
    """docs/deployment.md has an overlay for a second domain; the base is where this repository is."""
    text = (ROOT / "docs" / "deployment.md").read_text()
    overlay = text.partition("```yaml\n# kustomization.yaml\n")[2].partition("```")[0]
    base = tmp_path / "base"
    base.mkdir()
    for path in FOLDER.iterdir():
        (base / path.name).write_text(path.read_text())
    folder = tmp_path / "overlay"
    folder.mkdir()
    (folder / "kustomization.yaml").write_text(overlay.replace("manchete/docker/kubernetes", "../base"))
    command = [find_tool("kubectl"), "kustomize", folder]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    rendered = {found["kind"]: found for found in yaml.safe_load_all(result.stdout)}
    for manifest in rendered.values():
        kubernetes_validate.validate(manifest, VERSIONS[-1], strict=True)
    assert rendered["ConfigMap"]["data"]["DOMAIN"] == "recruiting"
    [container] = rendered["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert "@sha256:" in container["image"]
    assert container["envFrom"][0]["configMapRef"]["name"] == rendered["ConfigMap"]["metadata"]["name"]

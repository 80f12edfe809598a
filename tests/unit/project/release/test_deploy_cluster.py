"""The files in deploy/ for a cluster agree with each other, and with the settings."""

import re
from configparser import ConfigParser
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from bus.contract.settings_file import load_settings
from supervisor.nodes.providers.ray_machines import RESOURCE

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def parts() -> dict[str, Any]:
    """What Kubernetes is given, by kind and name."""
    found = yaml.safe_load_all((ROOT / "deploy/kuberay.yaml").read_text())
    return {f"{part['kind']} {part['metadata']['name']}": part for part in found}


def server(parts: dict[str, Any]) -> dict[str, Any]:
    containers = parts["RayCluster deadstop"]["spec"]["headGroupSpec"]["template"]["spec"]["containers"]
    return cast(dict[str, Any], next(each for each in containers if each["name"] == "deadstop"))


def nodes(parts: dict[str, Any]) -> dict[str, Any]:
    (group,) = parts["RayCluster deadstop"]["spec"]["workerGroupSpecs"]
    return cast(dict[str, Any], group)


def test_the_server_listens_where_its_nodes_connect_to(parts: dict[str, Any]) -> None:
    environment = {each["name"]: each["value"] for each in server(parts)["env"] if "DEADSTOP_" in each["name"]}
    cluster = load_settings(None, environment).cluster
    assert (cluster.provider, cluster.allow_open_ray) == ("ray", False)
    assert cluster.advertise == "tcp://deadstop-line:7100"
    (port,) = parts["Service deadstop-line"]["spec"]["ports"]
    assert f":{port['targetPort']}" in cluster.listen
    assert port["targetPort"] in [each["containerPort"] for each in server(parts)["ports"]]
    labels = parts["RayCluster deadstop"]["spec"]["headGroupSpec"]["template"]["metadata"]["labels"]
    assert parts["Service deadstop-line"]["spec"]["selector"] == labels


def test_the_cluster_has_a_token_and_its_nodes_the_resource(parts: dict[str, Any]) -> None:
    assert parts["RayCluster deadstop"]["spec"]["authOptions"]["mode"] == "token"
    assert RESOURCE in nodes(parts)["rayStartParams"]["resources"]


def test_a_node_may_make_namespaces_and_is_nobody_on_its_host(parts: dict[str, Any]) -> None:
    pod = nodes(parts)["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["hostUsers"] is False
    assert container["securityContext"]["procMount"] == "Unmasked"
    assert "SYS_ADMIN" in container["securityContext"]["capabilities"]["add"]


def test_data_are_at_the_same_path_everywhere(parts: dict[str, Any]) -> None:
    (container,) = nodes(parts)["template"]["spec"]["containers"]
    everywhere = [each["volumeMounts"] for each in (container, server(parts))]
    assert all({"name": "data", "mountPath": "/data", "readOnly": True} in mounts for mounts in everywhere)


def test_the_unit_of_a_node_joins_with_the_resource_and_a_token_and_may_make_namespaces() -> None:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string((ROOT / "deploy/deadstop-node.service").read_text())
    service = parser["Service"]
    assert f'"{RESOURCE}": 1' in service["ExecStart"]
    assert "RAY_AUTH_MODE=token" in service["Environment"]
    forbidding = ("RestrictNamespaces", "ProtectProc", "ProcSubset", "ProtectKernelTunables", "SystemCallFilter")
    assert not [name for name in forbidding if name in service]


def test_the_image_with_ray_is_built_from_a_lock_that_is_there() -> None:
    (lock,) = re.findall(r"--build-arg LOCK=(\S+)", (ROOT / "deploy/kuberay.yaml").read_text())
    assert "\nray==" in (ROOT / lock).read_text()
    assert "ARG LOCK=" in (ROOT / "deploy/Containerfile").read_text()

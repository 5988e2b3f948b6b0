"""What the chart makes is as locked down as it can be, whatever values are given."""

import re
from typing import Any

import pytest

from deploy.helm.settings import SERVICES
from tests.chart.engine import GIVEN, pods, rendered, values

SECRET_WORDS = re.compile(r"passw|secret|token|://[^/\s]+:[^/\s]+@", re.IGNORECASE)


def weaknesses(pod: dict[str, Any]) -> list[str]:
    """Return a sentence for each thing that the restricted profile, or this house, does not allow."""
    spec = pod["spec"]
    security = spec.get("securityContext", {})
    found = []
    if security.get("runAsNonRoot") is not True or security.get("runAsUser") == 0:
        found.append("it may run as root")
    if security.get("seccompProfile") != {"type": "RuntimeDefault"}:
        found.append("it may make any system call")
    if spec.get("automountServiceAccountToken") is not False:
        found.append("it gets a token for the Kubernetes API")
    if {"hostNetwork", "hostPID", "hostIPC"} & spec.keys() or any("hostPath" in one for one in spec["volumes"]):
        found.append("it reaches into its node")
    for one in (*spec["containers"], *spec.get("initContainers", ())):
        found += _of_container(one, is_service=spec.get("restartPolicy") is None)
    return found


def _of_container(one: dict[str, Any], *, is_service: bool) -> list[str]:
    security = one.get("securityContext", {})
    found = []
    if security.get("allowPrivilegeEscalation") is not False:
        found.append("it may become more than it is")
    if security.get("capabilities") != {"drop": ["ALL"]}:
        found.append("it has capabilities")
    if security.get("readOnlyRootFilesystem") is not True:
        found.append("it may write anywhere")
    if "memory" not in one.get("resources", {}).get("limits", {}) or len(one["resources"].get("requests", {})) < 2:
        found.append("it has no bounds")
    if re.search(r":latest$|^[^:@]+$", one["image"].rpartition("/")[2]):
        found.append("nobody knows which image it runs")
    if is_service and not {"livenessProbe", "readinessProbe", "startupProbe"} <= one.keys():
        found.append("nobody asks how it is")
    return found


@pytest.mark.parametrize("name", GIVEN)
def test_every_pod_is_locked_down(name: str) -> None:
    assert {who: weaknesses(pod) for who, pod in pods(name)} == {who: [] for who, _ in pods(name)}


def test_each_weakness_is_found() -> None:
    bad = {
        "spec": {
            "hostNetwork": True,
            "volumes": [],
            "containers": [{"image": "registry.example.org:5000/waakvlam", "resources": {}}],
        }
    }

    assert len(weaknesses(bad)) == 10


@pytest.mark.parametrize("name", GIVEN)
def test_being_alive_never_depends_on_anything_else(name: str) -> None:
    for who, pod in pods(name):
        for one in pod["spec"]["containers"]:
            for probe in ("livenessProbe", "startupProbe"):
                asked = str(one.get(probe, {}))
                assert "/ready" not in asked, who
                assert "/heartbeat" not in asked, who
                assert asked == "{}" or "/health" in asked, who


@pytest.mark.parametrize("name", GIVEN)
def test_no_secret_stands_in_a_manifest(name: str) -> None:
    for one in rendered(name):
        assert one["kind"] != "Secret"
    for who, pod in pods(name):
        for container in pod["spec"]["containers"]:
            for variable in container["env"]:
                told = str(variable.get("value", ""))
                is_a_file = told.startswith("/etc/waakvlam/")
                assert is_a_file or not SECRET_WORDS.search(told), who
                assert "value" not in variable or "PASSWORD" not in variable["name"] or is_a_file, who


@pytest.mark.parametrize("name", GIVEN)
def test_secrets_are_read_where_they_are_needed_alone(name: str) -> None:
    """A service sees its own login and database; the keys of cases and the vault are for intake, backup and retention."""
    for who, pod in pods(name):
        component = pod["metadata"]["labels"]["app.kubernetes.io/component"]
        spec = str(pod["spec"])
        assert ("waakvlam-vault" in spec) <= (component in {"intake", "retention"}), who
        assert ("waakvlam-keys" in spec) <= (component in {"intake", "backup", "retention"}), who
        assert ("'claimName': 'waakvlam-intake'" in spec) <= (
            component in {"intake", "backup", "retention", "watch"}
        ), who
        if component == "watch":
            (mount,) = (one for one in pod["spec"]["containers"][0]["volumeMounts"] if one["name"] == "data")
            assert (mount["subPath"], mount["readOnly"]) == ("data", True)
        assert ("WAAKVLAM_RADAR" in spec) == (component == "monitoring"), who
        assert ("HEARTBEAT_URL" in spec) <= (component == "monitoring"), who
        assert ("BOARD_SECRET" in spec) <= (component == "board"), who


@pytest.mark.parametrize("name", GIVEN)
def test_with_roles_each_service_logs_in_at_the_ledger_as_itself_and_only_jobs_as_its_owner(name: str) -> None:
    has_roles = values(name).get("database", {}).get("roles", False)
    for who, pod in pods(name):
        component = pod["metadata"]["labels"]["app.kubernetes.io/component"]
        for one in pod["spec"]["containers"][0]["env"]:
            if one["name"] == "WAAKVLAM_LEDGER":
                own = has_roles and component in SERVICES
                assert one["valueFrom"]["secretKeyRef"]["key"] == (f"ledger-{component}" if own else "ledger"), who


@pytest.mark.parametrize("name", [one for one in GIVEN if one != "plaintext"])
def test_every_pod_has_a_network_policy_that_says_where_it_may_go(name: str) -> None:
    policies = [one["spec"] for one in rendered(name) if one["kind"] == "NetworkPolicy"]
    nothing = [one for one in policies if "egress" not in one]
    assert [one["policyTypes"] for one in nothing] == [["Ingress", "Egress"]]
    for who, pod in pods(name):
        labels = pod["metadata"]["labels"].items()
        mine = [one for one in policies if one["podSelector"]["matchLabels"].items() <= labels]
        assert len(mine) == 2, who
        (own,) = (one for one in mine if one not in nothing)
        for rule in own["egress"]:
            assert rule["ports"], who
            assert all(port["port"] for port in rule["ports"]), who


def test_what_may_be_reached_is_what_is_needed() -> None:
    allowed = {
        one["spec"]["podSelector"]["matchLabels"].get("app.kubernetes.io/component"): sorted(
            {port["port"] for rule in one["spec"].get("egress", []) for port in rule["ports"]}
        )
        for one in rendered("full")
        if one["kind"] == "NetworkPolicy"
    }

    assert allowed == {
        None: [],
        "intake": [53, 4318, 5432, 8200, 9093],
        "triage": [53, 4318, 5432, 9093],
        "monitoring": [53, 443, 4318, 5432, 9093],
        "board": [53, 443, 4318, 5432, 9093],
        "watch": [53, 5432, 9093],
        "topics": [53, 9093],
        "migrations": [53, 5432],
        "backup": [53, 5432],
        "retention": [53, 5432, 8200, 9093],
        "canary": [53, 9093],
    }


@pytest.mark.parametrize("name", GIVEN)
def test_every_service_gives_way_one_pod_at_a_time_and_stops_in_order(name: str) -> None:
    budgets = [one["spec"] for one in rendered(name) if one["kind"] == "PodDisruptionBudget"]
    for one in rendered(name):
        if one["kind"] != "Deployment":
            continue
        labels = one["spec"]["selector"]["matchLabels"]
        assert [b["maxUnavailable"] for b in budgets if b["selector"]["matchLabels"] == labels] == [1]
        assert one["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > 20 + 5
        assert len(one["spec"]["template"]["spec"]["topologySpreadConstraints"]) == 2

"""The chart and the code speak of the same settings, topics, rights, partitions, commands and ports."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest
import yaml
from typer.main import get_command

from cli.main import app
from cli.rights import USER, Right, rights_of
from deploy.helm.settings import DECIDED, JOBS, NOT_FOR_A_CLUSTER, SERVICES, fields_of, given
from ledger.settings import Settings
from services.board.security import OWN_HOSTS
from tests.chart.engine import CHART, GIVEN, pods, rendered, values
from waakvlam.canary import own_line
from waakvlam.lines import read_line
from waakvlam.topics import agencies, topics

PREFIX = "WAAKVLAM_"
# What libraries read.
ELSEWHERE = {
    "PGSSLROOTCERT",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "HTTPS_PROXY",
    "NO_PROXY",
    "OTEL_EXPORTER_OTLP_CERTIFICATE",
}


def _environment(pod: dict[str, Any]) -> dict[str, dict[str, Any]]:
    (container,) = pod["spec"]["containers"]
    return {one["name"]: one for one in container["env"]}


@pytest.mark.parametrize("name", GIVEN)
def test_every_variable_in_the_chart_is_a_setting_of_who_gets_it(name: str) -> None:
    for who, pod in pods(name):
        component = pod["metadata"]["labels"]["app.kubernetes.io/component"]
        reads = set(fields_of(SERVICES.get(component, Settings)))
        if component in ("backup", "retention"):
            reads.add("CHECKPOINT_KEY")  # the command line's own
        if component == "backup":
            reads.add("LOOKS")
        found = {one.removeprefix(PREFIX) for one in _environment(pod) if one not in ELSEWHERE}
        assert found - reads == set(), who
        assert len(_environment(pod)) == len(pod["spec"]["containers"][0]["env"]), f"{who} is told something twice"


def test_every_setting_can_be_given_or_is_not_for_a_cluster_and_says_why() -> None:
    known = {name for settings in SERVICES.values() for name in fields_of(settings)}
    by_name = set(given(secret=False)) | set(given(secret=True))

    assert known == DECIDED | set(NOT_FOR_A_CLUSTER) | by_name
    assert all(NOT_FOR_A_CLUSTER.values())


def test_what_the_chart_decides_it_really_sets() -> None:
    found = {one.removeprefix(PREFIX) for name in GIVEN for _, pod in pods(name) for one in _environment(pod)}

    assert found >= DECIDED


def test_a_setting_that_is_given_reaches_who_reads_it_and_nobody_else() -> None:
    told = {pod["metadata"]["labels"]["app.kubernetes.io/component"]: _environment(pod) for _, pod in pods("full")}

    assert told["intake"]["WAAKVLAM_INTAKE_PARKED_DAYS"]["value"] == "7"
    assert told["intake"]["WAAKVLAM_INTAKE_CLOCK_SECONDS"]["value"] == "0.5"
    assert "WAAKVLAM_INTAKE_PARKED_DAYS" not in told["monitoring"]
    assert {one: "WAAKVLAM_LOG_LEVEL" in variables for one, variables in told.items()} == dict.fromkeys(told, True)


@pytest.mark.parametrize("name", GIVEN)
def test_the_services_take_what_they_are_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each service's own settings read the environment that its pod gets; secrets are made up."""
    for who, pod in pods(name):
        component = pod["metadata"]["labels"]["app.kubernetes.io/component"]
        with monkeypatch.context() as m:
            for key, one in _environment(pod).items():
                made_up = "https://example.org" if key.endswith("_URL") else "postgresql://u@h/d"
                m.setenv(key, one.get("value", made_up))
            settings = SERVICES.get(component, Settings)()
        assert settings.bootstrap.partition(":")[0], who


@pytest.mark.parametrize("name", GIVEN)
def test_commands_exist_as_they_are_given(name: str) -> None:
    command_line: Any = get_command(app)
    for who, pod in pods(name):
        (container,) = pod["spec"]["containers"]
        program, *words = container["command"]
        if program == "python":
            assert words[:2] == ["-m", f"services.{container['name']}"], who
        elif program == "waakvlam":
            known = command_line.commands[words[0]]
            known = known.commands[words[1]] if hasattr(known, "commands") else known
            options = {option for parameter in known.params for option in parameter.opts}
            assert {one for one in words if one.startswith("--")} <= options, who
        else:
            assert program == "waakvlam-agency", who


def test_partitions_are_those_of_the_matrix() -> None:
    (case_events,) = (one for one in topics() if one.name == "case-events")
    limits = [
        values("full")["keda"].get("workersMax", 6),
        *(one["spec"]["maxReplicaCount"] for one in rendered("full") if one["kind"] == "ScaledObject"),
    ]

    assert max(limits) == case_events.partitions
    text = (CHART / "values.yaml").read_text("utf-8")
    assert set(re.findall(r"at most (\d+), the number of partitions", text)) == {str(case_events.partitions)}


def test_strimzi_makes_the_topics_and_rights_of_the_matrix_and_no_others() -> None:
    made = {one["spec"]["topicName"]: one["spec"] for one in rendered("strimzi") if one["kind"] == "KafkaTopic"}
    assert {name: (one["partitions"], one["config"]) for name, one in made.items()} == {
        one.name: (one.partitions, dict(one.config)) for one in topics()
    }
    patterns = {"literal": "LITERAL", "prefix": "PREFIXED"}
    rights = {
        Right(
            USER + one["metadata"]["name"],
            operation.upper(),
            access["resource"]["type"].upper(),
            access["resource"]["name"],
            patterns[access["resource"]["patternType"]],
        )
        for one in rendered("strimzi")
        if one["kind"] == "KafkaUser"
        for access in one["spec"]["authorization"]["acls"]
        for operation in access["operations"]
    }
    assert rights == rights_of(topics())


def test_the_canary_is_an_event_that_its_agency_may_send_and_always_the_same() -> None:
    (words,) = (pod["spec"]["containers"][0]["command"] for who, pod in pods("full") if who == "Pod/waakvlam-canary")
    given = values("full")["test"]
    agency, line = given["agency"], own_line(agencies()[given["agency"]], given["municipality"])

    assert words[:2] == ["waakvlam-agency", "canary"]
    assert {given["agency"], given["municipality"]} <= set(words)
    assert read_line(line, agency).id == read_line(line, agency).id
    command = [sys.executable, "-m", "waakvlam.cli", "publish", "--agency", agency, "--check", "-"]
    done = subprocess.run(command, input=line, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_rules_and_dashboards_arrive_as_they_are_in_their_files() -> None:
    rules = [one["spec"] for one in rendered("full") if one["kind"] == "PrometheusRule"]
    assert rules == [yaml.safe_load(path.read_text("utf-8")) for path in sorted((CHART / "rules").glob("*.yaml"))]
    shown = {key: value for one in rendered("full") if one["kind"] == "ConfigMap" for key, value in one["data"].items()}
    boards = sorted((CHART / "dashboards").glob("*.json"))
    assert rules
    assert boards
    assert [json.loads(shown[path.name]) for path in boards] == [json.loads(path.read_text("utf-8")) for path in boards]


def test_keda_never_lets_monitoring_be_none() -> None:
    found = {one["metadata"]["name"]: one["spec"] for one in rendered("full") if one["kind"] == "ScaledObject"}

    assert all(one["minReplicaCount"] >= 1 for one in found.values())
    assert found["waakvlam-monitoring"]["fallback"]["replicas"] >= 2
    replicas = {
        one["metadata"]["name"]: one["spec"].get("replicas") for one in rendered("full") if one["kind"] == "Deployment"
    }
    assert replicas["waakvlam-monitoring"] is None, "KEDA and the chart would pull at the same number"


@pytest.mark.parametrize("name", [one for one in GIVEN if one != "plaintext"])
def test_the_board_stays_in_its_own_pod_unless_people_must_log_in(name: str) -> None:
    (board,) = (_environment(pod) for who, pod in pods(name) if who == "Deployment/waakvlam-board")
    ways_in = [one["kind"] for one in rendered(name) if one["kind"] in ("Ingress", "HTTPRoute")]
    has_login = "WAAKVLAM_OIDC_ISSUER" in board

    assert has_login == (name == "full")
    assert (board["WAAKVLAM_BOARD_HOST"]["value"] in OWN_HOSTS) == (not has_login)
    assert sorted(ways_in) == (["HTTPRoute", "Ingress"] if has_login else [])


def test_the_regions_own_looks_reach_the_board_and_nobody_else() -> None:
    for who, pod in pods("full"):
        (container,) = pod["spec"]["containers"]
        volumes = {one["name"]: one for one in pod["spec"]["volumes"]}
        mounts = {one["mountPath"]: one for one in container["volumeMounts"]}
        told = _environment(pod).get("WAAKVLAM_THEME")
        assert (told is not None) == (who == "Deployment/waakvlam-board"), who
        if told:
            mount = mounts[told["value"]]
            assert mount["readOnly"]
            assert volumes[mount["name"]]["configMap"] == {
                "name": values("full")["board"]["theme"]["existingConfigMap"]
            }
    assert "WAAKVLAM_THEME" not in str(rendered("minimal"))


def test_every_job_reads_what_every_service_reads() -> None:
    components = {pod["metadata"]["labels"]["app.kubernetes.io/component"] for name in GIVEN for _, pod in pods(name)}

    assert components == {*SERVICES, *JOBS}

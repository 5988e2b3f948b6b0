"""What the chart makes is what Kubernetes knows, in every version it is for, to the last field."""

from typing import Any

import helm_python
import pytest
from pydantic import ValidationError

from tests.chart import custom
from tests.chart.engine import CHART, GIVEN, PODS, chart, rendered, resources, values
from tests.chart.kubernetes import BUILT_IN, faults

VERSIONS = [f"1.{minor}" for minor in range(28, 38)]


@pytest.mark.parametrize("name", GIVEN)
def test_helm_finds_nothing_wrong(name: str) -> None:
    for version in (VERSIONS[0], VERSIONS[-1]):
        found = helm_python.lint(str(CHART), values(name), strict=True, kube_version=version)

        assert found["errors"] == []


def test_the_chart_says_which_kubernetes_it_wants() -> None:
    assert chart().metadata["kubeVersion"] == f">={VERSIONS[0]}.0-0"


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_of_kubernetes_takes_every_resource(version: str) -> None:
    for name in GIVEN:
        for one in rendered(name):
            if one["apiVersion"] in BUILT_IN:
                assert (name, one["metadata"]["name"], faults(one, version)) == (name, one["metadata"]["name"], [])


@pytest.mark.parametrize("name", GIVEN)
def test_resources_of_others_are_as_their_definitions_say(name: str) -> None:
    for one in rendered(name):
        if one["apiVersion"] not in BUILT_IN:
            custom.check(one)


def test_a_field_that_does_not_exist_is_found_in_both_kinds() -> None:
    deployment = next(one for one in rendered("minimal") if one["kind"] == "Deployment")
    scaled = next(one for one in rendered("full") if one["kind"] == "ScaledObject")

    assert faults(deployment | {"specs": {}}, VERSIONS[-1]) != []
    with pytest.raises(ValidationError):
        custom.check(scaled | {"spec": scaled["spec"] | {"minReplicas": 1}})


@pytest.mark.parametrize("name", GIVEN)
def test_no_name_is_there_twice_or_too_long_and_all_is_of_this_release(name: str) -> None:
    found = [(one["kind"], one["metadata"]["name"]) for one in rendered(name)]

    assert len(found) == len(set(found))
    assert all(len(one) <= 63 for kind, one in found if kind not in ("KafkaTopic", "KafkaUser"))
    for one in rendered(name):
        assert one["metadata"]["labels"]["app.kubernetes.io/instance"] == "waakvlam"


THREE = {
    "image": {"repository": "registry.example.org/waakvlam"},
    "kafka": {"bootstrap": "kafka-bootstrap.kafka:9093", "existingSecret": "waakvlam-logins"},
}


@pytest.mark.parametrize("version", [VERSIONS[0], VERSIONS[-1]])
def test_three_values_alone_give_a_release_that_is_whole_and_that_kubernetes_takes(version: str) -> None:
    made = resources(THREE)

    assert sum(len(some) for some in THREE.values()) == 3
    assert {one["kind"]: [faults(one, version)] for one in made if faults(one, version)} == {}
    whole = {(one["kind"], one["metadata"]["name"]) for one in rendered("minimal")}
    assert {(one["kind"], one["metadata"]["name"]) for one in made} == whole
    read = {one["valueFrom"]["secretKeyRef"]["name"] for one in _variables(made) if "valueFrom" in one}
    assert read == {"waakvlam-databases"}, "the name that docs/how-to/install.md gives it"


def _variables(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        variable
        for one in made
        if one["kind"] in PODS
        for container in PODS[one["kind"]](one)["spec"]["containers"]
        for variable in container["env"]
    ]


def test_a_short_file_of_values_gives_a_whole_release() -> None:
    kinds = [one["kind"] for one in rendered("minimal")]

    assert len((CHART / "ci" / "minimal-values.yaml").read_text("utf-8").splitlines()) < 20
    assert kinds.count("Deployment") == 4
    assert set(kinds) - set(PODS) == {
        "NetworkPolicy",
        "PersistentVolumeClaim",
        "PodDisruptionBudget",
        "Service",
        "ServiceAccount",
    }

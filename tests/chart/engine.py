"""Renders the chart with Helm's own engine, for the tests of this folder."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from helm_python import Chart

CHART = Path(__file__).resolve().parents[2] / "deploy" / "helm" / "waakvlam"
GIVEN = tuple(sorted(path.name.removesuffix("-values.yaml") for path in (CHART / "ci").glob("*-values.yaml")))
RELEASE, NAMESPACE = "waakvlam", "region"
PODS = {
    "Deployment": lambda one: one["spec"]["template"],
    "Job": lambda one: one["spec"]["template"],
    "CronJob": lambda one: one["spec"]["jobTemplate"]["spec"]["template"],
    "Pod": lambda one: one,
}


@cache
def chart() -> Chart:
    return Chart.load(str(CHART))


def values(name: str) -> dict[str, Any]:
    return yaml.safe_load((CHART / "ci" / f"{name}-values.yaml").read_text("utf-8"))


def texts(given: dict[str, Any]) -> dict[str, str]:
    """Return what Helm makes of the chart, by template."""
    chart().validate_schema(given)
    return chart().render(given, name=RELEASE, namespace=NAMESPACE)


@cache
def rendered(name: str) -> tuple[dict[str, Any], ...]:
    """Return every resource of one of the files of values."""
    return tuple(resources(values(name)))


def resources(given: dict[str, Any]) -> list[dict[str, Any]]:
    found = [text for path, text in texts(given).items() if not path.endswith("NOTES.txt")]
    return [one for text in found for one in yaml.safe_load_all(text) if one]


def pods(name: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the pods of a release, each with the name of what makes it."""
    return [
        (f"{one['kind']}/{one['metadata']['name']}", PODS[one["kind"]](one))
        for one in rendered(name)
        if one["kind"] in PODS
    ]

"""Installing in an afternoon: what the guide tells to type is enough, and nothing in it is made up."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from cli.main import app
from tests.chart.engine import CHART, NAMESPACE, chart, values

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "how-to" / "install.md").read_text("utf-8")
BLOCK = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)


def _blocks(kind: str) -> list[str]:
    return [text for found, text in BLOCK.findall(GUIDE) if found == kind]


def _commands(program: str) -> list[list[str]]:
    lines = [line for text in _blocks("") for line in text.splitlines()]
    return [words[1:] for words in map(shlex.split, lines) if words[:1] == [program]]


@pytest.fixture
def resources() -> list[dict[str, Any]]:
    (given,) = (yaml.safe_load(text) for text in _blocks("yaml"))
    chart().validate_schema(given)
    made = chart().render(given, name="waakvlam", namespace="waakvlam")
    return [one for path, text in made.items() if path.endswith(".yaml") for one in yaml.safe_load_all(text) if one]


def _named(resource: Any, found: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return every Secret and key that a resource reads."""
    if isinstance(resource, list):
        for one in resource:
            _named(one, found)
    elif isinstance(resource, dict):
        if "secretKeyRef" in resource:
            found.add((resource["secretKeyRef"]["name"], resource["secretKeyRef"]["key"]))
        if "secretName" in resource and "items" in resource:
            found.update((resource["secretName"], one["key"]) for one in resource["items"])
        for one in resource.values():
            _named(one, found)
    return found


def test_its_values_are_those_that_are_enough() -> None:
    (given,) = (yaml.safe_load(text) for text in _blocks("yaml"))

    assert given == values("minimal")


def test_every_secret_that_is_read_is_made_by_a_command_of_the_guide(resources: list[dict[str, Any]]) -> None:
    made = {
        (words[words.index("generic") + 1], one.removeprefix("--from-file=").partition("=")[0])
        for words in _commands("kubectl")
        if "secret" in words
        for one in words
        if one.startswith("--from-file=")
    }

    assert _named(resources, set()) == made


def test_every_deployment_that_the_guide_waits_for_is_made_and_no_other(resources: list[dict[str, Any]]) -> None:
    (waited,) = (words for words in _commands("kubectl") if "rollout" in words)

    assert {one for one in waited if one.startswith("deploy/")} == {
        f"deploy/{one['metadata']['name']}" for one in resources if one["kind"] == "Deployment"
    }
    named = set(re.findall(r"deploy/(waakvlam-[a-z]+)", GUIDE))
    assert named <= {one["metadata"]["name"] for one in resources}


def test_its_commands_and_values_exist() -> None:
    command_line: Any = get_command(app)
    for words in _commands("waakvlam"):
        assert words[1] in command_line.commands[words[0]].commands
    table = chart().values
    for path in re.findall(r"^\| `([a-zA-Z.]+)`", GUIDE, re.MULTILINE):
        place: Any = table
        for name in path.split("."):
            place = place.get(name, {}) if name not in ("HEARTBEAT_URL", "BOARD_SECRET") else place
        assert place is not None, path
    (install,) = _commands("helm")
    assert install[:3] == ["install", "waakvlam", str(CHART.relative_to(ROOT))]
    assert NAMESPACE  # another namespace than the guide's serves the other tests: nothing depends on its name


def test_each_database_of_the_guide_has_an_address_and_an_owner() -> None:
    (sql,) = _blocks("sql")
    owners = dict(re.findall(r"CREATE DATABASE (\w+) OWNER (\w+);", sql))

    assert owners == {name: name for name in ("ledger", "radar", "triage", "board", "looks")}
    assert set(re.findall(r"CREATE ROLE (\w+) LOGIN", sql)) == set(owners)

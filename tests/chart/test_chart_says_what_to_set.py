"""What cannot be is refused before anything is made, with a sentence that names the value to set."""

from copy import deepcopy
from typing import Any

import pytest
from helm_python import HelmRenderError, HelmValuesError

from tests.chart.engine import texts, values


def _with(path: str, value: Any, name: str = "minimal") -> dict[str, Any]:
    given = deepcopy(values(name))
    place = given
    *before, last = path.split(".")
    for one in before:
        place = place.setdefault(one, {})
    place[last] = value
    return given


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("kafka.boostrap", "kafka:9092"),
        ("kafka.bootstrap", "kafka"),
        ("kafka.security", "ssl"),
        ("image.tag", "latest"),
        ("image.digest", "sha256:abc"),
        ("monitoring.replicas", 0),
        ("monitoring.replicas", 7),
        ("settings.LOG_LEVEL", "LOUD"),
        ("settings.INTAKE_PARKED_DAYS", 0),
        ("settings.CLOCK", "start=2026-01-01"),
        ("settings.HEARTBEAT_URL", "https://example.org"),
        ("secretSettings.HEARTBEAT_URL", "https://example.org"),
        ("intake.resources", {"limits": {"memory": "lots"}}),
        ("intake.persistence.size", "much"),
        ("board.login.issuer", "http://login.example.org"),
        ("test.municipality", 14),
    ],
)
def test_a_value_that_cannot_be_is_named(path: str, value: Any) -> None:
    with pytest.raises(HelmValuesError) as told:
        texts(_with(path, value))

    assert path.rpartition(".")[2].split("_")[0] in str(told.value)


@pytest.mark.parametrize(
    ("path", "value", "name", "words"),
    [
        ("image.repository", "", "minimal", "Set image.repository"),
        ("kafka.bootstrap", "", "minimal", "Set kafka.bootstrap"),
        ("kafka.existingSecret", "", "minimal", "kafka.logins.monitoring"),
        ("database.existingSecret", "", "minimal", "Set database.existingSecret"),
        ("keys.vault.url", "https://vault.example.org", "minimal", "Set keys.vault.existingSecret"),
        ("intake.replicas", 2, "minimal", "a file of keys belongs to one process"),
        (
            "intake.persistence.accessMode",
            "ReadWriteOnce",
            "full",
            "Set intake.persistence.accessMode to ReadWriteMany",
        ),
        ("agreements.items", [], "full", "Set agreements.items"),
        ("topics.enabled", True, "strimzi", "topics and rights have one maker"),
        ("watch.enabled", False, "full", "Set watch.enabled to true"),
        ("strimzi.cluster", "", "strimzi", "Set strimzi.cluster"),
        ("strimzi.namespace", "kafka", "strimzi", "Copy them"),
        ("backup.enabled", True, "minimal", "Set backup.existingClaim"),
        ("backup.keysClaim", "backup-ledger", "strimzi", "Set backup.keysClaim to another claim"),
        ("keda.workersMax", 1, "full", "Set keda.workersMax"),
        ("board.ingress.enabled", True, "minimal", "Set board.login.issuer"),
        ("board.address", "", "full", "Set board.login.existingSecret, board.address and secretSettings.BOARD_SECRET"),
        ("secretSettings", {}, "full", "a login is whole or it is none"),
        ("board.httpRoute.parents", [], "full", "Set board.httpRoute.parents"),
        ("board.certManager.issuer.name", "", "full", "Set board.certManager.issuer.name"),
        ("test.agency", "veilig-thuis-groningen", "minimal", "Set test.municipality and test.existingSecret"),
    ],
)
def test_what_contradicts_itself_says_what_to_set(path: str, value: Any, name: str, words: str) -> None:
    with pytest.raises(HelmRenderError) as told:
        texts(_with(path, value, name))

    assert words in str(told.value)


def test_all_that_is_wanting_is_said_at_once() -> None:
    with pytest.raises(HelmRenderError) as told:
        texts({})

    assert str(told.value).count("Set ") >= 4


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("minimal", ["keys.vault.url", "backup.enabled", "HEARTBEAT_URL", "metrics.rules", "image.digest"]),
        ("plaintext", ["for trying out alone", "helm -n region test waakvlam"]),
    ],
)
def test_the_notes_say_what_is_still_to_decide(name: str, says: list[str]) -> None:
    notes = texts(values(name))["waakvlam/templates/NOTES.txt"]

    assert [one for one in says if one not in notes] == []


def test_the_notes_of_a_whole_installation_leave_nothing_to_decide() -> None:
    assert texts(values("full"))["waakvlam/templates/NOTES.txt"].rstrip().endswith("Still to decide:")

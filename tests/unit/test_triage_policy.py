"""The triage file is checked whole before anything starts: a wrong one names its place and the reason."""

from pathlib import Path

import pytest

from services.triage import policy

GOOD = """
triage: proef
version: 1
title: Proef
queues: {regular: {title: Gewoon}, acute: {title: Spoed, fast_track: true}}
turns: [{to_agency: veilig-thuis-groningen, municipalities: ["0014"]}]
signs:
  - {id: TR-01, when: {acute: true}, priority: 1, queue: acute, reason: acuut, why: Er is mogelijk nu gevaar.}
  - {id: TR-99, when: {}, priority: 4, queue: regular, reason: gewone-melding, why: Er is geen haast.}
"""


def loaded(text: str, folder: Path) -> policy.Policy:
    path = folder / "triage.yaml"
    path.write_text(text, "utf-8")
    return policy.load(path)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    assert [sign.id for sign in loaded(GOOD, tmp_path).signs] == ["TR-01", "TR-99"]


def test_the_region_named_in_the_repository_is_read() -> None:
    assert policy.load(Path(__file__).parents[2] / "agreements" / "triage.yaml").triage == "groningen"


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("priority: 1", "priority: 6", "signs.0.priority"),
        ("priority: 1", "priority: true", "signs.0.priority"),
        ("acute: true}, p", "acut: true}, p", "signs.0.when.acut"),
        ("queue: acute", "queue: haast", "TR-01: queue: haast"),
        ("acute: {title: Spoed", "haast: {title: Spoed", "queue: haast"),
        ("reason: acuut", "reason: zomaar", "reason: zomaar"),
        ("id: TR-99", "id: TR-01", "TR-01 stands there twice"),
        ("when: {}", "when: {acute: false}", "one sign without conditions"),
        ("acute: true}, p", "urgency: [paars]}, p", "TR-01: urgency: paars"),
        ("acute: true}, p", "class: [vierde]}, p", "TR-01: class: vierde"),
        ("to_agency: veilig-thuis-groningen", "to_agency: bakker", "turns: to_agency: bakker"),
        ('["0014"]', '["9999"]', "turns: municipalities: 9999"),
        ("version: 1", "version: een", "version"),
        ("title: Proef", "titel: Proef", "titel"),
        ("triage: proef", "triage: [", "is not YAML"),
    ],
)
def test_a_wrong_file_is_refused_with_file_place_and_reason(tmp_path: Path, old: str, new: str, place: str) -> None:
    assert old in GOOD

    with pytest.raises(policy.PolicyError) as refused:
        loaded(GOOD.replace(old, new, 1), tmp_path)

    assert str(refused.value).startswith("triage.yaml: ")
    assert place in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(policy.PolicyError, match="cannot be read"):
        policy.load(tmp_path / "triage.yaml")

"""The simulated region keeps most of what was agreed and forgets a little of everything: each rule speaks, none shouts."""

import json
from collections import Counter
from pathlib import Path

import pytest

from region.cast import cast_of
from region.families import FAMILIES, plan_of
from region.moments import DAY
from region.story import Sending
from rulebook.agreements import load
from rulebook.replay import replay
from waakvlam.clock import iso
from waakvlam.topics import agencies, municipalities

START = 1_700_812_800_000_000  # 24 November 2023
UNTIL = START + 3 * 365 * DAY
AGREEMENTS = load(Path(__file__).parents[2] / "agreements")


def lines(steps):
    """What the ledger would hold of a plan: each event once, and triage's word on a report in a running case."""
    reported = set()
    for step in steps:
        if step.reference is None or step.sending is not Sending.ONCE:
            continue
        line = {"case": step.family, "municipality": step.municipality, "occurred_at": iso(step.at)}
        line["recorded_at"] = iso(step.told_at)
        yield {**line, "id": step.id, "type": step.type, "agency": step.agency, "data": dict(step.data)}
        if step.type == "report_received":
            data = {"report_id": step.data["report_id"]}
            data["class"] = "during_assessment" if step.family in reported else "first"
            reported.add(step.family)
            yield {**line, "id": f"{step.id}-c", "type": "report_classified", "agency": "triage", "data": data}


@pytest.fixture(scope="module")
def told():
    """How often each rule raised an alert, by stage, in the region of the demonstration."""
    plan = plan_of("waakvlam", cast_of(agencies().values(), municipalities()), start=START, until=UNTIL)
    rows = replay(AGREEMENTS, (json.dumps(line) for line in lines(plan.steps)), UNTIL)
    return Counter((row["rule"], "warn" if row["stage"] == "warn" else "told") for row in rows)


def test_every_rule_in_force_raises_an_alert_now_and_then(told):
    assert {rule for rule, _ in told} == {rule for file in AGREEMENTS.files for rule in file.rules}


def test_no_rule_drowns_the_others(told):
    """At most one warning a family in three years, and one breach in three families."""
    assert {one: count for one, count in told.items() if count > (FAMILIES if one[1] == "warn" else FAMILIES / 3)} == {}


def test_silence_is_rare_and_real(told):
    assert 10 < told["ST-17a", "told"] < FAMILIES / 3
    assert 10 < told["ST-26", "told"] < FAMILIES / 3


def test_together_they_are_no_more_than_people_can_read(told):
    """Three alerts a family a year would be nagging."""
    assert told.total() < 3 * 3 * FAMILIES

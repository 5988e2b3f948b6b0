"""Which rules differ between two sets of agreements, so that only those are replayed."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from bench.replay import Family
from rulebook import backtest as module
from rulebook import outcomes as outcomes_module
from rulebook.agreements import load
from rulebook.backtest import backtest
from rulebook.instants import parse_day
from rulebook.outcomes import outcomes
from rulebook.replay import replay
from rulebook.sameness import differing, only

AGREEMENTS = Path(__file__).parents[2] / "agreements"
FIRST, LAST = parse_day("2026-01-01"), parse_day("2026-12-31")
TEXT = """agreement: proef
version: 1
valid_from: 2019-01-01
applies_to: {municipalities: ["0014"]}
calendar: nl
attention:
  default: [{to: worker}, {to: team_manager, after: {working_days: 1}}]
ladders:
  - {id: l, levels: [{nr: 0, term: {days: 1}}]}
rules:
  - {id: T, from: [{type: handover_accepted, where: {after: [assessment]}}], until: [first_contact_made], breach: {days: 5}}
  - {id: L, from: [escalation_started], until: [escalation_closed], breach: {from_ladder: true}}
  - {id: P, kind: pattern, of: [incident_recorded], count: 2, window: {days: 9}}
  - {id: S, kind: silence, phases: [assessment], breach: {days: 3}}
"""
CHANGES = {
    "nothing": ("", "", set()),
    "words": ("{id: T,", "{id: T, title: Anders, why: Anders, basis: Anders,", set()),
    "who is told": ("{to: worker}", "{to: monitor}", set()),
    "a term": ("breach: {days: 5}", "breach: {days: 4}", {"T"}),
    "a warning": ("breach: {days: 5}", "breach: {days: 5}, warn: {days: 1}", {"T"}),
    "a value": ("[assessment]}}", "[assessment, investigation]}}", {"T"}),
    "weight": ("{id: T,", "{id: T, weight: 5,", {"T"}),
    "the law": ("{id: T,", "{id: T, legal: true,", {"T"}),
    "a level": ("{nr: 0, term: {days: 1}}", "{nr: 0, term: {days: 2}}", {"L"}),
    "a window": ("window: {days: 9}", "window: {days: 8}", {"P"}),
    "phases": ("phases: [assessment]", "phases: [recovery]", {"S"}),
    "a rule less": ("  - {id: S, kind: silence, phases: [assessment], breach: {days: 3}}\n", "", {"S"}),
    "the place": ('"0014"', '"1966"', {"T", "L", "P", "S"}),
    "the end": ("applies_to", "valid_to: 2026-06-30\napplies_to", {"T", "L", "P", "S"}),
    "the end, later": ("applies_to", "valid_to: 2026-12-31\napplies_to", set()),
}


@pytest.fixture
def load_text(tmp_path):
    (tmp_path / "calendars").symlink_to(AGREEMENTS / "calendars")

    def run(*texts):
        for one in tmp_path.glob("*.yaml"):
            one.unlink()
        for number, text in enumerate(texts):
            (tmp_path / f"proef-{number}.yaml").write_text(text)
        return load(tmp_path)

    return run


@pytest.fixture(scope="module")
def family_lines():
    """The lives of forty families, from a fixed seed."""
    dice = random.Random(35)
    families = [Family(number, dice) for number in range(40)]
    for one in families:
        one.live()
    return [json.dumps(line) for one in families for line in one.lines]


@pytest.mark.parametrize(("was", "becomes", "expected"), CHANGES.values(), ids=CHANGES)
def test_only_what_decides_an_alert_makes_a_rule_differ(load_text, was, becomes, expected):
    assert was in TEXT
    before, after = load_text(TEXT), load_text(TEXT.replace(was, becomes, 1))

    assert differing(before, after, FIRST, LAST) == expected


def test_a_pattern_with_a_second_version_is_never_the_same(load_text):
    newer = TEXT.replace("version: 1", "version: 2").replace("2019-01-01", "2026-06-01")

    assert differing(load_text(TEXT), load_text(TEXT, newer), FIRST, LAST) == {"P"}


def test_the_days_off_of_the_calendar_count(load_text, tmp_path):
    before = load_text(TEXT)
    (tmp_path / "calendars").unlink()
    (tmp_path / "calendars").mkdir()
    calendar = (AGREEMENTS / "calendars" / "nl.yaml").read_text() + "  2026-05-15: Gelijkgesteld\n"
    (tmp_path / "calendars" / "nl.yaml").write_text(calendar)

    assert differing(before, load_text(TEXT), FIRST, LAST) == {"T", "L", "P", "S"}


def test_rules_by_themselves_raise_the_alerts_that_they_raise_among_others(family_lines):
    agreements = load(AGREEMENTS)
    rows = list(replay(agreements, family_lines, None))
    rules = {row["rule"] for row in rows}

    assert len(rules) > 5
    for rule in rules:
        alone = list(replay(only(agreements, frozenset({rule})), family_lines, None))
        assert alone == [row for row in rows if row["rule"] == rule]


def test_leaving_out_the_rules_that_are_the_same_changes_no_count(family_lines, monkeypatch, tmp_path):
    for path in AGREEMENTS.glob("*.yaml"):
        (tmp_path / path.name).write_text(
            path.read_text().replace("breach: {working_days: 5}", "breach: {working_days: 4}")
        )
    (tmp_path / "calendars").symlink_to(AGREEMENTS / "calendars")
    before, after = load(AGREEMENTS), load(tmp_path)
    some = backtest(before, after, family_lines).counts
    every = frozenset(rule for one in before.files for rule in one.rules)
    monkeypatch.setattr(module, "differing", lambda *_: every)
    full = backtest(before, after, family_lines).counts

    assert some
    assert some == {key: count for key, count in full.items() if key in some}
    assert all(count["before"] == count["after"] for key, count in full.items() if key not in some)


def test_a_history_too_long_for_memory_gives_the_same_counts(family_lines, monkeypatch, tmp_path):
    for path in AGREEMENTS.glob("*.yaml"):
        (tmp_path / path.name).write_text(
            path.read_text().replace("breach: {working_days: 5}", "breach: {working_days: 4}")
        )
    (tmp_path / "calendars").symlink_to(AGREEMENTS / "calendars")
    before, after = load(AGREEMENTS), load(tmp_path)
    trial, figures = backtest(before, after, family_lines), outcomes(before, family_lines)
    monkeypatch.setattr(module, "HELD", 10)
    monkeypatch.setattr(outcomes_module, "HELD", 10)
    again = outcomes(before, family_lines)

    assert backtest(before, after, family_lines) == trial
    assert again.counts.keys() == figures.counts.keys()
    assert all(
        replace(again.counts[key], durations=None) == replace(one, durations=None)
        for key, one in figures.counts.items()
    )
    assert all(sorted(again.counts[key].durations) == sorted(one.durations) for key, one in figures.counts.items())


@pytest.mark.parametrize(("last", "expected"), [("2026-06-30", set()), ("2026-07-01", {"T", "L", "P", "S"})])
def test_an_end_counts_from_the_day_after_it_on(load_text, last, expected):
    before, after = load_text(TEXT), load_text(TEXT.replace("applies_to", "valid_to: 2026-06-30\napplies_to"))

    assert differing(before, after, FIRST, parse_day(last)) == expected


def test_a_rule_that_differs_in_one_of_several_places_is_found(load_text):
    there = TEXT.replace("agreement: proef", "agreement: elders").replace('"0014"', '"1966"')
    before, after = load_text(TEXT, there), load_text(TEXT.replace("breach: {days: 5}", "breach: {days: 4}"), there)

    assert differing(before, after, FIRST, LAST) == {"T"}

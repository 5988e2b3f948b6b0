"""The region's own agreements: each rule can be explained, each case is listened to, and no sentence tells of a person."""

from datetime import date
from pathlib import Path

import pytest

from rulebook.agreements import load
from rulebook.instants import day_of, parse_day
from rulebook.rules import DateRule, MomentsRule, PatternRule, SilenceRule, TermRule
from rulebook.why import BLANKS, blanks
from waakvlam.catalogue import event_types
from waakvlam.topics import municipalities

FOLDER = Path(__file__).parents[2] / "agreements"
AGREEMENTS = load(FOLDER)
RULES = [pytest.param(rule, id=f"{one.id} {rule.id}") for one in AGREEMENTS.files for rule in one.rules.values()]
PLACES = {
    "landelijk": None,
    "groningen": {"0014", "0037", "0047", "0765", "1895", "1950", "1952", "1966", "1969", "1979"},
}
GRONINGEN = ["01", "03", "04", "05", "06", "07", "08", "09", "10", "12", "13", "14", "15", "37", "39", "40"]
TODAY = parse_day("2026-11-24")


def file(name):
    return next(one for one in AGREEMENTS.files if one.id == name)


def starts(rule):
    """The event types that may start an instance of a rule."""
    if isinstance(rule, TermRule | DateRule | MomentsRule):
        return list(rule.start.by_type)
    return list(rule.of.by_type) if isinstance(rule, PatternRule) else []


def unknown_blanks(sentence, names):
    """The blanks of a sentence that nobody fills, or that a person could be known by."""
    types = event_types()
    safe = [{field.data_name for field in types[name].data_fields if not field.personal} for name in names]
    fields = set.intersection(*safe) if safe else set()
    return blanks(sentence) - BLANKS - fields


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_a_title_a_sentence_and_a_source(rule):
    assert rule.title
    assert rule.basis
    assert {"agency", "since", "due"} <= blanks(rule.why) or isinstance(rule, PatternRule)


@pytest.mark.parametrize("rule", RULES)
def test_the_blanks_of_each_sentence_are_filled_and_tell_of_no_person(rule):
    assert unknown_blanks(rule.why, starts(rule)) == set()


def test_a_blank_that_is_no_field_or_tells_of_a_person_is_found():
    assert unknown_blanks("{agency} {bestaat_niet}", ["handover_offered"]) == {"bestaat_niet"}
    assert unknown_blanks("{text}", ["condition_set"]) == {"text"}


def test_each_event_type_that_a_rule_looks_at_can_be_sent_by_somebody():
    types = event_types()

    assert all(
        types[name].senders for one in AGREEMENTS.files for rule in one.rules.values() for name in rule.touches()
    )


def test_groningen_holds_what_the_region_has_agreed():
    assert sorted(file("groningen").rules) == sorted(f"ST-{number}" for number in GRONINGEN)


def test_the_legal_terms_hold_everywhere_and_are_marked():
    national = file("landelijk")

    assert national.municipalities is None
    assert national.valid_to is None
    assert {rule.id for rule in national.rules.values() if rule.legal} == {"ST-01", "ST-04", "ST-05"}
    assert all(file("groningen").rules[name].legal for name in ("ST-01", "ST-04", "ST-05"))


def test_the_region_repeats_the_terms_of_the_law_and_does_not_change_them():
    for name in ("ST-01", "ST-04", "ST-05"):
        ours, law = file("groningen").rules[name], file("landelijk").rules[name]
        assert (ours.warn, ours.breach, ours.per) == (law.warn, law.breach, law.per)


@pytest.mark.parametrize("municipality", [None, "0014", "0363"])
def test_in_every_phase_of_an_open_case_somebody_listens(municipality):
    chosen = AGREEMENTS.plan(municipality).choose(TODAY)
    phases = [phase for rule in chosen.values() if isinstance(rule, SilenceRule) for phase in rule.phases]

    assert sorted(phases) == ["assessment", "direct_safety", "pilot_light", "recovery", "stable_safety"]


def test_the_municipalities_are_those_of_the_region():
    assert file("groningen").municipalities == PLACES["groningen"]
    assert file("groningen").municipalities <= set(municipalities())


def test_the_calendar_covers_what_the_rules_can_ask():
    for one in AGREEMENTS.files:
        assert one.source.calendar.first <= one.valid_from
        assert one.source.calendar.last >= day_of(date(2045, 12, 31))


def test_a_danger_rule_is_told_within_hours():
    for name in ("ST-39", "ST-40"):
        steps = file("groningen").rules[name].steps
        assert steps[1].after is not None
        assert steps[1].after.unit == "hours"

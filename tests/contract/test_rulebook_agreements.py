"""The region's own agreements: each rule can be explained, each case is listened to, and no sentence tells of a person."""

from datetime import date
from pathlib import Path

import pytest

from ledger.words import ROLES
from rulebook.agreements import load
from rulebook.event import from_json
from rulebook.instance import Instance
from rulebook.instants import day_of, parse_day
from rulebook.kinds.date import DateRule
from rulebook.kinds.moments import MomentsRule
from rulebook.kinds.pattern import PatternRule
from rulebook.kinds.silence import SilenceRule
from rulebook.kinds.term import TermRule
from rulebook.why import BLANKS, UNKNOWN, blanks, sentence
from waakvlam.catalogue import event_types
from waakvlam.topics import municipalities

FOLDER = Path(__file__).parents[2] / "agreements"
AGREEMENTS = load(FOLDER)
RULES = [pytest.param(rule, id=f"{one.id} {rule.id}") for one in AGREEMENTS.files for rule in one.rules.values()]
PLACES = {
    "landelijk": None,
    "groningen": {"0014", "0037", "0047", "0765", "1895", "1950", "1952", "1966", "1969", "1979"},
    "fryslan": {
        "0059", "0060", "0072", "0074", "0080", "0085", "0086", "0088", "0090",
        "0093", "0096", "0098", "0737", "1891", "1900", "1940", "1949", "1970",
    },
}  # fmt: skip
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


def typical(name):
    """An event of a type as the catalogue's own example tells it."""
    example = event_types()[name].examples[0]
    data = {field.data_name: example.get(field.name) for field in event_types()[name].data_fields}
    told = example["occurred_at"]
    return from_json(
        {
            "id": "e1",
            "type": name,
            "case": "c1",
            "agency": "veilig-thuis-groningen",
            "municipality": "0014",
            "occurred_at": told,
            "recorded_at": told,
            "data": data,
        }
    )


@pytest.mark.parametrize("rule", RULES)
def test_each_sentence_is_whole_for_what_usually_happens(rule):
    for name in starts(rule) or ["family_contacted"]:
        instance = Instance(rule, typical(name), number=1 if isinstance(rule, MomentsRule) else None)
        instance.count(None)
        told = sentence(instance, {"veilig-thuis-groningen": "Veilig Thuis Groningen"})

        assert told.startswith(("Veilig Thuis Groningen ", "Het laatste "))
        assert UNKNOWN not in told
        assert "{" not in told


@pytest.mark.parametrize("rule", RULES)
def test_each_sentence_says_what_is_expected_in_short_sentences_of_plain_dutch(rule):
    assert " hoort " in rule.why or " horen " in rule.why
    assert all(len(one.split()) <= 32 for one in rule.why.split(". ")), rule.why
    assert not {"stakeholder", "issue", "case", "event"} & set(rule.why.lower().split())


@pytest.mark.parametrize("rule", RULES)
def test_whoever_is_told_has_a_name_that_people_know(rule):
    assert {step.to for step in rule.steps} <= set(ROLES)


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


@pytest.mark.parametrize("municipality", [None, "0014", "0080", "0363"])
def test_in_every_phase_of_an_open_case_somebody_listens(municipality):
    chosen = AGREEMENTS.plan(municipality).choose(TODAY)
    phases = [phase for rule in chosen.values() if isinstance(rule, SilenceRule) for phase in rule.phases]

    assert sorted(phases) == ["assessment", "direct_safety", "pilot_light", "recovery", "stable_safety"]


@pytest.mark.parametrize("region", ["groningen", "fryslan"])
def test_the_municipalities_are_those_of_the_region(region):
    assert file(region).municipalities == PLACES[region]
    assert file(region).municipalities <= set(municipalities())


def test_no_municipality_lies_in_two_regions():
    assert not file("groningen").municipalities & file("fryslan").municipalities


def test_the_calendar_covers_what_the_rules_can_ask():
    for one in AGREEMENTS.files:
        assert one.source.calendar.first <= one.valid_from
        assert one.source.calendar.last >= day_of(date(2045, 12, 31))


@pytest.mark.parametrize("region", ["groningen", "fryslan"])
@pytest.mark.parametrize("name", ["ST-02", "ST-38", "ST-39", "ST-40"])
def test_danger_is_told_further_within_hours(region, name):
    assert next(step.after.unit for step in file(region).rules[name].steps if step.after) in {"hours", "minutes"}

"""Why an alert is open and what comes next, in Dutch sentences that name who, what and since when."""

from pathlib import Path
from runpy import run_path

import pytest

from rulebook.agreements import load
from rulebook.dutch import deadline_in_words, instant_in_words
from rulebook.event import from_json
from rulebook.instants import parse_instant
from rulebook.why import sentence, why

STORY = run_path(str(Path(__file__).parents[1] / "spec" / "rulebook_story.py"))
AGREEMENTS = load(Path(__file__).parents[2] / "agreements")
NAMES = {"politie-nn": "Politie Noord-Nederland", "team-hogeland": "Lokaal team Het Hogeland"}


def event(number, at, name, *, told=None, agency="politie-nn", **data):
    return from_json(
        {
            "id": f"e{number}",
            "type": name,
            "case": "c1",
            "agency": agency,
            "municipality": "0014",
            "occurred_at": at,
            "recorded_at": told or at,
            "data": data,
        }
    )


FACTS = [
    event(1, "2026-04-02T10:15:00+02:00", "report_received", report_id="r1"),
    event(2, "2026-04-02T12:00:00+02:00", "handover_offered", handover_id="h1", to_agency="team-hogeland"),
]


def at(text):
    return why(AGREEMENTS, "c1", FACTS, parse_instant(text), agencies=NAMES)


def test_an_open_alert_is_explained_by_rule_agreement_event_and_sentence():
    answer = at("2026-04-14T00:00:00+02:00")
    reason = next(one for one in answer.open if one.rule == "ST-01")

    assert (reason.stage, reason.title, reason.event, reason.event_type) == (
        "breach",
        "Melding niet beoordeeld",
        "e1",
        "report_received",
    )
    assert (reason.agreement, reason.version, reason.agreement_title) == (
        "groningen",
        1,
        "Samenwerkingsafspraken Groningen",
    )
    assert reason.sentence == (
        "Politie Noord-Nederland ontving op donderdag 2 april 2026 10:15 een melding. De veiligheidsbeoordeling van "
        "Veilig Thuis hoort er uiterlijk maandag 13 april 2026 te zijn en is er nog niet."
    )


def test_a_field_that_names_an_agency_is_filled_with_its_name():
    answer = at("2026-04-20T00:00:00+02:00")

    assert "De ontvanger (Lokaal team Het Hogeland) hoort" in next(
        one.sentence for one in answer.open if one.rule == "ST-07"
    )


def test_what_is_open_comes_worst_first_and_what_is_next_soonest_first():
    answer = at("2026-04-10T00:00:00+02:00")

    assert [one.weight for one in answer.open] == sorted((one.weight for one in answer.open), reverse=True)
    assert [one.due for one in answer.next] == sorted(one.due for one in answer.next)
    assert all(one.due > answer.at for one in answer.next)


def test_a_breach_comes_before_a_warning_and_what_weighs_less_comes_last():
    assert [one.rule for one in at("2026-05-30T00:00:00+02:00").open] == ["ST-01", "ST-07", "ST-17a", "ST-04"]
    stages = [one.stage for one in at("2026-04-28T00:00:00+02:00").open if one.weight == 4]
    assert stages == ["breach", "breach", "warn"]


def test_only_what_was_known_then_counts():
    assert at("2026-04-02T09:00:00+02:00").next == ()
    assert next(one.rule for one in at("2026-04-02T11:00:00+02:00").next) == "ST-01"


def test_the_state_of_the_case_is_told_too():
    answer = at("2026-04-03T00:00:00+02:00")

    assert (answer.phase, answer.is_closed, answer.is_emptied) == ("assessment", False, False)


def test_a_warning_comes_before_its_breach_and_each_is_called_by_its_name():
    answer = at("2026-04-02T11:00:00+02:00")
    (first,) = (one for one in answer.next if one.rule == "ST-01")
    warned = at("2026-04-11T00:00:00+02:00")

    assert (first.stage, first.due < first.deadline) == ("warn", True)
    assert [one.stage for one in warned.next if one.rule == "ST-01"] == ["breach"]


def test_a_blank_that_nothing_fills_reads_onbekend():
    facts = [
        event(1, "2026-04-02T12:00:00+02:00", "report_received"),
        event(2, "2026-04-02T12:00:00Z", "handover_offered"),
    ]
    answer = why(AGREEMENTS, "c1", facts, parse_instant("2026-05-02T12:00:00Z"))

    assert "De ontvanger (onbekend) hoort" in next(one.sentence for one in answer.open if one.rule == "ST-07")


def test_a_moment_is_told_by_its_number():
    facts = [
        event(1, "2024-09-02T09:00:00+02:00", "report_received", report_id="r1"),
        event(2, "2024-11-30T15:00:00+01:00", "handover_accepted", handover_id="h1", after="investigation"),
    ]
    answer = why(AGREEMENTS, "c1", facts, parse_instant("2025-03-19T12:00:00Z"))

    assert "hoort uiterlijk vrijdag 14 maart 2025 monitormoment 1 te doen" in next(
        one.sentence for one in answer.open if one.instance == "e2#1"
    )


class Told:
    """An instance whose rule says something odd."""

    def __init__(self, template, data):
        self.rule = type("Rule", (), {"why": template, "title": "Titel"})
        self.start = event(1, "2026-04-02T10:15:00+02:00", "report_received", **data)
        self.breach, self.warn, self.number, self.because = None, None, None, ("a", "b")


@pytest.mark.parametrize(
    ("template", "data", "text"),
    [
        ("", {}, "Titel"),
        ("{", {}, "{"),
        ("{signals} signalen, moment {moment}", {}, "2 signalen, moment onbekend"),
        ("{a} {b} {c} {d}", {"a": True, "b": ["x", "y"], "c": 3, "d": False}, "ja x, y 3 nee"),
        ("{a} {b} {c}", {"a": {"x": 1}, "b": [], "c": ""}, "onbekend onbekend onbekend"),
    ],
)
def test_odd_sentences_and_odd_values_never_break_a_page(template, data, text):
    assert sentence(Told(template, data), {}) == text


def test_a_deadline_at_the_end_of_a_day_is_that_day():
    assert deadline_in_words(parse_instant("2026-04-13T22:00:00Z")) == "maandag 13 april 2026"
    assert deadline_in_words(parse_instant("2026-10-25T00:50:00Z")) == "zondag 25 oktober 2026 02:50"
    assert instant_in_words(parse_instant("2026-03-01T08:05:00Z")) == "zondag 1 maart 2026 09:05"


def test_every_rule_knows_the_line_on_which_it_stands():
    for agreement in AGREEMENTS.files:
        lines = Path(agreement.source.file).read_text("utf-8").splitlines()
        for rule in agreement.rules.values():
            assert f"id: {rule.id}" in lines[rule.line - 1], (agreement.id, rule.id)


def test_a_reason_names_the_file_by_its_name_alone_and_the_line():
    reason = next(one for one in at("2026-04-14T00:00:00+02:00").open if one.rule == "ST-01")

    assert reason.file == "groningen-1.yaml"
    assert reason.line == next(one for one in AGREEMENTS.files if one.id == "groningen").rules["ST-01"].line


def test_what_would_settle_it_is_told_for_each_kind():
    facts = [
        *FACTS,
        event(3, "2026-04-03T12:00:00+02:00", "handover_accepted", handover_id="h1", after="investigation"),
        event(4, "2026-04-03T12:00:00+02:00", "condition_set", condition_id="v1", check_on="2026-04-20"),
        event(5, "2026-04-04T12:00:00+02:00", "incident_recorded", incident_id="i1"),
        event(6, "2026-04-05T12:00:00+02:00", "incident_recorded", incident_id="i2", agency="team-hogeland"),
    ]
    answer = why(AGREEMENTS, "c1", facts, parse_instant("2026-04-06T12:00:00+02:00"))
    remedies = {one.rule: one.remedy for one in reversed((*answer.open, *answer.next))}

    assert remedies["ST-01"] == "Klaar met: veiligheidsbeoordeling-afgerond, met hetzelfde nummer (per melding)."
    assert remedies["ST-08"] == "Klaar met: eerste-contact-gelegd."
    assert remedies["ST-12"] == (
        "Klaar met: monitormoment-uitgevoerd, met moment 1. De reeks stopt bij: stabiele-veiligheid-vastgesteld of "
        "casus-gesloten-vt."
    )
    assert remedies["ST-13"].startswith(
        "Klaar met: veiligheidsvoorwaarde-vervuld, met hetzelfde nummer (per voorwaarde)."
    )
    assert remedies["ST-13"].endswith("geldt de dag die daarin staat.")
    assert remedies["ST-17a"] == "Klaar met: elk bericht over het gezin."
    assert remedies["ST-38"] == "Klaar zodra iemand dit signaal oppakt."


def test_an_accepted_stall_is_told_with_its_last_day_and_of_a_legal_term_never():
    accepted = [
        event(
            number, "2026-04-03T12:00:00+02:00", "stall_accepted", rule=rule, instance=instance, until_on="2026-06-01"
        )
        for number, rule, instance in ((3, "ST-07", "e2"), (4, "ST-01", "e1"))
    ]
    answer = why(AGREEMENTS, "c1", [*FACTS, *accepted], parse_instant("2026-05-01T12:00:00+02:00"))
    until = {one.rule: one.accepted_until for one in (*answer.open, *answer.next)}

    assert until["ST-07"] == parse_instant("2026-06-02T00:00:00+02:00")
    assert until["ST-01"] is None


def test_an_alert_that_came_after_an_accepted_stall_tells_until_when_that_was():
    until = event(3, "2026-04-03T12:00:00+02:00", "stall_accepted", rule="ST-07", instance="e2", until_on="2026-06-01")
    answer = why(AGREEMENTS, "c1", [*FACTS, until], parse_instant("2026-06-03T12:00:00+02:00"))

    assert [one.accepted_until for one in answer.open if one.rule == "ST-07"] == [until_midnight("2026-06-02")]
    assert {one.accepted_until for one in answer.open if one.rule != "ST-07"} == {None}


def until_midnight(day):
    return parse_instant(f"{day}T00:00:00+02:00")


def waiting(*rules, day):
    """Why a case of one handover on 1 June 2026 waits, by rules of that handover alone."""
    common = {"from": ["handover_accepted"], "until": ["first_contact_made"]}
    agreements = STORY["agreements"](STORY["file"](*({**common, **one} for one in rules)))
    facts = [event(1, "2026-06-01T10:00:00+02:00", "handover_accepted")]
    return why(agreements, "c1", facts, parse_instant(f"2026-06-{day:02d}T12:00:00+02:00"))


def test_a_breach_comes_before_a_warning_of_the_same_weight_that_came_due_earlier():
    warned = {"id": "A", "warn": {"days": 1}, "breach": {"days": 25}}
    answer = waiting(warned, {"id": "B", "breach": {"days": 5}}, day=10)

    assert [(one.rule, one.stage) for one in answer.open] == [("B", "breach"), ("A", "warn")]


def test_of_what_comes_due_at_one_instant_the_heaviest_comes_first():
    answer = waiting(*({"id": f"R{weight}", "weight": weight, "breach": {"days": 5}} for weight in (1, 3, 2)), day=2)

    assert [one.rule for one in answer.next] == ["R3", "R2", "R1"]


def test_a_warning_that_would_come_with_its_breach_is_told_as_the_breach_that_comes():
    answer = waiting({"id": "A", "warn": {"days": 5}, "breach": {"days": 5}}, day=2)

    assert [one.stage for one in answer.next] == ["breach"]

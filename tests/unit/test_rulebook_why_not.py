"""Why a rule does not alert here: one reason for everything that could have begun something, in Dutch sentences."""

from pathlib import Path
from runpy import run_path

import pytest

from rulebook.event import from_json
from rulebook.instants import parse_instant
from rulebook.question import Names
from rulebook.why_not import why_not
from rulebook.wording import Words

STORY = run_path(str(Path(__file__).parents[1] / "spec" / "rulebook_story.py"))
agreements, file, iso = STORY["agreements"], STORY["file"], STORY["iso"]
NAMES = Names(
    {"vt": "Veilig Thuis", "politie": "Politie"}, Words(municipalities={"0014": "Groningen", "0080": "Leeuwarden"})
)

TERM = {
    "id": "R",
    "title": "Proef",
    "from": ["triage_decided"],
    "until": ["reporter_informed"],
    "per": "report_id",
    "warn": {"working_days": 1},
    "breach": {"working_days": 2},
}
DATE = {
    "id": "R",
    "kind": "date",
    "from": ["condition_set"],
    "until": ["condition_met"],
    "per": "condition_id",
    "due_field": "check_on",
    "breach": {"days": 0},
}
MOMENTS = {
    "id": "R",
    "kind": "moments",
    "from": ["handover_accepted"],
    "until": ["monitoring_moment_done"],
    "ends": ["vt_closed"],
    "at": [{"months": 3}, {"months": 12}],
    "breach": {"days": 0},
}
SILENCE = {"id": "R", "kind": "silence", "phases": ["assessment"], "ignore": ["advice_given"], "breach": {"days": 10}}
PATTERN = {
    "id": "R",
    "kind": "pattern",
    "of": ["incident_recorded"],
    "count": 3,
    "agencies": 2,
    "window": {"days": 14},
}
AFTER = {
    "id": "R",
    "kind": "pattern",
    "of": ["report_received"],
    "count": 1,
    "window": {"days": 1},
    "after": {"types": ["case_closed"], "within": {"months": 12}},
}


class Family:
    """The history of one case, and the question why a rule does not alert in it."""

    def __init__(self, *rules, files=None, child=False):
        self.agreements = agreements(*(files or [file(*rules)]))
        self.facts = []
        self.tell(
            "2026-06-01 09:00", "report_received", id="r", agency="politie", persons=[{"person": "p1", "child": child}]
        )

    def tell(self, at, name, told=None, *, id=None, agency="vt", municipality="0014", **data):  # noqa: A002 - the name on the wire
        self.facts.append(
            from_json(
                {
                    "id": id or f"e{len(self.facts)}",
                    "type": name,
                    "case": "gezin",
                    "agency": agency,
                    "municipality": municipality,
                    "occurred_at": iso(at),
                    "recorded_at": iso(told or at),
                    "data": data,
                }
            )
        )
        return self

    def ask(self, at, rule="R"):
        return why_not(self.agreements, "gezin", self.facts, parse_instant(iso(at)), rule, names=NAMES)

    def codes(self, at, rule="R"):
        return [one.code for one in self.ask(at, rule).reasons]

    def only(self, at, rule="R"):
        answer = self.ask(at, rule)
        assert answer.open == ()
        (reason,) = answer.reasons
        return reason


def decided(*rules, **keys):
    return Family(*(rules or (TERM,)), **keys).tell("2026-06-02 10:00", "triage_decided", id="s", report_id="x")


def test_no_agreement_has_the_rule():
    reason = decided().only("2026-06-10 09:00", "ST-99")

    assert (reason.code, reason.sentence) == ("unknown_rule", "Geen enkele afspraak heeft een regel ST-99.")


def test_nothing_was_known_yet():
    assert decided().only("2026-05-01 09:00").code == "nothing_known"


def test_no_agreement_holds_the_rule_for_this_municipality():
    reason = decided(files=[file(TERM, applies_to={"municipalities": ["0080"]})]).only("2026-06-10 09:00")

    assert reason.code == "no_agreement"
    assert reason.sentence == (
        "Deze regel geldt niet in Groningen. De regel staat in proef versie 1 "
        "(vanaf dinsdag 1 januari 2019, zonder einddatum, voor Leeuwarden)."
    )


def test_no_agreement_holds_the_rule_on_that_day():
    reason = decided(files=[file(TERM, valid_from="2026-07-01")]).only("2026-06-10 09:00")

    assert (reason.code, reason.event) == ("no_agreement", "s")
    assert "op dinsdag 2 juni 2026 gold deze regel niet in Groningen" in reason.sentence


def test_a_case_without_a_report_has_no_municipality_yet():
    family = decided(files=[file(TERM, applies_to={"municipalities": ["0014"]})])
    del family.facts[0]
    reason = family.only("2026-06-10 09:00")

    assert reason.code == "no_agreement"
    assert "in een casus zonder melding, want die heeft nog geen gemeente" in reason.sentence


def test_nothing_has_happened_with_which_the_rule_begins():
    reason = Family(TERM).only("2026-06-10 09:00")

    assert (reason.code, reason.event, reason.agreement, reason.version) == ("no_start", None, "proef", 1)
    assert reason.sentence == "Er is in deze casus niets waarmee deze regel begint. Nodig is triagebesluit-genomen."


def test_what_happened_has_another_value_than_the_rule_asks():
    family = Family({**TERM, "from": [{"type": "plan_agreed", "where": {"plan": "safety"}}], "per": None})
    reason = family.tell("2026-06-02 10:00", "plan_agreed", id="s", plan="help").only("2026-06-10 09:00")

    assert (reason.code, reason.event) == ("other_values", "s")
    assert "nodig is plan-vastgesteld (plan = " in reason.sentence


def test_the_version_of_that_day_begins_with_something_else():
    other = {**TERM, "from": ["service_started"], "per": None}
    files = [file({**TERM, "per": None}), file(other, version=2, valid_from="2026-06-01")]

    assert decided(files=files).only("2026-06-10 09:00").code == "other_values"


def test_it_happened_while_the_case_was_closed():
    family = Family(TERM).tell("2026-06-02 09:00", "case_closed")
    reason = family.tell("2026-06-02 10:00", "triage_decided", id="s").only("2026-06-10 09:00")

    assert (reason.code, reason.event) == ("closed_case", "s")
    assert reason.sentence.endswith("begint niets: de casus was toen gesloten.")


def test_the_rule_is_for_families_with_a_child():
    rule = {**TERM, "if_case": "has_child"}

    assert decided(rule).only("2026-06-10 09:00").code == "no_child"
    assert decided(rule, child=True).ask("2026-06-10 09:00").open


def test_it_was_done_in_time_and_by_what():
    reason = decided().tell("2026-06-03 11:00", "reporter_informed", id="d", report_id="x").only("2026-06-10 09:00")

    assert (reason.code, reason.event, reason.by, reason.until) == ("in_time", "s", "d", None)
    assert reason.sentence == (
        "Na triagebesluit-genomen (Veilig Thuis, dinsdag 2 juni 2026 10:00): dat is op tijd gedaan, met "
        "melder-teruggekoppeld (Veilig Thuis, woensdag 3 juni 2026 11:00). Uiterlijk was donderdag 4 juni 2026."
    )


def test_it_was_done_in_time_but_told_late():
    family = decided().tell("2026-06-03 11:00", "reporter_informed", "2026-06-09 12:00", report_id="x")

    assert family.ask("2026-06-08 09:00").open
    assert family.only("2026-06-10 09:00").sentence.endswith("Het is pas verteld op dinsdag 9 juni 2026 12:00.")


def test_it_was_done_late():
    reason = decided().tell("2026-06-08 11:00", "reporter_informed", id="d", report_id="x").only("2026-06-10 09:00")

    assert (reason.code, reason.by) == ("late", "d")


def test_it_was_already_done():
    family = Family({**TERM, "already": True}).tell("2026-06-01 11:00", "reporter_informed", id="d", report_id="x")
    family.tell("2026-06-02 10:00", "triage_decided", report_id="x")
    reason = family.only("2026-06-10 09:00")

    assert (reason.code, reason.by) == ("already", "d")


def test_what_was_done_for_another_report_does_not_count():
    family = decided().tell("2026-06-03 11:00", "reporter_informed", report_id="y")

    assert family.ask("2026-06-10 09:00").open


def test_it_is_not_due_yet():
    reason = decided().only("2026-06-02 12:00")

    assert (reason.code, reason.until) == ("not_due", parse_instant("2026-06-04T00:00:00+02:00"))
    assert reason.sentence.endswith(
        "het is nog niet zo ver. De regel waarschuwt na woensdag 3 juni 2026. Te laat is het na donderdag 4 juni 2026."
    )


def test_somebody_accepted_that_it_stalls():
    family = decided().tell(
        "2026-06-03 09:00", "stall_accepted", id="a", rule="R", instance="s", until_on="2026-06-30", reason="wacht"
    )
    reason = family.only("2026-06-10 09:00")

    assert (reason.code, reason.by) == ("accepted", "a")
    assert "uitstel geaccepteerd tot en met dinsdag 30 juni 2026" in reason.sentence
    assert family.ask("2026-07-01 09:00").open


def test_of_a_legal_term_nobody_can_accept_that_it_stalls():
    family = decided({**TERM, "legal": True})
    family.tell("2026-06-02 11:00", "stall_accepted", rule="R", instance="s", until_on="2026-06-30", reason="wacht")

    assert family.only("2026-06-02 12:00").code == "not_due"


def test_a_level_that_the_ladder_does_not_have_has_no_term():
    ladder = {"id": "l", "levels": [{"nr": 1, "term": {"days": 2}}]}
    rule = {
        "id": "R",
        "from": ["escalation_started"],
        "until": ["escalation_closed"],
        "breach": {"from_ladder": True},
    }
    family = Family(files=[file(rule, ladders=[ladder])])
    family.tell("2026-06-02 10:00", "escalation_started", escalation_id="x", ladder="l", level=9, reason="x")

    assert family.only("2026-06-10 09:00").code == "no_term"


def test_the_case_was_closed_after_it_began():
    reason = decided().tell("2026-06-02 16:00", "case_closed", id="c").only("2026-06-10 09:00")

    assert (reason.code, reason.by) == ("case_closed", "c")


def test_what_began_it_was_withdrawn():
    family = decided().tell("2026-06-03 09:00", "event_withdrawn", id="w", event_id="s", reason="vergissing")
    reason = family.only("2026-06-10 09:00")

    assert (reason.code, reason.event, reason.by) == ("withdrawn", "s", "w")
    assert reason.sentence.startswith("Triagebesluit-genomen (Veilig Thuis, dinsdag 2 juni 2026 10:00) telt niet meer")


def test_what_began_it_was_corrected_to_something_else():
    rule = {**TERM, "from": [{"type": "triage_decided", "where": {"decision": "investigation"}}], "per": None}
    family = Family(rule).tell("2026-06-02 10:00", "triage_decided", id="s", decision="investigation")
    family.tell("2026-06-03 09:00", "event_corrected", id="c", event_id="s", data={"decision": "no_follow_up"})
    reason = family.only("2026-06-10 09:00")

    assert (reason.code, reason.event, reason.by) == ("corrected", "s", "c")


def test_what_began_it_was_told_later():
    family = Family(TERM).tell("2026-06-02 10:00", "triage_decided", "2026-06-20 10:00", id="s")
    reason = family.only("2026-06-10 09:00")

    assert (reason.code, reason.event) == ("not_yet_known", "s")
    assert reason.sentence.endswith("pas verteld op zaterdag 20 juni 2026 10:00.")


def test_another_day_was_named():
    family = Family(DATE).tell("2026-06-02 10:00", "condition_set", condition_id="v", check_on="2026-06-05")
    family.tell("2026-06-03 10:00", "condition_set", id="n", condition_id="v", check_on="2026-06-20")
    coming, gone = family.ask("2026-06-10 09:00").reasons

    assert (coming.code, coming.event) == ("not_due", "n")
    assert (gone.code, gone.by) == ("replaced", "n")


def test_no_day_was_named():
    family = Family(DATE).tell("2026-06-02 10:00", "condition_set", condition_id="v", check_on=None)

    assert family.only("2026-06-10 09:00").code == "no_date"


def test_each_moment_of_a_schedule_is_told():
    family = Family(MOMENTS).tell("2026-06-02 10:00", "handover_accepted", id="s")
    family.tell("2026-08-20 10:00", "monitoring_moment_done", id="m", moment=1)
    coming, done = family.ask("2026-10-01 09:00").reasons

    assert (coming.code, coming.until) == ("not_due", parse_instant(iso("2027-06-03 00:00")))
    assert ", moment 2:" in coming.sentence
    assert (done.code, done.by) == ("in_time", "m")


def test_the_schedule_has_ended():
    family = Family(MOMENTS).tell("2026-06-02 10:00", "handover_accepted")

    assert family.tell("2026-07-02 10:00", "vt_closed", id="v").codes("2026-10-01 09:00") == ["ended", "ended"]
    assert {one.by for one in family.ask("2026-10-01 09:00").reasons} == {"v"}


def test_the_schedule_began_anew():
    family = Family(MOMENTS).tell("2026-06-02 10:00", "handover_accepted")
    family.tell("2026-07-02 10:00", "handover_accepted", id="n")
    *coming, gone = family.ask("2026-08-01 09:00").reasons

    assert [one.event for one in coming] == ["n", "n"]
    assert (gone.code, gone.by) == ("replaced", "n")


def test_something_was_heard_not_long_ago():
    reason = Family(SILENCE).only("2026-06-05 09:00")

    assert (reason.code, reason.event, reason.until) == ("not_due", "r", parse_instant(iso("2026-06-12 00:00")))


def test_silence_is_not_listened_for_in_this_phase():
    family = Family(SILENCE).tell("2026-06-02 09:00", "handover_accepted", id="h")
    reason = family.only("2026-07-01 09:00")

    assert (reason.code, reason.event) == ("phase", "h")


def test_a_closed_case_may_be_silent():
    assert Family(SILENCE).tell("2026-06-02 09:00", "case_closed").only("2026-07-01 09:00").code == "case_is_closed"


def test_no_version_was_chosen_for_what_was_heard_last():
    assert Family(files=[file(SILENCE, valid_from="2026-07-01")]).only("2026-06-20 09:00").code == "no_agreement"


def test_silence_with_a_child_only():
    assert Family({**SILENCE, "if_case": "has_child"}).only("2026-07-01 09:00").code == "no_child"


def test_the_systems_own_events_break_no_silence():
    family = Family(SILENCE)
    family.facts.clear()
    family.tell("2026-06-02 09:00", "case_routed")

    assert family.only("2026-06-20 09:00").code == "no_start"


def test_silence_that_lasts_is_open():
    answer = Family(SILENCE).ask("2026-07-01 09:00")

    assert [one.rule for one in answer.open] == ["R"]
    assert answer.reasons == ()


def test_the_window_holds_too_few_signals_from_too_few_agencies():
    family = Family(PATTERN).tell("2026-06-02 09:00", "incident_recorded", agency="politie")
    family.tell("2026-06-03 09:00", "incident_recorded", id="i", agency="politie")
    newest, _ = family.ask("2026-06-10 09:00").reasons

    assert (newest.code, newest.event) == ("too_few", "i")
    assert newest.sentence == (
        "In veertien dagen tot en met woensdag 3 juni 2026 09:00 kwam twee keer een incident-geregistreerd, van één "
        "organisatie. Nodig is drie keer, van minstens twee organisaties."
    )


def test_a_signal_was_acknowledged_and_what_runs_on_belongs_to_it():
    family = Family({**PATTERN, "count": 2, "agencies": 1})
    family.tell("2026-06-02 09:00", "incident_recorded", id="i")
    family.tell("2026-06-03 09:00", "incident_recorded", id="j")
    family.tell("2026-06-04 09:00", "incident_recorded", id="k")
    (signal,) = family.ask("2026-06-05 09:00").open

    assert [(one.code, one.event) for one in family.ask("2026-06-05 09:00").reasons] == [
        ("running", "k"),
        ("too_few", "i"),
    ]

    family.tell("2026-06-06 09:00", "alert_acknowledged", id="a", alert=signal.alert)
    answer = family.ask("2026-06-07 09:00")
    assert answer.open == ()
    assert [(one.code, one.by) for one in answer.reasons] == [
        ("running", "j"),
        ("acknowledged", "a"),
        ("too_few", None),
    ]


def test_a_pattern_in_a_closed_case():
    family = Family({**PATTERN, "count": 1, "agencies": 1}).tell("2026-06-02 09:00", "case_closed")

    assert family.tell("2026-06-03 09:00", "incident_recorded").only("2026-06-10 09:00").code == "closed_case"


def test_a_pattern_for_families_with_a_child_only():
    rule = {**PATTERN, "count": 1, "agencies": 1, "if_case": "has_child"}

    assert Family(rule).tell("2026-06-02 09:00", "incident_recorded").only("2026-06-10 09:00").code == "no_child"
    assert Family(rule, child=True).tell("2026-06-02 09:00", "incident_recorded").ask("2026-06-10 09:00").open


def test_a_signal_ended_when_the_case_was_closed():
    family = Family({**PATTERN, "count": 1, "agencies": 1}).tell("2026-06-02 09:00", "incident_recorded")

    assert family.tell("2026-06-03 09:00", "case_closed").only("2026-06-10 09:00").code == "case_closed"


def test_what_must_have_come_before_a_pattern_did_not_or_too_long_ago():
    assert Family(AFTER).only("2026-06-10 09:00").sentence.endswith("casus-gesloten, en die was er niet.")

    family = Family(AFTER).tell("2024-01-02 09:00", "report_received", id="first")
    reason = family.tell("2024-02-02 09:00", "case_closed", id="c").ask("2026-06-10 09:00").reasons[0]
    assert (reason.code, reason.event, reason.by) == ("not_after", "r", "c")


def test_a_reason_names_the_line_of_the_agreement(tmp_path):
    reason = decided().only("2026-06-02 12:00")

    assert (reason.agreement, reason.version, reason.file) == ("proef", 1, "0.yaml")
    assert reason.line == 1


def test_what_is_still_to_come_stands_first_and_then_the_newest():
    family = decided().tell("2026-06-02 11:00", "reporter_informed", report_id="x")
    family.tell("2026-06-09 10:00", "triage_decided", id="t", report_id="y")
    family.tell("2026-06-03 10:00", "triage_decided", id="u", report_id="z")
    family.tell("2026-06-03 11:00", "reporter_informed", report_id="z")

    assert [one.event for one in family.ask("2026-06-09 12:00").reasons] == ["t", "u", "s"]


@pytest.mark.parametrize("rule", [TERM, DATE, MOMENTS, SILENCE, PATTERN, AFTER])
def test_without_names_everything_is_called_by_its_id(rule):
    family = decided(rule)

    assert why_not(family.agreements, "gezin", family.facts, parse_instant(iso("2026-06-02 12:00")), "R").reasons

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
    assert decided().ask("2026-06-10 09:00", "ST-99").title == ""


def test_nothing_was_known_yet():
    assert decided().only("2026-05-01 09:00").code == "nothing_known"


def test_what_is_told_and_what_happened_at_the_instant_itself_is_known():
    assert Family(TERM).codes("2026-06-01 09:00") == ["no_start"]
    assert decided().codes("2026-06-02 10:00") == ["not_due"]
    assert decided().tell("2026-06-02 11:00", "triage_decided", "2026-06-02 12:00", report_id="y").codes(
        "2026-06-02 11:00"
    ) == ["not_due", "not_yet_known"]


def test_a_pattern_tells_of_no_event_that_could_not_begin_one_on_a_day_without_agreement():
    family = Family(files=[file(PATTERN, valid_from="2026-06-03")])
    family.tell("2026-06-02 10:00", "incident_recorded").tell("2026-06-02 11:00", "triage_decided", report_id="x")

    assert family.codes("2026-06-10 09:00") == ["no_agreement"]


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


def test_an_agreement_of_the_municipality_of_the_case_holds_the_rule():
    assert decided(files=[file(TERM, applies_to={"municipalities": ["0014"]})]).codes("2026-06-02 12:00") == ["not_due"]


def test_who_has_no_name_is_called_by_the_id_and_who_has_one_by_the_name_also_in_an_alert_that_is_open():
    nameless = Family(TERM).tell("2026-06-02 10:00", "triage_decided", agency="school", report_id="x")
    named = decided({**TERM, "why": "{agency} wacht."}).ask("2026-06-10 09:00")

    assert "(school, dinsdag 2 juni 2026 10:00)" in nameless.only("2026-06-02 12:00").sentence
    assert [one.sentence for one in named.open] == ["Veilig Thuis wacht."]


def test_what_has_other_values_is_told_also_where_the_only_version_did_not_hold_that_day():
    rule = {**TERM, "per": None, "from": [{"type": "plan_agreed", "where": {"plan": "safety"}}]}
    family = Family(files=[file(rule, valid_from="2027-01-01")]).tell("2026-06-02 10:00", "plan_agreed", plan="help")

    assert family.only("2026-06-10 09:00").code == "other_values"


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


# Whoever is named as the one who made it so is the right one.


def test_of_several_acceptances_the_one_that_reaches_furthest_is_named():
    family = decided()
    for name, day in (("a", "2026-06-20"), ("b", "2026-06-30"), ("c", "2026-06-25")):
        family.tell("2026-06-03 09:00", "stall_accepted", id=name, rule="R", instance="s", until_on=day)
    family.tell("2026-06-03 09:00", "stall_accepted", id="d", rule="R", instance="other", until_on="2026-07-30")
    family.tell("2026-06-03 09:00", "stall_accepted", id="e", rule="S", instance="s", until_on="2026-07-30")
    reason = family.only("2026-06-10 09:00")

    assert (reason.by, reason.until) == ("b", parse_instant(iso("2026-07-01 00:00")))
    assert reason.sentence.endswith(
        "iemand heeft uitstel geaccepteerd tot en met dinsdag 30 juni 2026. Te laat is het na dinsdag 30 juni 2026."
    )


def test_what_was_done_within_an_accepted_stall_was_in_time():
    family = decided().tell("2026-06-03 09:00", "stall_accepted", rule="R", instance="s", until_on="2026-06-30")
    reason = family.tell("2026-06-20 09:00", "reporter_informed", report_id="x").only("2026-06-25 09:00")

    assert reason.code == "in_time"
    assert "Uiterlijk was dinsdag 30 juni 2026." in reason.sentence


def test_a_rule_that_only_warns_names_its_warning_as_the_last_day():
    warns = {key: value for key, value in TERM.items() if key != "breach"}
    family = decided(warns).tell("2026-06-08 11:00", "reporter_informed", report_id="x")
    reason = family.only("2026-06-10 09:00")

    assert reason.code == "late"
    assert "Uiterlijk was woensdag 3 juni 2026." in reason.sentence
    assert decided(warns).only("2026-06-02 12:00").sentence.endswith("De regel waarschuwt na woensdag 3 juni 2026.")


def test_the_day_that_was_named_last_of_the_same_value_in_an_open_case_is_the_one_that_replaced():
    family = Family({**DATE, "from": [{"type": "condition_set", "where": {"text": "x"}}]})
    for name, at, of, day, text in (
        ("s", "2026-06-02 10:00", "v", "2026-06-05", "x"),
        ("n1", "2026-06-03 10:00", "v", "2026-06-20", "x"),
        ("n2", "2026-06-04 10:00", "v", "2026-06-21", "x"),
        ("other", "2026-06-05 10:00", "w", "2026-06-21", "x"),
        ("words", "2026-06-05 11:00", "v", "2026-06-21", "y"),
        ("no day", "2026-06-05 12:00", "v", None, "x"),
    ):
        family.tell(at, "condition_set", id=name, condition_id=of, check_on=day, text=text)
    family.tell("2026-06-06 10:00", "case_closed", "2026-06-06 10:00")
    family.tell("2026-06-07 10:00", "condition_set", id="closed", condition_id="v", check_on="2026-06-21", text="x")
    replaced = {one.event: one.by for one in family.ask("2026-06-10 09:00").reasons if one.code == "replaced"}

    assert replaced == {"s": "n2", "n1": "n2"}


def test_an_ending_is_after_the_start_also_where_the_start_is_of_its_type():
    family = Family({**MOMENTS, "ends": ["vt_closed", "handover_accepted"]})
    family.tell("2026-06-01 12:00", "vt_closed", id="before")
    family.tell("2026-06-02 10:00", "handover_accepted", id="s").tell("2026-07-02 10:00", "vt_closed", id="v")
    family.tell("2026-07-03 10:00", "vt_closed", id="later")

    assert {one.by for one in family.ask("2026-10-01 09:00").reasons} == {"v"}


def test_of_several_withdrawals_and_corrections_the_last_known_of_that_event_is_named():
    family = decided()
    family.tell("2026-06-03 09:00", "event_withdrawn", id="w1", event_id="s")
    family.tell("2026-06-04 09:00", "event_withdrawn", id="w2", event_id="s")
    family.tell("2026-06-04 10:00", "event_withdrawn", id="w3", event_id="another")
    family.tell("2026-06-04 11:00", "event_corrected", id="c", event_id="s", data={})
    family.tell("2026-06-20 09:00", "event_withdrawn", id="w4", event_id="s")

    assert family.only("2026-06-10 09:00").by == "w2"
    assert family.only("2026-06-04 09:00").by == "w2"
    assert family.only("2026-06-04 08:59").by == "w1"


def test_an_accepted_silence_names_the_acceptance_and_its_end():
    family = Family(SILENCE).tell(
        "2026-06-05 09:00", "stall_accepted", id="a", rule="R", instance="r", until_on="2026-06-30"
    )
    reason = family.only("2026-06-20 09:00")

    assert (reason.code, reason.event, reason.by) == ("accepted", "r", "a")
    assert reason.until == parse_instant(iso("2026-07-01 00:00"))


def test_what_comes_too_long_after_names_the_event_and_how_long_it_may_be():
    reason = Family(AFTER).only("2026-06-10 09:00")

    assert (reason.code, reason.event, reason.since) == ("not_after", "r", parse_instant(iso("2026-06-01 09:00")))
    assert reason.sentence == (
        "Na melding-ontvangen (Politie, maandag 1 juni 2026 09:00) begint niets: het telt alleen binnen twaalf maanden na "
        "een casus-gesloten, en die was er niet."
    )


def test_every_agreement_that_holds_the_rule_is_named_with_its_days():
    first = file(TERM, valid_to="2020-12-31", applies_to={"municipalities": ["0080"]})
    other = file(TERM, agreement="zuid", valid_from="2027-01-01")
    reason = decided(files=[first, other]).only("2026-06-10 09:00")

    assert reason.since == parse_instant(iso("2026-06-02 10:00"))
    assert reason.sentence.endswith(
        "De regel staat in proef versie 1 (vanaf dinsdag 1 januari 2019 tot en met donderdag 31 december 2020, voor "
        "Leeuwarden) en zuid versie 1 (vanaf vrijdag 1 januari 2027, zonder einddatum, voor alle gemeenten)."
    )


# What settled it is named, and nothing that only looks like it.


def test_what_was_done_is_named_and_not_what_stands_near_it():
    safe = {"type": "service_ended", "where": {"outcomes": "safe"}}
    family = Family({**TERM, "from": ["service_started"], "until": [safe], "per": "service_id"})
    family.tell("2026-06-01 10:00", "service_ended", id="before", service_id="x", outcomes="safe")
    family.tell("2026-06-02 10:00", "service_started", id="s", service_id="x")
    family.tell("2026-06-03 11:00", "service_ended", id="a", service_id="y", outcomes="safe")
    family.tell("2026-06-03 11:00", "service_ended", id="b", service_id="x", outcomes="unsafe")
    family.tell("2026-06-03 11:00", "case_routed", id="c", service_id="x", outcomes="safe")
    family.tell("2026-06-03 11:00", "service_ended", id="d", service_id="x", outcomes="safe")
    family.tell("2026-06-03 12:00", "service_ended", id="later", service_id="x", outcomes="safe")

    assert family.only("2026-06-10 09:00").by == "d"


def test_what_was_done_already_is_named():
    family = Family({**TERM, "already": True})
    family.tell("2026-06-01 10:00", "reporter_informed", id="other", report_id="y")
    family.tell("2026-06-01 11:00", "reporter_informed", id="d", report_id="x")
    family.tell("2026-06-02 10:00", "triage_decided", id="s", report_id="x")
    family.tell("2026-06-03 11:00", "reporter_informed", id="after", report_id="x")

    assert family.only("2026-06-10 09:00").by == "d"


def test_each_contact_names_the_next_one_and_never_itself():
    rule = {"id": "R", "from": ["family_contacted"], "until": ["family_contacted"], "breach": {"days": 9}}
    family = Family(rule).tell("2026-06-02 10:00", "family_contacted", id="a")
    family.tell("2026-06-02 10:00", "family_contacted", id="b").tell("2026-06-04 10:00", "family_contacted", id="c")
    found = {one.event: one.by for one in family.ask("2026-06-05 09:00").reasons}

    assert found == {"a": "b", "b": "c", "c": None}


def test_a_day_that_was_kept_names_what_kept_it():
    family = Family(DATE).tell("2026-06-02 10:00", "condition_set", id="s", condition_id="v", check_on="2026-06-20")
    family.tell("2026-06-03 10:00", "condition_met", id="other", condition_id="w")
    reason = family.tell("2026-06-04 10:00", "condition_met", id="d", condition_id="v").only("2026-06-30 09:00")

    assert (reason.code, reason.by) == ("in_time", "d")


def test_a_moment_names_the_contact_that_bears_its_number_after_the_anchor():
    family = Family({**MOMENTS, "until": [{"type": "monitoring_moment_done", "where": {"decision": "x"}}]})
    family.tell("2026-06-01 10:00", "monitoring_moment_done", id="before", moment=1, decision="x")
    family.tell("2026-06-02 10:00", "handover_accepted", id="s")
    family.tell("2026-08-20 10:00", "monitoring_moment_done", id="other", moment=1, decision="y")
    family.tell("2026-08-21 10:00", "monitoring_moment_done", id="two", moment=2, decision="x")
    family.tell("2026-08-22 10:00", "monitoring_moment_done", id="one", moment=1, decision="x")

    assert [one.by for one in family.ask("2026-10-01 09:00").reasons] == ["one", "two"]


def test_at_the_due_itself_it_is_late_and_told_at_the_due_it_is_told_late():
    late = decided().tell("2026-06-05 00:00", "reporter_informed", report_id="x").only("2026-06-10 09:00")
    told_late = decided().tell("2026-06-04 12:00", "reporter_informed", "2026-06-05 00:00", report_id="x")
    told_in_time = decided().tell("2026-06-04 12:00", "reporter_informed", "2026-06-04 23:59", report_id="x")

    assert late.code == "late"
    assert told_late.only("2026-06-10 09:00").sentence.endswith("Het is pas verteld op vrijdag 5 juni 2026 00:00.")
    assert told_in_time.only("2026-06-10 09:00").sentence.endswith("Uiterlijk was donderdag 4 juni 2026.")


def test_what_was_done_where_no_term_belongs_has_no_last_day():
    ladder = {"id": "l", "levels": [{"nr": 1, "term": {"days": 2}}]}
    rule = {"id": "R", "from": ["escalation_started"], "until": ["escalation_closed"], "breach": {"from_ladder": True}}
    family = Family(files=[file(rule, ladders=[ladder])])
    family.tell("2026-06-02 10:00", "escalation_started", ladder="l", level=9)
    reason = family.tell("2026-06-03 10:00", "escalation_closed", id="d").only("2026-06-10 09:00")

    assert (reason.code, reason.by) == ("in_time", "d")
    assert reason.sentence.endswith("met escalatie-gesloten (Veilig Thuis, woensdag 3 juni 2026 10:00).")


def test_each_ending_is_told_in_its_own_words():
    begins = "Na veiligheidsvoorwaarde-vastgesteld (Veilig Thuis, dinsdag 2 juni 2026 10:00):"
    dated = Family(DATE).tell("2026-06-02 10:00", "condition_set", condition_id="v", check_on="2026-06-05")
    dated.tell("2026-06-03 10:00", "condition_set", condition_id="v", check_on="2026-06-20")
    schedule = Family(MOMENTS).tell("2026-06-02 10:00", "handover_accepted")
    schedule.tell("2026-07-02 10:00", "handover_accepted")
    signal = Family({**PATTERN, "count": 1, "agencies": 1}).tell("2026-06-02 09:00", "incident_recorded")

    assert dated.ask("2026-06-10 09:00").reasons[1].sentence == (
        f"{begins} daarna is er een andere dag genoemd, met veiligheidsvoorwaarde-vastgesteld (Veilig Thuis, woensdag 3 "
        "juni 2026 10:00)."
    )
    assert schedule.ask("2026-08-01 09:00").reasons[-1].sentence == (
        "Na overdracht-geaccepteerd (Veilig Thuis, dinsdag 2 juni 2026 10:00), moment 1: daarna is de reeks opnieuw begonnen, "
        "met overdracht-geaccepteerd (Veilig Thuis, donderdag 2 juli 2026 10:00)."
    )
    assert (
        signal.tell("2026-06-03 09:00", "case_closed")
        .only("2026-06-10 09:00")
        .sentence.endswith(
            ": daarna is de casus gesloten, met casus-gesloten (Veilig Thuis, woensdag 3 juni 2026 09:00)."
        )
    )


def test_where_silence_is_not_listened_for_the_phases_and_the_last_word_are_told():
    listening = {**SILENCE, "phases": ["recovery", "assessment", "direct_safety"]}
    family = Family(listening).tell("2026-06-02 09:00", "direct_safety_reached", id="h")
    closed = Family(SILENCE).tell("2026-06-02 09:00", "case_closed", id="c").only("2026-07-01 09:00")

    assert family.only("2026-07-01 09:00").sentence == (
        "De casus is in de fase stable safety; deze regel let alleen op stilte in assessment, direct safety of recovery."
    )
    assert (closed.event, closed.since) == ("c", parse_instant(iso("2026-06-02 09:00")))


def test_of_what_has_other_values_the_newest_version_tells_what_is_needed():
    first = file(
        {**TERM, "per": None, "from": [{"type": "plan_agreed", "where": {"plan": "safety"}}]}, valid_to="2019-12-31"
    )
    second = file(
        {**TERM, "per": None, "from": [{"type": "plan_agreed", "where": {"plan": "help"}}]},
        version=2,
        valid_from="2027-01-01",
    )
    family = Family(files=[first, second]).tell("2026-06-02 10:00", "plan_agreed", plan="recovery")

    assert (
        "plan = hulp" in family.only("2026-06-10 09:00").sentence or "help" in family.only("2026-06-10 09:00").sentence
    )


def test_a_pattern_of_which_nothing_came_names_its_signals():
    assert Family(PATTERN).only("2026-06-10 09:00").sentence.endswith("Nodig is incident-geregistreerd.")


# What a reason is about.


def test_each_reason_names_the_event_that_begins_nothing():
    other = Family({**TERM, "per": None, "from": [{"type": "plan_agreed", "where": {"plan": "safety"}}]})
    other.tell("2026-06-02 10:00", "plan_agreed", id="s", plan="help")
    childless = decided({**TERM, "if_case": "has_child"})
    dayless = Family(DATE).tell("2026-06-02 10:00", "condition_set", id="s", condition_id="v")
    versions = [
        file({**TERM, "per": None}),
        file({**TERM, "from": ["service_started"], "per": None}, version=2, valid_from="2026-06-01"),
    ]
    changed = decided(files=versions)
    found = [one.only("2026-06-10 09:00") for one in (other, childless, dayless, changed)]

    assert [one.event for one in found] == ["s"] * 4
    assert {one.since for one in found} == {parse_instant(iso("2026-06-02 10:00"))}


def test_of_a_schedule_without_end_the_moments_that_were_done_are_told_too():
    family = Family({**MOMENTS, "then_every": {"months": 6}, "at": [{"months": 3}]})
    family.tell("2026-06-02 10:00", "handover_accepted", id="s")
    for number, moment in enumerate((3, True, "2", 1000, 999.0), start=1):
        family.tell(f"2026-07-0{number} 10:00", "monitoring_moment_done", id=f"m{number}", moment=moment)
    told = [one.sentence.partition(", moment ")[2].partition(":")[0] for one in family.ask("2026-08-01 09:00").reasons]

    assert sorted(told) == ["1", "2", "3"]


def test_a_signal_at_the_edge_of_the_window_does_not_count():
    family = Family({**PATTERN, "agencies": 1, "count": 2, "window": {"hours": 24}})
    family.tell("2026-06-02 09:00", "incident_recorded", id="i").tell("2026-06-03 09:00", "incident_recorded", id="j")

    reasons = family.ask("2026-06-10 09:00").reasons

    assert [one.event for one in reasons] == ["j", "i"]
    assert "kwam één keer een incident-geregistreerd" in reasons[0].sentence


def test_an_acceptance_where_only_a_warning_was_counted_leaves_nothing_to_come():
    warns = {key: value for key, value in TERM.items() if key != "breach"}
    family = decided(warns).tell(
        "2026-06-02 11:00", "stall_accepted", id="a", rule="R", instance="s", until_on="2026-06-30"
    )
    reason = family.only("2026-06-10 09:00")

    assert (reason.code, reason.by, reason.until) == ("accepted", "a", None)
    assert reason.sentence.endswith("uitstel geaccepteerd tot en met dinsdag 30 juni 2026.")


def test_a_warning_that_falls_with_the_breach_is_told_as_the_breach():
    reason = decided({**TERM, "warn": {"working_days": 2}}).only("2026-06-02 12:00")

    assert reason.sentence.endswith("het is nog niet zo ver. Te laat is het na donderdag 4 juni 2026.")

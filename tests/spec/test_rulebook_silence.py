"""Kind `silence` and the phases of a case (rule book 4.4): nothing at all is heard."""

from pathlib import Path
from runpy import run_path

import pytest

STORY = run_path(str(Path(__file__).with_name("rulebook_story.py")))
Story, file = STORY["Story"], STORY["file"]
ALERTS = ("raised", "closed", "reminded", "escalated", "acknowledged")
QUIET = {"id": "ST-17", "kind": "silence", "phases": ["assessment", "direct_safety"], "breach": {"days": 10}}


def test_the_last_event_heard_starts_the_silence_and_the_next_one_ends_it():
    story = Story(QUIET)
    story.tell("2026-01-05 09:00", "report_received")
    story.tell("2026-01-10 09:00", "family_contacted")
    story.tell("2026-01-25 09:00", "family_contacted")

    assert story.rows() == ["e2 breach due 2026-01-21 00:00 raised 2026-01-21 00:00 closed 2026-01-25 09:00 late"]


def test_a_contact_told_late_ends_the_alert_in_time():
    story = Story(QUIET)
    story.tell("2026-01-05 09:00", "report_received")
    story.tell("2026-01-15 09:00", "family_contacted", "2026-01-17 09:00")

    assert story.ends("2026-01-20 00:00") == ["e1 breach in_time"]


def test_what_the_system_says_itself_is_never_heard():
    story = Story(QUIET)
    story.tell("2026-01-05 09:00", "report_received")
    for name in ("report_classified", "case_routed", *(f"alert_{one}" for one in ALERTS)):
        story.tell("2026-01-10 09:00", name)
    for name in ("stall_acceptance_proposed", "stall_accepted"):
        story.tell("2026-01-10 09:00", name, rule="X", instance="e1", until_on="2026-02-01")

    assert story.rows("2026-02-01 00:00") == ["e1 breach due 2026-01-16 00:00 raised 2026-01-16 00:00 open"]


def test_a_rule_may_ignore_types_but_a_correction_is_never_heard():
    story = Story({**QUIET, "ignore": ["incident_recorded"]})
    story.tell("2026-01-05 09:00", "report_received")
    story.tell("2026-01-10 09:00", "incident_recorded")
    story.tell("2026-01-11 09:00", "event_corrected", event_id="e2", data={})

    assert story.ends("2026-02-01 00:00") == ["e1 breach None"]


def test_closing_the_case_breaks_the_silence_late_or_in_time():
    story = Story(QUIET)
    story.tell("2026-01-05 09:00", "report_received")
    story.tell("2026-01-20 09:00", "case_closed")

    assert story.ends("2026-03-01 00:00") == ["e1 breach late"]


def test_an_event_of_a_closed_case_starts_no_silence_but_reopening_does():
    story = Story(QUIET)
    story.tell("2026-01-05 09:00", "report_received")
    story.tell("2026-01-06 09:00", "case_closed")
    story.tell("2026-01-07 09:00", "family_contacted")
    assert story.rows("2026-03-01 00:00") == []

    story.tell("2026-03-01 09:00", "case_reopened")
    assert story.ends("2026-04-01 00:00") == ["e4 breach None"]


def test_a_closing_told_late_but_before_the_last_event_takes_the_silence_away():
    story = Story(QUIET)
    story.tell("2026-01-05 09:00", "report_received")
    story.tell("2026-01-07 09:00", "family_contacted")
    story.tell("2026-01-06 09:00", "case_closed", "2026-01-20 09:00")

    assert story.ends("2026-03-01 00:00") == ["e2 breach withdrawn"]


def test_a_change_of_phase_told_late_takes_it_away_too():
    story = Story(QUIET)
    story.tell("2026-01-05 09:00", "report_received")
    story.tell("2026-01-07 09:00", "family_contacted")
    story.tell("2026-01-06 09:00", "direct_safety_reached", "2026-01-20 09:00")

    assert story.ends("2026-03-01 00:00") == ["e2 breach withdrawn"]


@pytest.mark.parametrize(
    ("names", "phase"),
    [
        ((), "assessment"),
        (("report_received",), "assessment"),
        (("handover_accepted",), "direct_safety"),
        (("handover_accepted", "direct_safety_reached"), "stable_safety"),
        (("stable_safety_reached",), "recovery"),
        (("stable_safety_reached", "safety_lost"), "direct_safety"),
        (("vt_closed",), "pilot_light"),
        (("vt_closed", "case_closed", "case_reopened"), "assessment"),
        (("handover_accepted", "report_received"), "assessment"),
        (("report_received", "handover_accepted", "report_received"), "direct_safety"),
        (("report_received", "handover_accepted", "case_closed", "report_received"), "assessment"),
    ],
)
def test_the_phase_is_set_by_the_last_that_sets_one(names, phase):
    rules = [{**QUIET, "id": one, "phases": [one]} for one in ("assessment", "direct_safety", "stable_safety")]
    rules += [{**QUIET, "id": one, "phases": [one]} for one in ("recovery", "pilot_light")]
    story = Story(*rules)
    for day, name in enumerate(names, start=1):
        story.tell(f"2026-01-0{day} 09:00", name)
    story.tell("2026-01-09 09:00", "family_contacted")

    assert [row["rule"] for row in story.json("2026-02-01 00:00")] == [phase]


def test_each_event_asks_its_own_version_whether_it_is_heard():
    old = file({**QUIET, "ignore": ["incident_recorded"]}, valid_to="2026-01-09")
    new = file(QUIET, version=2, valid_from="2026-01-10")
    story = Story(files=[old, new])
    story.tell("2026-01-05 09:00", "report_received")
    story.tell("2026-01-08 09:00", "incident_recorded")
    assert story.ends("2026-01-16 00:00") == ["e1 breach None"]

    story.tell("2026-01-12 09:00", "incident_recorded")
    assert story.ends("2026-02-01 00:00") == ["e3 breach None"]


def test_an_event_for_which_no_version_is_chosen_is_heard_and_starts_nothing():
    only_old = file({**QUIET, "ignore": ["incident_recorded"]}, valid_to="2026-01-09")
    story = Story(files=[only_old])
    story.tell("2026-01-05 09:00", "report_received")
    story.tell("2026-01-17 09:00", "incident_recorded")

    assert story.ends("2026-03-01 00:00") == ["e1 breach late"]


def test_danger_is_no_reason_to_listen_in_a_closed_case():
    story = Story({**QUIET, "weight": 5})
    story.tell("2026-01-05 09:00", "report_received")
    story.tell("2026-01-06 09:00", "case_closed")
    story.tell("2026-01-07 09:00", "family_contacted")

    assert story.rows("2026-03-01 00:00") == []


def test_the_instant_after_the_last_event_is_due_from_that_events_own_time():
    story = Story(QUIET)
    story.tell("2026-01-05 09:00", "report_received")
    story.tell("2026-01-06 09:00", "family_contacted", "2026-01-14 09:00")

    assert story.rows("2026-02-01 00:00") == ["e2 breach due 2026-01-17 00:00 raised 2026-01-17 00:00 open"]


def test_after_a_withdrawal_it_is_the_event_before_that_was_heard_last():
    story = Story(QUIET)
    story.tell("2026-01-05 09:00", "report_received")
    story.tell("2026-01-10 09:00", "family_contacted")
    story.tell("2026-01-11 09:00", "event_withdrawn", event_id="e2")

    assert story.rows("2026-02-01 00:00") == ["e1 breach due 2026-01-16 00:00 raised 2026-01-16 00:00 open"]


WITHOUT_SAFETY = {**QUIET, "ignore": ["direct_safety_reached"]}


def test_a_change_of_phase_that_a_rule_does_not_hear_ends_its_silence_all_the_same():
    story = Story(WITHOUT_SAFETY)
    story.tell("2026-01-05 09:00", "report_received")
    story.tell("2026-01-07 09:00", "direct_safety_reached")

    assert story.rows("2026-03-01 00:00") == []


def test_what_is_told_together_with_such_a_change_of_phase_begins_no_silence():
    story = Story(WITHOUT_SAFETY)
    story.tell("2026-01-05 09:00", "report_received")
    story.tell("2026-01-10 09:00", "family_contacted", "2026-02-01 09:00")
    story.tell("2026-01-11 09:00", "direct_safety_reached", "2026-02-01 09:00")

    assert story.ends("2026-03-01 00:00") == ["e1 breach in_time"]


@pytest.mark.parametrize("conditional", [0, 1])
def test_a_report_that_first_lists_a_child_is_heard_by_each_rule(conditional):
    rules = [{**QUIET, "id": "ST-17a"}, {**QUIET, "id": "ST-17b"}]
    rules[conditional]["if_case"] = "has_child"
    story = Story(*rules)
    story.tell("2026-01-05 09:00", "report_received", persons=[{"person": "p1", "child": True}])

    assert [row["rule"] for row in story.json("2026-02-01 00:00")] == ["ST-17a", "ST-17b"]


def test_a_silence_is_counted_by_the_region_as_soon_as_the_region_is_known():
    region = file({**QUIET, "breach": {"days": 20}}, agreement="regio", applies_to={"municipalities": ["0014"]})
    story = Story(files=[file(QUIET), region])
    story.tell("2026-01-06 09:00", "family_contacted")
    story.tell("2026-01-05 09:00", "report_received", "2026-01-12 09:00", municipality="0014")

    assert story.rows("2026-03-01 00:00") == ["e1 breach due 2026-01-27 00:00 raised 2026-01-27 00:00 open"]

"""Kind `term` (rule book 4.1): after this, that must follow in time."""

from pathlib import Path
from runpy import run_path

import pytest

STORY = run_path(str(Path(__file__).with_name("rulebook_story.py")))
Story, file = STORY["Story"], STORY["file"]
ASSESSED = {
    "id": "ST-01",
    "from": ["report_received"],
    "until": ["safety_assessed"],
    "per": "report_id",
    "warn": {"working_days": 3},
    "breach": {"working_days": 5},
}
CONTACT = {"id": "ST-08", "from": ["handover_accepted"], "until": ["first_contact_made"], "breach": {"days": 2}}


def test_a_warning_gives_way_to_the_breach_and_the_breach_ends_late():
    story = Story(ASSESSED)
    story.tell("2026-04-02 10:15", "report_received", report_id="r1")
    story.tell("2026-04-14 09:00", "safety_assessed", report_id="r1")

    assert story.rows() == [
        "e1 warn due 2026-04-10 00:00 raised 2026-04-10 00:00 closed 2026-04-14 00:00 superseded",
        "e1 breach due 2026-04-14 00:00 raised 2026-04-14 00:00 closed 2026-04-14 09:00 late",
    ]


def test_what_is_done_in_time_raises_nothing():
    story = Story(ASSESSED)
    story.tell("2026-04-02 10:15", "report_received", report_id="r1")
    story.tell("2026-04-09 16:00", "safety_assessed", report_id="r1")

    assert story.rows("2026-12-31 12:00") == []


def test_what_was_done_in_time_and_told_late_ends_the_breach_in_time():
    story = Story(ASSESSED)
    story.tell("2026-04-02 10:15", "report_received", report_id="r1")
    story.tell("2026-04-13 16:00", "safety_assessed", "2026-04-17 08:00", report_id="r1")

    assert story.ends() == ["e1 warn superseded", "e1 breach in_time"]


def test_satisfied_at_the_due_itself_is_late():
    story = Story(CONTACT)
    story.tell("2026-04-02 10:00", "handover_accepted")
    story.tell("2026-04-05 00:00", "first_contact_made", "2026-04-05 10:00")

    assert story.ends() == ["e1 breach late"]


def test_satisfied_at_the_very_instant_at_which_it_is_due_raises_nothing():
    story = Story(CONTACT)
    story.tell("2026-04-02 10:00", "handover_accepted")
    story.tell("2026-04-05 00:00", "first_contact_made")

    assert story.rows() == []


def test_only_a_stop_with_the_same_value_counts():
    story = Story(ASSESSED)
    story.tell("2026-04-02 10:15", "report_received", report_id="r1")
    story.tell("2026-04-03 10:15", "safety_assessed", report_id="r2")

    assert story.ends("2026-05-01 00:00") == ["e1 warn superseded", "e1 breach None"]


def test_a_missing_value_and_null_are_none_and_none_equals_only_itself():
    story = Story(ASSESSED)
    story.tell("2026-04-02 10:15", "report_received")
    story.tell("2026-04-02 10:16", "report_received", report_id="r1")
    story.tell("2026-04-03 10:15", "safety_assessed", report_id=None)

    assert story.ends("2026-05-01 00:00") == ["e2 warn superseded", "e2 breach None"]


def test_values_are_compared_as_json_values():
    story = Story(ASSESSED)
    for place, value in enumerate((1, True, "1", [1, "a"], {"a": 1})):
        story.tell("2026-04-02 10:15", "report_received", id=f"s{place}", report_id=value)
    story.tell("2026-04-03 10:15", "safety_assessed", report_id=1.0)
    story.tell("2026-04-03 10:15", "safety_assessed", report_id=[1.0, "a"])
    story.tell("2026-04-03 10:15", "safety_assessed", report_id={"a": 1.0})

    assert story.ends("2026-04-11 00:00") == ["s1 warn None", "s2 warn None"]


def test_a_stop_at_the_same_instant_counts_only_when_it_is_later_in_the_order():
    before = Story(CONTACT)
    before.tell("2026-04-02 10:00", "handover_accepted", id="b")
    before.tell("2026-04-02 10:00", "first_contact_made", id="a")
    after = Story(CONTACT)
    after.tell("2026-04-02 10:00", "handover_accepted", id="b")
    after.tell("2026-04-02 10:00", "first_contact_made", id="c")

    assert before.ends("2026-04-30 00:00") == ["b breach None"]
    assert after.ends("2026-04-30 00:00") == []


def test_ids_are_ordered_by_code_point():
    story = Story(CONTACT)
    story.tell("2026-04-02 10:00", "handover_accepted", id="Z")
    story.tell("2026-04-02 10:00", "first_contact_made", id="a")

    assert story.ends("2026-04-30 00:00") == []


def test_an_event_never_satisfies_itself_and_each_contact_satisfies_the_one_before():
    seen = {"id": "ST-26", "from": ["family_contacted"], "until": ["family_contacted"], "breach": {"weeks": 6}}
    story = Story(seen)
    story.tell("2026-01-05 10:00", "family_contacted")
    story.tell("2026-02-02 10:00", "family_contacted")

    assert story.rows("2026-12-31 00:00") == ["e2 breach due 2026-03-17 00:00 raised 2026-03-17 00:00 open"]


def test_already_counts_a_stop_before_the_start_however_long_before():
    recovery = {
        "id": "ST-16",
        "from": ["stable_safety_reached"],
        "until": [{"type": "plan_agreed", "where": {"plan": "recovery"}}],
        "already": True,
        "breach": {"months": 3},
    }
    story = Story(recovery)
    story.tell("2024-10-01 09:00", "plan_agreed", plan="recovery")
    story.tell("2025-12-01 09:00", "stable_safety_reached")

    assert story.rows("2026-12-31 00:00") == []


def test_what_was_done_already_for_one_value_says_nothing_of_another():
    rule = {"id": "R", "from": ["triage_decided"], "until": ["reporter_informed"], "per": "report_id", "already": True}
    story = Story({**rule, "breach": {"days": 1}})
    story.tell("2026-06-01 09:00", "reporter_informed", report_id="x")
    story.tell("2026-06-02 09:00", "triage_decided", report_id="x")
    story.tell("2026-06-02 10:00", "triage_decided", report_id="y")

    assert story.ends("2026-07-01 00:00") == ["e3 breach None"]


def test_a_start_under_another_version_does_not_hide_one_under_this_version():
    rule = {"id": "R", "from": ["triage_decided"], "until": ["reporter_informed"], "breach": {"days": 1}}
    story = Story(files=[file(rule, valid_to="2026-06-01"), file(rule, version=2, valid_from="2026-06-02")])
    story.tell("2026-06-01 09:00", "triage_decided", "2026-06-03 09:00")
    story.tell("2026-06-02 09:00", "triage_decided", "2026-06-03 09:00")

    assert [(row["version"], row["instance"]) for row in story.json("2026-07-01 00:00")] == [(1, "e1"), (2, "e2")]


def test_an_open_alert_ends_in_time_when_it_turns_out_to_have_been_done_already():
    danger = {
        "id": "ST-02",
        "from": ["acute_danger_found"],
        "until": ["acute_action_taken"],
        "already": True,
        "breach": {"minutes": -120},
    }
    story = Story(danger)
    story.tell("2026-04-02 10:00", "acute_danger_found")
    story.tell("2026-04-02 09:00", "acute_action_taken", "2026-04-02 11:00")

    assert story.ends() == ["e1 breach in_time"]


def test_where_allows_a_value_or_one_of_a_list_and_a_missing_field_fails():
    plan = {
        "id": "R",
        "from": [{"type": "plan_agreed", "where": {"plan": ["safety", "help"]}}],
        "until": ["help_started"],
        "breach": {"days": 1},
    }
    story = Story(plan)
    story.tell("2026-04-01 10:00", "plan_agreed", plan="safety")
    story.tell("2026-04-01 10:00", "plan_agreed", plan="recovery")
    story.tell("2026-04-01 10:00", "plan_agreed")
    story.tell("2026-04-01 10:00", "plan_agreed", plan=["recovery", "help"])

    assert story.ends("2026-05-01 00:00") == ["e1 breach None", "e4 breach None"]


def test_breach_is_further_than_warn_also_when_the_warning_is_due_later():
    odd = {**CONTACT, "warn": {"days": 4}}
    story = Story(odd)
    story.tell("2026-04-02 10:00", "handover_accepted")

    assert story.ends("2026-04-30 00:00") == ["e1 breach None"]


def test_an_instance_that_is_due_before_it_starts_is_raised_when_it_is_known():
    odd = {**CONTACT, "breach": {"days": -5}}
    story = Story(odd)
    story.tell("2026-04-02 10:00", "handover_accepted", "2026-04-03 12:00")

    assert story.rows() == ["e1 breach due 2026-03-29 00:00 raised 2026-04-03 12:00 open"]


def test_an_event_that_is_still_to_come_is_known_from_when_it_was_told():
    story = Story(CONTACT)
    story.tell("2026-04-02 10:00", "handover_accepted")
    story.tell("2026-04-20 10:00", "first_contact_made", "2026-04-03 09:00")

    assert story.rows("2026-05-01 00:00") == []


def test_a_rule_for_cases_with_a_child_waits_until_a_report_lists_one():
    child = {
        "id": "ST-18",
        "if_case": "has_child",
        "from": ["handover_accepted"],
        "until": ["child_spoken_to"],
        "breach": {"days": 1},
    }
    story = Story(child)
    story.tell("2026-04-01 09:00", "report_received", persons=[{"person": "p1", "child": False}])
    story.tell("2026-04-02 10:00", "handover_accepted")
    story.tell("2026-04-10 09:00", "report_received", persons=[{"person": "p1"}, {"person": "p2", "child": True}])
    story.tell("2026-04-12 09:00", "event_withdrawn", event_id="e3")

    assert story.rows() == ["e2 breach due 2026-04-04 00:00 raised 2026-04-10 09:00 closed 2026-04-12 09:00 withdrawn"]


def test_because_names_the_start_alone():
    story = Story(CONTACT)
    story.tell("2026-04-02 10:00", "handover_accepted")

    assert story.json("2026-05-01 00:00")[0]["because"] == ["e1"]


@pytest.mark.parametrize("hours", ["warn", "breach"])
def test_two_that_start_on_one_day_each_have_their_own_hour_where_the_other_stage_is_by_day(hours):
    days = "breach" if hours == "warn" else "warn"
    story = Story({**CONTACT, hours: {"hours": 30}, days: {"days": 1}})
    story.tell("2026-04-02 08:00", "handover_accepted")
    story.tell("2026-04-02 10:00", "handover_accepted")
    dues = [row.partition(" raised")[0] for row in story.rows("2026-04-10 00:00")]

    assert [due for due in dues if f" {hours} " in due] == [
        f"e1 {hours} due 2026-04-03 14:00",
        f"e2 {hours} due 2026-04-03 16:00",
    ]


@pytest.mark.parametrize(
    ("start", "stop", "is_same"),
    [
        (["a", 1], ["a", 1.0], True),
        (["a", 1], [1, "a"], False),
        (["a"], ["b"], False),
        (["a"], "a", False),
        ({"a": 1, "b": None}, {"b": None, "a": 1}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1}, {"b": 1}, False),
        ([], {}, False),
    ],
)
def test_what_start_and_stop_share_is_compared_as_json_also_where_it_is_a_list_or_an_object(start, stop, is_same):
    story = Story(ASSESSED)
    story.tell("2026-04-02 10:15", "report_received", report_id=start)
    story.tell("2026-04-03 10:15", "safety_assessed", report_id=stop)

    assert (story.rows("2026-12-31 12:00") == []) is is_same


def test_of_two_that_are_told_together_the_earlier_begins_something_also_where_it_is_told_last():
    story = Story(CONTACT)
    story.tell("2026-04-02 12:00", "incident_recorded", "2026-04-02 15:00")
    story.tell("2026-04-02 10:00", "handover_accepted", "2026-04-02 15:00")

    assert story.ends("2026-05-01 00:00") == ["e2 breach None"]

"""Kind `pattern` (rule book 4.5): many signals are one signal."""

from pathlib import Path
from runpy import run_path

STORY = run_path(str(Path(__file__).with_name("rulebook_story.py")))
Story, file = STORY["Story"], STORY["file"]
RADAR = {"id": "ST-38", "kind": "pattern", "of": ["incident_recorded"], "count": 2, "window": {"days": 14}}
REPEAT = {
    "id": "ST-34",
    "kind": "pattern",
    "of": ["report_received"],
    "count": 1,
    "window": {"days": 1},
    "after": {"types": ["case_closed"], "within": {"months": 12}},
}


def test_a_pattern_is_a_signal_at_the_event_at_which_it_holds():
    story = Story(RADAR)
    story.tell("2026-06-01 09:00", "incident_recorded")
    story.tell("2026-06-05 09:00", "incident_recorded")
    row = story.json()[0]

    assert story.rows() == ["e2 signal due 2026-06-05 09:00 raised 2026-06-05 09:00 open"]
    assert row["because"] == ["e1", "e2"]


def test_the_window_leaves_out_its_first_instant_and_holds_its_last():
    story = Story({**RADAR, "window": {"hours": 24}})
    story.tell("2026-06-01 09:00", "incident_recorded")
    story.tell("2026-06-02 09:00", "incident_recorded")
    assert story.rows() == []

    assert story.tell("2026-06-03 08:59", "incident_recorded").ends() == ["e3 signal None"]


def test_a_day_of_the_window_is_24_hours_also_when_the_clock_changes():
    story = Story({**RADAR, "window": {"days": 1}})
    story.tell("2026-03-28 12:30", "incident_recorded")
    story.tell("2026-03-29 13:15", "incident_recorded")

    assert story.ends() == ["e2 signal None"]


def test_events_at_the_same_instant_are_in_the_window_of_the_first_of_them():
    story = Story(RADAR)
    story.tell("2026-06-01 09:00", "incident_recorded", id="b")
    story.tell("2026-06-01 09:00", "incident_recorded", id="a")

    assert story.json()[0]["instance"] == "a"
    assert story.json()[0]["because"] == ["a", "b"]


def test_a_signal_is_seen_beside_other_events_of_the_same_instant():
    check = {
        "id": "ST-39",
        "kind": "term",
        "from": ["condition_set"],
        "until": ["condition_met"],
        "breach": {"days": 1},
    }
    story = Story(RADAR, check)
    story.tell("2026-06-01 09:00", "incident_recorded")
    for name in ("condition_set", "condition_met", "incident_recorded"):
        story.tell("2026-06-02 09:00", name)

    assert story.ends() == ["e4 signal None"]


def test_signals_must_come_from_so_many_agencies():
    story = Story({**RADAR, "agencies": 2})
    story.tell("2026-06-01 09:00", "incident_recorded", agency="politie")
    story.tell("2026-06-02 09:00", "incident_recorded", agency="politie")
    assert story.rows() == []

    assert story.tell("2026-06-03 09:00", "incident_recorded", agency="school").ends() == ["e3 signal None"]


def test_while_an_instance_runs_no_other_starts():
    story = Story(RADAR)
    for day in (1, 5, 9, 13):
        story.tell(f"2026-06-{day:02d} 09:00", "incident_recorded")

    assert story.ends() == ["e2 signal None"]


def test_when_the_pattern_no_longer_holds_the_next_time_is_a_new_signal():
    story = Story(RADAR)
    for day in ("06-01", "06-05", "08-01", "08-02"):
        story.tell(f"2026-{day} 09:00", "incident_recorded")

    assert story.ends() == ["e2 signal None", "e4 signal None"]


def test_an_acknowledgement_ends_it_and_the_next_signal_is_told_anew():
    story = Story(RADAR)
    story.tell("2026-06-01 09:00", "incident_recorded")
    story.tell("2026-06-05 09:00", "incident_recorded")
    alert = story.json()[0]["alert"]
    story.tell("2026-06-06 09:00", "alert_acknowledged", alert=alert)
    story.tell("2026-06-07 09:00", "incident_recorded")

    assert story.rows() == [
        "e2 signal due 2026-06-05 09:00 raised 2026-06-05 09:00 closed 2026-06-06 09:00 acknowledged",
        "e4 signal due 2026-06-07 09:00 raised 2026-06-07 09:00 open",
    ]


def test_an_acknowledgement_counts_whatever_its_own_time_and_always_after_the_start():
    story = Story(RADAR)
    story.tell("2026-06-01 09:00", "incident_recorded")
    story.tell("2026-06-05 09:00", "incident_recorded")
    alert = story.json()[0]["alert"]
    story.tell("2026-05-01 09:00", "alert_acknowledged", "2026-06-06 09:00", alert=alert)
    story.tell("2026-06-07 09:00", "incident_recorded")

    assert story.ends() == ["e2 signal acknowledged", "e4 signal None"]


def test_closing_the_case_ends_it_and_what_happens_in_a_closed_case_starts_nothing():
    story = Story(RADAR)
    story.tell("2026-06-01 09:00", "incident_recorded")
    story.tell("2026-06-05 09:00", "incident_recorded")
    story.tell("2026-06-06 09:00", "case_closed")
    story.tell("2026-06-07 09:00", "incident_recorded")

    assert story.ends() == ["e2 signal case_closed"]


def test_danger_is_never_waved_away_by_a_closing():
    story = Story({**RADAR, "weight": 5})
    story.tell("2026-06-01 09:00", "incident_recorded")
    story.tell("2026-06-05 09:00", "incident_recorded")
    story.tell("2026-06-06 09:00", "case_closed")
    story.tell("2026-06-07 09:00", "incident_recorded")

    assert story.ends() == ["e2 signal case_closed", "e4 signal None"]


def test_a_signal_may_ask_for_an_event_shortly_before():
    story = Story(REPEAT)
    story.tell("2025-01-01 09:00", "report_received")
    story.tell("2025-03-01 09:00", "case_closed")
    story.tell("2026-03-01 23:59", "report_received")
    story.tell("2026-03-02 09:00", "case_closed")

    assert story.ends() == ["e3 signal case_closed"]
    assert story.json()[0]["because"] == ["e3"]


def test_at_the_instant_at_which_the_time_ends_it_is_too_late():
    story = Story(REPEAT)
    story.tell("2025-03-01 09:00", "case_closed")
    story.tell("2026-03-02 00:00", "report_received")

    assert story.rows() == []


def test_an_event_that_chooses_another_version_counts_but_starts_and_stops_nothing():
    old = file(RADAR, valid_to="2026-06-04")
    story = Story(files=[old])
    story.tell("2026-06-01 09:00", "incident_recorded")
    story.tell("2026-06-05 09:00", "incident_recorded")
    assert story.rows() == []

    story.tell("2026-06-04 09:00", "incident_recorded", "2026-06-06 09:00")
    assert story.json()[0]["because"] == ["e1", "e3"]


def test_a_signal_keeps_what_it_was_raised_for_also_when_more_becomes_known():
    story = Story({**RADAR, "agencies": 2})
    story.tell("2026-06-01 09:00", "incident_recorded", agency="politie")
    story.tell("2026-06-05 09:00", "incident_recorded", agency="school")
    story.tell("2026-06-03 09:00", "incident_recorded", "2026-06-06 09:00", agency="politie")

    assert [(row["instance"], row["because"]) for row in story.json()] == [("e2", ["e1", "e2"])]


def test_acknowledged_applies_also_when_the_case_was_closed_earlier():
    story = Story(RADAR)
    story.tell("2026-06-01 09:00", "incident_recorded")
    story.tell("2026-06-05 09:00", "incident_recorded")
    alert = story.json()[0]["alert"]
    story.tell("2026-06-06 09:00", "case_closed", "2026-06-07 09:00")
    story.tell("2026-06-07 09:00", "alert_acknowledged", alert=alert)

    assert story.ends() == ["e2 signal acknowledged"]


def test_where_chooses_among_the_signals_and_among_what_comes_before():
    of = [{"type": "service_started", "where": {"service": "investigation"}}]
    after = {"types": [{"type": "service_ended", "where": {"outcomes": "safe"}}], "within": {"days": 9}}
    story = Story({"id": "P", "kind": "pattern", "of": of, "count": 1, "window": {"days": 1}, "after": after})
    story.tell("2026-06-01 09:00", "service_ended", outcomes=["unsafe"])
    story.tell("2026-06-02 09:00", "service_started", service="investigation")
    story.tell("2026-06-03 09:00", "service_ended", outcomes=["unsafe", "safe"])
    story.tell("2026-06-06 09:00", "service_started", service="conditions_and_follow_up")
    story.tell("2026-06-09 09:00", "service_started", service="investigation")

    assert story.ends() == ["e5 signal None"]


def test_a_stall_cannot_be_accepted_for_a_signal():
    story = Story(RADAR)
    story.tell("2026-06-01 09:00", "incident_recorded")
    story.tell("2026-06-05 09:00", "incident_recorded")
    story.tell("2026-06-06 09:00", "stall_accepted", rule="ST-38", instance="e2", until_on="2026-07-01")

    assert story.ends() == ["e2 signal None"]


def test_a_signal_that_was_withdrawn_was_none():
    story = Story(RADAR)
    story.tell("2026-06-01 09:00", "incident_recorded")
    story.tell("2026-06-05 09:00", "incident_recorded")
    story.tell("2026-06-06 09:00", "event_withdrawn", event_id="e1")

    assert story.ends() == ["e2 signal withdrawn"]


def test_signals_before_the_first_day_of_an_agreement_do_not_hide_those_after_it():
    story = Story(files=[file(RADAR, valid_from="2026-06-03")])
    for day in (1, 2, 4):
        story.tell(f"2026-06-0{day} 09:00", "incident_recorded")

    assert story.ends() == ["e3 signal None"]


def test_a_signal_that_came_while_one_ran_does_not_hide_what_comes_after_that_one_was_taken_up():
    story = Story(RADAR)
    for day in (1, 2, 3):
        story.tell(f"2026-06-0{day} 09:00", "incident_recorded")
    story.tell("2026-06-04 09:00", "alert_acknowledged", alert=story.json()[0]["alert"])
    story.tell("2026-06-05 09:00", "incident_recorded")

    assert story.ends() == ["e2 signal acknowledged", "e5 signal None"]


def test_the_last_that_came_before_is_the_one_that_counts():
    story = Story(REPEAT)
    story.tell("2024-01-01 09:00", "case_closed")
    story.tell("2025-12-01 09:00", "case_closed")
    story.tell("2026-03-01 09:00", "report_received")

    assert story.ends() == ["e3 signal None"]

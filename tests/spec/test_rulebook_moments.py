"""Kind `moments` (rule book 4.3): a schedule of contacts."""

from pathlib import Path
from runpy import run_path

from rulebook.event import from_json
from rulebook.history import History
from rulebook.instants import parse_instant

STORY = run_path(str(Path(__file__).with_name("rulebook_story.py")))
Story = STORY["Story"]
MONITOR = {
    "id": "ST-12",
    "kind": "moments",
    "from": ["handover_accepted"],
    "until": ["monitoring_moment_done"],
    "at": [{"months": 3}, {"months": 12}, {"months": 18}],
    "then_every": {"months": 6},
    "ends": ["stable_safety_reached", "vt_closed"],
    "breach": {"working_days": 10},
}
DAYS = {**MONITOR, "breach": {"days": 0}}


def test_moments_are_all_counted_from_the_day_of_the_anchor_and_clip_once():
    story = Story(DAYS)
    story.tell("2023-08-31 15:00", "handover_accepted")

    assert [row.split(" raised")[0] for row in story.rows("2026-03-05 00:00")] == [
        "e1#1 breach due 2023-12-01 00:00",
        "e1#2 breach due 2024-09-01 00:00",
        "e1#3 breach due 2025-03-01 00:00",
        "e1#4 breach due 2025-09-01 00:00",
        "e1#5 breach due 2026-03-01 00:00",
    ]


def test_a_moment_is_satisfied_by_the_number_it_has():
    story = Story(DAYS)
    story.tell("2025-01-15 15:00", "handover_accepted")
    for value in (2, True, "1", None):
        story.tell("2025-03-01 15:00", "monitoring_moment_done", moment=value)

    assert story.ends("2025-06-01 00:00") == ["e1#1 breach None"]
    assert story.tell("2025-03-02 15:00", "monitoring_moment_done", moment=1.0).ends("2026-06-01 00:00") == []


def test_a_moment_told_before_the_anchor_does_not_count():
    story = Story(DAYS)
    story.tell("2025-01-14 15:00", "monitoring_moment_done", moment=1)
    story.tell("2025-01-15 15:00", "handover_accepted")

    assert story.ends("2025-06-01 00:00") == ["e2#1 breach None"]


def test_an_ending_ends_every_moment_that_was_not_satisfied_before_it():
    story = Story(DAYS)
    story.tell("2024-01-15 15:00", "handover_accepted")
    story.tell("2025-04-01 09:00", "monitoring_moment_done", moment=2)
    story.tell("2025-04-02 09:00", "stable_safety_reached")

    assert story.ends("2027-01-01 00:00") == ["e1#1 breach ended", "e1#2 breach late"]


def test_an_event_that_ends_and_would_satisfy_ends():
    both = {**DAYS, "ends": ["monitoring_moment_done"]}
    story = Story(both)
    story.tell("2025-01-15 15:00", "handover_accepted")
    story.tell("2025-04-20 09:00", "monitoring_moment_done", moment=1)

    assert story.ends() == ["e1#1 breach ended"]


def test_a_newer_anchor_replaces_all_also_what_was_ended_or_satisfied_before():
    story = Story(DAYS)
    story.tell("2025-01-15 15:00", "handover_accepted")
    story.tell("2025-04-20 09:00", "stable_safety_reached", "2025-05-01 09:00")
    story.tell("2025-04-21 09:00", "handover_accepted", "2025-05-01 09:00")

    assert story.ends("2025-06-01 00:00") == ["e1#1 breach replaced"]


def test_an_event_of_a_closed_case_is_no_anchor():
    story = Story(DAYS)
    story.tell("2025-01-15 15:00", "handover_accepted")
    story.tell("2025-04-20 09:00", "case_closed", "2025-05-01 09:00")
    story.tell("2025-04-21 09:00", "handover_accepted", "2025-05-01 09:00")

    assert story.ends("2026-01-01 00:00") == ["e1#1 breach case_closed"]


def test_ended_applies_also_when_the_case_was_closed_earlier():
    story = Story(DAYS)
    story.tell("2025-01-15 15:00", "handover_accepted")
    story.tell("2025-04-20 09:00", "case_closed", "2025-05-01 09:00")
    story.tell("2025-04-21 09:00", "stable_safety_reached", "2025-05-01 09:00")

    assert story.ends("2026-01-01 00:00") == ["e1#1 breach ended"]


def test_warning_and_breach_are_counted_from_the_day_of_the_moment():
    story = Story({**MONITOR, "at": [{"days": 10}], "then_every": {"days": 10}, "warn": {"working_days": -5}})
    story.tell("2026-03-02 15:00", "handover_accepted")

    assert [row.split(" raised")[0] for row in story.rows("2026-03-27 00:00")] == [
        "e1#1 warn due 2026-03-06 00:00",
        "e1#2 warn due 2026-03-17 00:00",
        "e1#3 warn due 2026-03-26 00:00",
        "e1#1 breach due 2026-03-27 00:00",
    ]


def test_beyond_the_list_each_moment_is_counted_in_one_step_with_its_own_shift():
    rule = {**DAYS, "at": [{"days": 1, "shift": True}], "then_every": {"days": 7}}
    story = Story(rule)
    story.tell("2026-03-06 12:00", "handover_accepted")

    assert [row.split(" raised")[0] for row in story.rows("2026-03-24 00:00")] == [
        "e1#1 breach due 2026-03-10 00:00",
        "e1#2 breach due 2026-03-15 00:00",
        "e1#3 breach due 2026-03-22 00:00",
    ]


def test_without_then_every_the_list_is_all_there_is():
    rule = {key: value for key, value in DAYS.items() if key != "then_every"}
    story = Story(rule)
    story.tell("2019-01-15 15:00", "handover_accepted")

    assert story.ends("2026-01-01 00:00") == ["e1#1 breach None", "e1#2 breach None", "e1#3 breach None"]


def test_a_moment_that_becomes_undone_is_raised_again_under_the_same_id():
    story = Story(DAYS)
    story.tell("2025-01-15 15:00", "handover_accepted")
    story.tell("2025-05-01 09:00", "monitoring_moment_done", moment=1)
    story.tell("2025-06-01 09:00", "event_withdrawn", event_id="e2")
    first, second = story.json("2025-07-01 00:00")

    assert first["alert"] == second["alert"]
    assert (first["outcome"], second["outcome"]) == ("late", None)


def test_where_chooses_among_what_ends_a_schedule():
    rule = {**DAYS, "ends": [{"type": "vt_closed", "where": {"reason": "stable"}}]}
    story = Story(rule).tell("2025-01-15 15:00", "handover_accepted")
    story.tell("2025-05-01 09:00", "vt_closed", reason="moved")
    assert story.ends("2025-06-01 00:00") == ["e1#1 breach None"]

    story.tell("2025-06-02 09:00", "vt_closed", reason="stable")
    assert story.ends("2026-06-01 00:00") == ["e1#1 breach ended"]


def test_an_end_is_an_event_after_the_anchor_and_not_the_anchor_itself():
    story = Story({**DAYS, "ends": ["handover_accepted"]}).tell("2025-01-15 15:00", "handover_accepted")

    assert story.ends("2025-06-01 00:00") == ["e1#1 breach None"]


def test_an_anchor_that_chooses_another_version_does_not_hide_the_one_that_chooses_this():
    old = STORY["file"](DAYS, valid_to="2024-12-31")
    new = STORY["file"](DAYS, version=2, valid_from="2025-01-01")
    story = Story(files=[old, new])
    story.tell("2024-12-01 15:00", "handover_accepted").tell("2025-01-15 15:00", "handover_accepted")

    assert [(row["version"], row["instance"]) for row in story.json("2025-05-01 00:00")] == [(2, "e2#1")]


def test_figures_ask_for_every_moment_of_the_list_and_beyond_it_for_those_whose_day_has_come():
    def asked(rule, day):
        (read,) = STORY["agreements"](STORY["file"](rule)).plan(None).rules
        (line,) = Story(rule).tell("2023-08-31 15:00", "handover_accepted").lines
        return read.wanted_by(History([from_json(line)]), parse_instant(STORY["iso"](day)))

    listed = {key: value for key, value in DAYS.items() if key != "then_every"}
    three = ["e1#1", "e1#2", "e1#3"]

    assert asked(listed, "2024-01-01 12:00") == asked(DAYS, "2024-01-01 12:00") == three
    assert asked(listed, "2026-02-28 12:00") == three
    assert asked(DAYS, "2026-02-27 12:00") == [*three, "e1#4"]
    assert asked(DAYS, "2026-02-28 12:00") == [*three, "e1#4", "e1#5"]


def test_a_contact_that_begins_a_schedule_is_not_a_moment_of_it():
    story = Story({**DAYS, "from": ["monitoring_moment_done"]})
    story.tell("2025-01-15 15:00", "monitoring_moment_done", moment=1)

    assert story.ends("2025-06-01 00:00") == ["e1#1 breach None"]


def test_an_anchor_may_have_the_sign_of_a_moment_in_its_id():
    story = Story(DAYS).tell("2025-01-15 15:00", "handover_accepted", id="a#b")
    story.tell("2025-05-01 09:00", "monitoring_moment_done", moment=1)

    assert story.ends("2025-06-01 00:00") == ["a#b#1 breach late"]

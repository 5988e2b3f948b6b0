"""Kind `date` (rule book 4.2): by this day, named in the event."""

from pathlib import Path
from runpy import run_path

STORY = run_path(str(Path(__file__).with_name("rulebook_story.py")))
Story, file = STORY["Story"], STORY["file"]
CHECK = {
    "id": "ST-13",
    "kind": "date",
    "from": ["condition_set", "condition_changed"],
    "due_field": "check_on",
    "until": ["condition_met"],
    "per": "condition_id",
    "warn": {"working_days": -5},
    "breach": {"days": 0},
}


def test_warning_and_breach_are_counted_from_the_named_day():
    story = Story(CHECK)
    story.tell("2026-02-20 09:00", "condition_set", condition_id="v1", check_on="2026-03-31")

    assert story.rows("2026-05-01 00:00") == [
        "e1 warn due 2026-03-25 00:00 raised 2026-03-25 00:00 closed 2026-04-01 00:00 superseded",
        "e1 breach due 2026-04-01 00:00 raised 2026-04-01 00:00 open",
    ]


def test_a_newer_date_replaces_the_older_one_for_the_same_value_only():
    story = Story(CHECK)
    story.tell("2026-02-20 09:00", "condition_set", condition_id="v1", check_on="2026-03-31")
    story.tell("2026-02-20 09:00", "condition_set", condition_id="v2", check_on="2026-03-31")
    story.tell("2026-04-02 09:00", "condition_changed", condition_id="v1", check_on="2026-04-20")

    assert story.ends("2026-04-03 00:00") == [
        "e1 warn superseded",
        "e2 warn superseded",
        "e1 breach replaced",
        "e2 breach None",
    ]


def test_one_without_a_date_that_exists_changes_nothing():
    for no_date in (None, "2026-02-30", "2026-3-1", "20260301", 20260301, "2026-03-01T00:00:00Z"):
        story = Story(CHECK)
        story.tell("2026-02-20 09:00", "condition_set", condition_id="v1", check_on="2026-03-31")
        story.tell("2026-04-02 09:00", "condition_changed", condition_id="v1", check_on=no_date)

        assert story.ends("2026-04-03 00:00") == ["e1 warn superseded", "e1 breach None"]


def test_a_newer_date_replaces_also_one_that_was_satisfied_before():
    story = Story(CHECK)
    story.tell("2026-02-20 09:00", "condition_set", condition_id="v1", check_on="2026-02-25")
    story.tell("2026-02-28 09:00", "condition_met", "2026-03-02 09:00", condition_id="v1")
    story.tell("2026-03-01 09:00", "condition_changed", "2026-03-02 09:00", condition_id="v1", check_on="2026-03-31")

    assert story.ends() == ["e1 warn superseded", "e1 breach replaced"]


def test_replaced_goes_before_satisfied_where_one_event_does_both():
    both = {**CHECK, "until": ["condition_changed"]}
    story = Story(both)
    story.tell("2026-02-20 09:00", "condition_set", condition_id="v1", check_on="2026-02-25")
    story.tell("2026-03-01 09:00", "condition_changed", condition_id="v1", check_on="2026-03-31")

    assert story.ends() == ["e1 warn superseded", "e1 breach replaced"]


def test_replaced_applies_also_when_the_case_was_closed_earlier():
    story = Story({**CHECK, "weight": 5})
    story.tell("2026-02-20 09:00", "condition_set", condition_id="v1", check_on="2026-02-25")
    story.tell("2026-03-01 09:00", "case_closed", "2026-03-02 12:00")
    story.tell("2026-03-02 09:00", "condition_changed", "2026-03-02 12:00", condition_id="v1", check_on="2026-03-31")

    assert story.ends("2026-03-03 00:00") == ["e1 warn superseded", "e1 breach replaced"]


def test_replaced_applies_also_when_a_closed_case_is_reported_anew_in_the_same_message():
    rule = {**CHECK, "from": ["report_received"], "due_field": "incident_on"}
    story = Story({name: value for name, value in rule.items() if name != "per"})
    story.tell("2026-02-20 09:00", "report_received", incident_on="2026-02-25")
    story.tell("2026-03-01 09:00", "case_closed", "2026-03-02 12:00")
    story.tell("2026-03-02 09:00", "report_received", "2026-03-02 12:00", incident_on="2026-03-31")

    assert story.ends("2026-03-03 00:00") == ["e1 warn superseded", "e1 breach replaced"]


def test_an_event_of_a_closed_case_replaces_nothing():
    story = Story(CHECK)
    story.tell("2026-02-20 09:00", "condition_set", condition_id="v1", check_on="2026-02-25")
    story.tell("2026-03-01 09:00", "case_closed", "2026-03-02 12:00")
    story.tell("2026-03-02 09:00", "condition_changed", "2026-03-02 12:00", condition_id="v1", check_on="2026-03-31")

    assert story.ends("2026-03-03 00:00") == ["e1 warn superseded", "e1 breach case_closed"]


def test_a_corrected_day_withdraws_the_alert_and_the_right_one_is_raised():
    story = Story(CHECK)
    story.tell("2026-02-20 09:00", "condition_set", condition_id="v1", check_on="2026-02-25")
    story.tell("2026-03-01 09:00", "event_corrected", event_id="e1", data={"check_on": "2026-02-26"})

    assert story.rows("2026-03-03 00:00")[1:] == [
        "e1 breach due 2026-02-26 00:00 raised 2026-02-26 00:00 closed 2026-03-01 09:00 withdrawn",
        "e1 breach due 2026-02-27 00:00 raised 2026-03-01 09:00 open",
    ]


def test_a_newer_date_replaces_only_where_it_has_the_value_that_the_rule_asks():
    story = Story({**CHECK, "from": [{"type": "condition_set", "where": {"text": "x"}}]})
    story.tell("2026-02-20 09:00", "condition_set", condition_id="v1", check_on="2026-02-25", text="x")
    story.tell("2026-02-24 09:00", "condition_set", condition_id="v1", check_on="2026-03-31", text="y")

    assert story.ends("2026-03-03 00:00") == ["e1 warn superseded", "e1 breach None"]


def test_a_day_under_another_version_does_not_hide_one_under_this_version():
    old, new = file(CHECK, valid_to="2026-02-20"), file(CHECK, version=2, valid_from="2026-02-21")
    story = Story(files=[old, new])
    story.tell("2026-02-20 09:00", "condition_set", "2026-02-22 09:00", condition_id="v1", check_on="2026-02-25")
    story.tell("2026-02-21 09:00", "condition_set", "2026-02-22 09:00", condition_id="v2", check_on="2026-02-25")
    found = [(row["version"], row["instance"]) for row in story.json("2026-02-26 00:00") if row["stage"] == "breach"]

    assert found == [(1, "e1"), (2, "e2")]

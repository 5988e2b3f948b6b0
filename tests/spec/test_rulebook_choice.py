"""Which version of which agreement holds (rule book section 3), and which calendar days can be asked (10.5)."""

import json
from pathlib import Path
from runpy import run_path

import pytest

from rulebook.agreements import load
from rulebook.errors import CannotCount
from rulebook.instants import parse_instant
from rulebook.replay import replay

STORY = run_path(str(Path(__file__).with_name("rulebook_story.py")))
Story, file = STORY["Story"], STORY["file"]


def rule(days):
    return {"id": "R", "from": ["report_received"], "until": ["safety_assessed"], "breach": {"days": days}}


def chosen(*files, at="2026-06-01 10:00", municipality="0014"):
    """The version that a report chooses, as agreement and version."""
    story = Story(files=list(files)).tell(at, "report_received", municipality=municipality)
    return [(row["agreement"], row["version"]) for row in story.json("2027-01-01 00:00")]


def test_a_regional_file_beats_the_national_one_for_what_it_names():
    other = {**rule(9), "id": "S"}
    national, regional = (
        file(rule(5), other, agreement="a", version=9),
        file(rule(3), agreement="b", applies_to={"municipalities": ["0014"]}),
    )

    assert chosen(national, regional) == [("b", 1), ("a", 9)]
    assert chosen(national, regional, municipality="1966") == [("a", 9), ("a", 9)]


def test_then_the_higher_version_then_the_greater_id():
    assert chosen(file(rule(5), agreement="a", version=2), file(rule(5), agreement="b")) == [("a", 2)]
    assert chosen(file(rule(5), agreement="a"), file(rule(5), agreement="b")) == [("b", 1)]


def test_of_one_agreement_only_the_highest_valid_version_counts_also_for_rules_it_no_longer_holds():
    first, second = file(rule(5)), file({**rule(5), "id": "S"}, version=2)
    story = Story(files=[first, second]).tell("2026-06-01 10:00", "report_received")

    assert [row["rule"] for row in story.json("2027-01-01 00:00")] == ["S"]


def test_the_first_and_the_last_day_are_local_days_and_both_count():
    files = file(rule(5), valid_to="2026-05-31"), file(rule(5), version=2, valid_from="2026-06-01")

    assert chosen(*files, at="2026-05-31 23:59") == [("proef", 1)]
    assert chosen(*files, at="2026-06-01 00:00") == [("proef", 2)]


def test_where_no_file_holds_there_is_no_instance():
    assert chosen(file(rule(5), valid_from="2026-07-01")) == []
    assert chosen(file(rule(5), applies_to={"municipalities": ["1966"]})) == []


def test_a_later_version_changes_nothing_that_has_started_but_better_knowledge_does():
    files = [file(rule(5), valid_to="2026-05-31"), file(rule(2), version=2, valid_from="2026-06-01")]
    story = Story(files=files)
    story.tell("2026-05-30 10:00", "report_received")
    story.tell("2026-06-06 10:00", "event_corrected", event_id="e1", occurred_at="2026-06-01T10:00:00+02:00")
    rows = story.json("2026-07-01 00:00")

    assert [(row["version"], row["outcome"]) for row in rows] == [(1, "withdrawn"), (2, None)]


def test_the_municipality_is_that_of_the_first_report_and_while_there_is_none_only_files_for_all_apply():
    contact = {"id": "R", "from": ["handover_accepted"], "until": ["first_contact_made"], "breach": {"days": 1}}
    files = [file(contact), file(contact, agreement="regio", applies_to={"municipalities": ["0014"]})]
    story = Story(files=files)
    story.tell("2026-06-01 10:00", "handover_accepted", municipality="0014")
    story.tell("2026-06-05 10:00", "report_received", municipality="0014")
    story.tell("2026-05-01 10:00", "report_received", "2026-06-10 10:00", municipality="1966")
    rows = story.json("2026-07-01 00:00")

    assert [(row["agreement"], row["outcome"]) for row in rows] == [
        ("proef", "withdrawn"),
        ("regio", "withdrawn"),
        ("proef", None),
    ]


def test_a_report_that_is_told_together_with_what_came_before_it_tells_the_municipality_of_both():
    contact = {"id": "R", "from": ["handover_accepted"], "until": ["first_contact_made"], "breach": {"days": 1}}
    files = [file(contact), file(contact, agreement="regio", applies_to={"municipalities": ["0014"]})]
    story = Story(files=files)
    story.tell("2026-06-01 10:00", "handover_accepted", "2026-06-02 10:00", municipality="1966")
    story.tell("2026-06-01 11:00", "report_received", "2026-06-02 10:00", municipality="0014")

    assert [row["agreement"] for row in story.json("2026-07-01 00:00")] == ["regio"]


def test_each_version_is_applied_by_itself_to_everything():
    dated = {
        "id": "R",
        "kind": "date",
        "from": ["condition_set"],
        "due_field": "check_on",
        "until": ["condition_met"],
        "breach": {"days": 0},
    }
    files = [file(dated, valid_to="2026-05-31"), file(dated, version=2, valid_from="2026-06-01")]
    story = Story(files=files)
    story.tell("2026-05-30 10:00", "condition_set", check_on="2026-06-01")
    story.tell("2026-06-04 10:00", "condition_set", check_on="2026-06-08")
    rows = story.json("2026-07-01 00:00")

    assert [(row["version"], row["outcome"]) for row in rows] == [(1, "replaced"), (2, None)]


def test_people_ladder_and_calendar_are_those_of_the_file_that_the_rule_came_from(tmp_path):
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "nl.yaml").symlink_to(STORY["CALENDARS"] / "nl.yaml")
    free = "calendar: vrij\nfrom: 2026-01-01\nto: 2026-12-31\ndays_off: {2026-06-02: Vrij, 2026-06-03: Vrij}\n"
    (tmp_path / "calendars" / "vrij.yaml").write_text(free)
    question = {"from": ["escalation_started"], "until": ["escalation_closed"], "breach": {"from_ladder": True}}
    for region, calendar, days in (("0014", "nl", 1), ("1966", "vrij", 2)):
        ladder = {"id": "ladder", "levels": [{"nr": 0, "name": "samen", "term": {"days": days}}]}
        text = file(
            {"id": "R", "from": ["report_received"], "until": ["safety_assessed"], "breach": {"working_days": 1}},
            {"id": "V", **question},
            agreement=calendar,
            calendar=calendar,
            applies_to={"municipalities": [region]},
            attention={"default": [{"to": f"people of {region}"}]},
            ladders=[ladder],
        )
        (tmp_path / f"{calendar}.yaml").write_text(json.dumps(text))
    agreements = load(tmp_path)

    def told(region):
        story = Story().tell("2026-06-01 10:00", "report_received", municipality=region)
        story.tell("2026-06-01 10:00", "escalation_started", ladder="ladder", level=0, municipality="0014")
        rows = replay(agreements, map(json.dumps, story.lines), parse_instant("2026-12-01T00:00:00Z"))
        return [(row["rule"], STORY["clock"](row["due"]), row["attention"][0]["to"]) for row in rows]

    assert told("0014") == [
        ("R", "2026-06-03 00:00", "people of 0014"),
        ("V", "2026-06-03 00:00", "people of 0014"),
    ]
    assert told("1966") == [
        ("V", "2026-06-04 00:00", "people of 1966"),
        ("R", "2026-06-05 00:00", "people of 1966"),
    ]


def test_a_day_outside_the_calendar_fails_only_where_a_living_stage_needs_it():
    works = {"id": "R", "from": ["report_received"], "until": ["safety_assessed"], "breach": {"working_days": 5}}
    story = Story(works).tell("2045-12-28 10:00", "report_received")
    with pytest.raises(CannotCount, match="calendar nl"):
        story.rows()

    in_time = Story(works).tell("2045-12-28 10:00", "report_received")
    in_time.tell("2045-12-28 11:00", "safety_assessed", "2045-12-28 10:00")
    assert in_time.rows() == []
    assert Story(works).tell("2045-12-28 10:00", "report_received").rows("2045-12-28 09:00") == []
    assert Story(rule(9)).tell("2047-01-01 10:00", "report_received").ends("2048-01-01 00:00") == ["e1 breach None"]


def test_moments_are_counted_only_up_to_the_first_that_falls_after_the_last_instant():
    monitor = {
        "id": "R",
        "kind": "moments",
        "from": ["handover_accepted"],
        "until": ["monitoring_moment_done"],
        "at": [{"months": 1}, {"months": 2}],
        "breach": {"working_days": 1},
    }
    story = Story(monitor).tell("2045-10-25 10:00", "handover_accepted")

    assert story.ends("2045-11-01 00:00") == []
    with pytest.raises(CannotCount):
        Story(monitor).tell("2045-10-30 10:00", "handover_accepted").rows("2045-12-15 00:00")


def test_a_step_that_cannot_be_counted_is_not_told():
    story = Story(rule(1)).tell("2045-12-27 10:00", "report_received")

    assert story.told("2046-02-01 00:00") == [["worker 2045-12-29 00:00", "monitor 2045-12-30 00:00"]]


def test_after_a_step_that_cannot_be_counted_those_that_can_are_told():
    steps = [
        {"to": "worker"},
        {"to": "monitor", "after": {"working_days": 5}},
        {"to": "manager", "after": {"hours": 2}},
    ]
    story = Story({**rule(1), "to": steps}).tell("2045-12-27 10:00", "report_received")

    assert story.told("2046-02-01 00:00") == [["worker 2045-12-29 00:00", "manager 2045-12-29 02:00"]]


def test_within_is_never_guessed():
    soon = {"types": ["case_closed"], "within": {"working_days": 5}}
    repeat = {"id": "R", "kind": "pattern", "of": ["report_received"], "count": 2, "window": {"days": 9}, "after": soon}
    story = Story(repeat)
    story.tell("2045-12-28 10:00", "case_closed")
    story.tell("2045-12-29 10:00", "report_received")
    assert story.rows() == []

    with pytest.raises(CannotCount):
        story.tell("2045-12-30 10:00", "report_received").rows()


def test_a_start_that_chooses_another_version_does_not_hide_the_one_that_chooses_this():
    files = [file(rule(5), valid_to="2026-05-31"), file(rule(5), version=2, valid_from="2026-06-01")]
    story = Story(files=files)
    story.tell("2026-06-02 10:00", "report_received").tell("2026-05-30 10:00", "report_received")
    story.tell("2026-06-03 10:00", "report_received")

    assert sorted((row["version"], row["instance"]) for row in story.json("2027-01-01 00:00")) == [
        (1, "e2"),
        (2, "e1"),
        (2, "e3"),
    ]

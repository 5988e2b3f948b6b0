"""Closing, accepting, acknowledging and correcting (rule book sections 1, 4, 5 and 10), and ladders (6)."""

from pathlib import Path
from runpy import run_path

Story = run_path(str(Path(__file__).with_name("rulebook_story.py")))["Story"]
CONTACT = {
    "id": "ST-08",
    "from": ["handover_accepted"],
    "until": ["first_contact_made"],
    "warn": {"days": 2},
    "breach": {"days": 5},
}


def handover(**changes):
    """A story in which a handover on 1 June 2026 waits for a first contact: warning 4 June, breach 7 June, 0:00."""
    return Story({**CONTACT, **changes}).tell("2026-06-01 10:00", "handover_accepted")


# Closing.


def test_closing_the_case_ends_what_was_waiting():
    story = handover()
    story.tell("2026-06-08 10:00", "case_closed")

    assert story.ends("2026-07-01 00:00") == ["e1 warn superseded", "e1 breach case_closed"]


def test_a_closing_that_itself_satisfies_is_no_closing_for_the_rule():
    story = handover(until=["first_contact_made", "case_closed"])
    story.tell("2026-06-08 10:00", "case_closed")

    assert story.ends("2026-07-01 00:00") == ["e1 warn superseded", "e1 breach late"]


def test_what_was_satisfied_before_the_closing_is_satisfied():
    story = handover()
    story.tell("2026-06-07 10:00", "first_contact_made", "2026-06-09 10:00")
    story.tell("2026-06-08 10:00", "case_closed", "2026-06-09 10:00")

    assert story.ends("2026-07-01 00:00") == ["e1 warn superseded", "e1 breach late"]


def test_reopening_revives_nothing():
    story = handover()
    story.tell("2026-06-02 10:00", "case_closed")
    story.tell("2026-06-03 10:00", "case_reopened")

    assert story.rows("2026-07-01 00:00") == []


def closed_case(weight):
    """A story in which a closed case sees a handover, a report and a reopening, one a day."""
    starts = ["handover_accepted", "report_received", "case_reopened"]
    story = Story({"id": "R", "from": starts, "until": ["help_ended"], "breach": {"days": 1}, "weight": weight})
    story.tell("2026-06-01 10:00", "case_closed")
    story.tell("2026-06-02 10:00", "handover_accepted", id="handover")
    story.tell("2026-06-03 10:00", "report_received", id="report")
    story.tell("2026-06-04 10:00", "case_closed")
    return story.tell("2026-06-05 10:00", "case_reopened", id="reopening")


def test_in_a_closed_case_only_a_report_or_a_reopening_starts_something():
    assert closed_case(4).ends("2026-07-01 00:00") == ["reopening breach None"]
    assert closed_case(4).ends("2026-06-05 09:00") == []


def test_danger_starts_in_a_closed_case_too():
    assert closed_case(5).ends("2026-07-01 00:00") == ["handover breach case_closed", "reopening breach None"]


# Accepting a stall.


def test_an_accepted_stall_moves_the_breach_and_takes_the_warning_away():
    story = handover()
    story.tell("2026-06-05 10:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-20")

    assert story.rows("2026-07-01 00:00") == [
        "e1 warn due 2026-06-04 00:00 raised 2026-06-04 00:00 closed 2026-06-05 10:00 accepted",
        "e1 breach due 2026-06-21 00:00 raised 2026-06-21 00:00 open",
    ]


def test_an_accepted_stall_never_makes_a_term_shorter_and_the_latest_day_counts():
    story = handover()
    story.tell("2026-06-02 10:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-03")
    assert story.rows("2026-07-01 00:00")[0].startswith("e1 breach due 2026-06-07 00:00")

    story.tell("2026-06-02 11:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-18")
    story.tell("2026-06-02 12:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-11")
    assert story.rows("2026-07-01 00:00")[0].startswith("e1 breach due 2026-06-19 00:00")


def test_a_breach_that_is_open_moves_and_is_accepted():
    story = handover()
    story.tell("2026-06-08 10:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-20")

    assert story.ends("2026-07-01 00:00") == ["e1 warn superseded", "e1 breach accepted", "e1 breach None"]


def test_accepted_also_when_the_breach_comes_due_at_that_instant():
    story = handover()
    story.tell("2026-06-07 00:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-01")

    assert story.ends("2026-07-01 00:00") == ["e1 warn accepted", "e1 breach None"]


def test_an_acceptance_that_is_withdrawn_or_shortened_withdraws_the_moved_alert():
    story = handover()
    story.tell("2026-06-02 10:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-10")
    story.tell("2026-06-15 10:00", "event_withdrawn", event_id="e2")

    assert story.rows("2026-07-01 00:00") == [
        "e1 breach due 2026-06-11 00:00 raised 2026-06-11 00:00 closed 2026-06-15 10:00 withdrawn",
        "e1 breach due 2026-06-07 00:00 raised 2026-06-15 10:00 open",
    ]


def test_an_acceptance_without_a_date_or_for_a_legal_rule_changes_nothing():
    no_date = handover()
    no_date.tell("2026-06-05 10:00", "stall_accepted", rule="ST-08", instance="e1", until_on="volgende week")
    legal = handover(legal=True)
    legal.tell("2026-06-05 10:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-20")

    assert no_date.ends("2026-07-01 00:00") == ["e1 warn superseded", "e1 breach None"]
    assert legal.ends("2026-07-01 00:00") == ["e1 warn superseded", "e1 breach None"]


def test_late_and_in_time_compare_with_the_due_of_the_alert_itself():
    story = handover()
    story.tell("2026-06-08 10:00", "first_contact_made", "2026-06-09 10:00")
    story.tell("2026-06-09 10:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-20")

    assert story.ends("2026-07-01 00:00") == ["e1 warn superseded", "e1 breach late"]


def test_an_acceptance_counts_from_when_it_is_known_whatever_its_own_time():
    story = handover()
    story.tell(
        "2026-05-01 10:00", "stall_accepted", "2026-06-05 10:00", rule="ST-08", instance="e1", until_on="2026-06-20"
    )

    assert story.ends("2026-06-06 00:00") == ["e1 warn accepted"]


# Attention.


def test_a_day_that_begins_with_the_alert_is_the_first_that_counts():
    story = handover()

    assert story.told("2026-07-01 00:00") == [
        ["worker 2026-06-04 00:00"],
        ["worker 2026-06-07 00:00", "monitor 2026-06-09 00:00", "team_manager 2026-06-11 00:00"],
    ]


def test_an_acknowledged_alert_goes_no_further_until_its_next_step_is_past():
    story = handover()
    alert = story.json("2026-07-01 00:00")[1]["alert"]
    story.tell("2026-06-08 10:00", "alert_acknowledged", alert=alert, next_step_on="2026-06-09")

    assert story.told("2026-07-01 00:00")[1] == ["worker 2026-06-07 00:00", "team_manager 2026-06-11 00:00"]


def test_at_the_end_of_the_next_step_day_the_acknowledgement_has_run_out():
    story = handover()
    alert = story.json("2026-07-01 00:00")[1]["alert"]
    story.tell("2026-06-08 10:00", "alert_acknowledged", alert=alert, next_step_on="2026-06-08")

    assert len(story.told("2026-07-01 00:00")[1]) == 3


def test_an_acknowledgement_without_a_date_never_runs_out():
    story = handover()
    alert = story.json("2026-07-01 00:00")[1]["alert"]
    story.tell("2026-06-08 10:00", "alert_acknowledged", alert=alert, next_step_on="gauw")

    assert story.told("2026-07-01 00:00")[1] == ["worker 2026-06-07 00:00"]


def test_an_acknowledgement_holds_for_its_alert_alone_and_only_while_its_row_is_open():
    story = handover()
    warn, breach = story.json("2026-07-01 00:00")
    story.tell("2026-06-05 10:00", "alert_acknowledged", alert=warn["alert"])
    story.tell("2026-06-05 10:00", "alert_acknowledged", alert=breach["alert"])

    assert len(story.told("2026-07-01 00:00")[1]) == 3


def test_an_acknowledgement_is_known_at_the_instant_at_which_a_step_falls():
    story = handover()
    alert = story.json("2026-07-01 00:00")[1]["alert"]
    story.tell("2026-06-09 00:00", "alert_acknowledged", alert=alert)

    assert story.told("2026-07-01 00:00")[1] == ["worker 2026-06-07 00:00"]


def test_a_step_at_the_instant_at_which_the_alert_closes_is_not_told():
    story = handover()
    story.tell("2026-06-09 00:00", "first_contact_made")

    assert story.told("2026-07-01 00:00")[1] == ["worker 2026-06-07 00:00"]


def test_a_rule_may_name_its_list_or_bring_its_own():
    named = handover(to="urgent").told("2026-07-01 00:00")
    own = handover(to=[{"to": "a"}, {"to": "b", "after": {"days": 1}}]).told("2026-07-01 00:00")

    assert named[1] == ["worker 2026-06-07 00:00", "monitor 2026-06-07 02:00"]
    assert own[1] == ["a 2026-06-07 00:00", "b 2026-06-08 00:00"]


# Corrections and withdrawals.


def test_a_correction_of_the_time_withdraws_the_alert_and_raises_the_right_one():
    story = handover()
    story.tell("2026-06-08 10:00", "event_corrected", event_id="e1", occurred_at="2026-06-02T10:00:00+02:00")

    assert story.rows("2026-06-08 12:00") == [
        "e1 warn due 2026-06-04 00:00 raised 2026-06-04 00:00 closed 2026-06-07 00:00 superseded",
        "e1 breach due 2026-06-07 00:00 raised 2026-06-07 00:00 closed 2026-06-08 10:00 withdrawn",
        "e1 breach due 2026-06-08 00:00 raised 2026-06-08 10:00 open",
    ]


def test_a_correction_that_leaves_the_day_leaves_the_alert():
    story = handover()
    story.tell("2026-06-08 10:00", "event_corrected", event_id="e1", occurred_at="2026-06-01T23:00:00+02:00")

    assert story.ends("2026-06-09 00:00") == ["e1 warn superseded", "e1 breach None"]


def test_the_last_correction_acts_alone_on_the_event_as_first_told():
    story = Story({**CONTACT, "per": "handover_id", "until": ["handover_refused"]})
    story.tell("2026-06-01 10:00", "handover_accepted", handover_id="a")
    story.tell("2026-06-01 11:00", "event_corrected", event_id="e1", data={"handover_id": "b"})
    story.tell("2026-06-01 12:00", "event_corrected", event_id="e1", data=None, occurred_at=None)
    story.tell("2026-06-02 12:00", "handover_refused", handover_id="a")

    assert story.rows("2026-07-01 00:00") == []


def test_of_two_corrections_at_once_the_greater_id_wins():
    story = handover()
    for name, day in (("k2", "03"), ("k1", "02")):
        story.tell(
            "2026-06-01 12:00", "event_corrected", id=name, event_id="e1", occurred_at=f"2026-06-{day}T10:00:00+02:00"
        )

    assert story.rows("2026-06-07 12:00") == ["e1 warn due 2026-06-06 00:00 raised 2026-06-06 00:00 open"]


def test_withdrawal_beats_correction_and_may_be_withdrawn_itself():
    story = handover()
    story.tell("2026-06-04 12:00", "event_corrected", event_id="e1", occurred_at="2026-05-31T10:00:00+02:00")
    story.tell("2026-06-05 12:00", "event_withdrawn", event_id="e1")
    assert story.ends("2026-07-01 00:00")[-1] == "e1 warn withdrawn"

    story.tell("2026-06-20 12:00", "event_withdrawn", event_id="e3")
    assert story.rows("2026-07-01 00:00")[-1] == "e1 breach due 2026-06-06 00:00 raised 2026-06-20 12:00 open"


def test_it_does_not_matter_which_of_the_two_was_told_first():
    story = Story(CONTACT)
    story.tell("2026-05-01 10:00", "event_withdrawn", event_id="h")
    story.tell("2026-06-01 10:00", "handover_accepted", id="h")

    assert story.rows("2026-07-01 00:00") == []


def test_withdrawals_in_a_ring_remove_nothing():
    story = handover()
    story.tell("2026-06-02 10:00", "event_withdrawn", id="a", event_id="b")
    story.tell("2026-06-02 10:00", "event_withdrawn", id="b", event_id="a")
    story.tell("2026-06-02 10:00", "event_withdrawn", id="c", event_id="c")

    assert story.ends("2026-06-05 00:00") == ["e1 warn None"]


def test_events_recorded_at_once_become_known_at_once():
    story = handover()
    story.tell("2026-06-08 10:00", "handover_accepted", "2026-06-30 10:00", id="x")
    story.tell("2026-06-20 10:00", "first_contact_made", "2026-06-30 10:00")

    assert [end for end in story.ends("2026-07-01 00:00") if end.startswith("x")] == []


# Ladders.

LADDER = {
    "id": "samen-doen",
    "levels": [
        {"nr": 0, "name": "werkvloer", "term": {"days": 2}, "warn": {"days": 1}},
        {"nr": 1, "name": "eerste route", "term": {"hours": 12}},
    ],
}
ESCALATION = {
    "id": "ST-21",
    "from": ["escalation_started", "escalation_moved"],
    "until": ["escalation_decided", "escalation_moved"],
    "per": "escalation_id",
    "warn": {"from_ladder": True},
    "breach": {"from_ladder": True},
}


def test_a_ladder_gives_the_term_and_warning_of_the_level():
    file = run_path(str(Path(__file__).with_name("rulebook_story.py")))["file"]
    story = Story(files=[file(ESCALATION, ladders=[LADDER])])
    story.tell("2026-06-01 10:00", "escalation_started", escalation_id="x", ladder="samen-doen", level=0)
    story.tell("2026-06-05 10:00", "escalation_moved", escalation_id="x", ladder="samen-doen", level=1.0)
    for number, (ladder, level) in enumerate((("samen-doen", 2), ("andere", 0), ("samen-doen", "0"), (None, True))):
        story.tell("2026-06-05 10:00", "escalation_started", escalation_id=str(number), ladder=ladder, level=level)

    assert story.rows("2026-07-01 00:00") == [
        "e1 warn due 2026-06-03 00:00 raised 2026-06-03 00:00 closed 2026-06-04 00:00 superseded",
        "e1 breach due 2026-06-04 00:00 raised 2026-06-04 00:00 closed 2026-06-05 10:00 late",
        "e2 breach due 2026-06-05 22:00 raised 2026-06-05 22:00 open",
    ]

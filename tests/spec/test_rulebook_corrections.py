"""Correcting and withdrawing what was told (rule book sections 1, 5 and 10), and ladders (6)."""

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


def test_which_correction_wins_is_not_a_matter_of_the_time_that_it_gives_itself():
    story = handover()
    for name, day, at in (("k2", "03", "11:00"), ("k1", "02", "11:30")):
        new = {"event_id": "e1", "occurred_at": f"2026-06-{day}T10:00:00+02:00"}
        story.tell(f"2026-06-01 {at}", "event_corrected", "2026-06-01 12:00", id=name, **new)

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

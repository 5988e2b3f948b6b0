"""What is known at an instant, and in which order (rule book section 1 and the fine print of 10)."""

from pathlib import Path
from runpy import run_path
from uuid import UUID, uuid5

import pytest

from rulebook.event import from_json
from rulebook.history import History, effective

STORY = run_path(str(Path(__file__).with_name("rulebook_story.py")))
Story, iso = STORY["Story"], STORY["iso"]
CONTACT = {"id": "ST-08", "from": ["handover_accepted"], "until": ["first_contact_made"], "breach": {"days": 5}}
PER = {**CONTACT, "per": "handover_id", "until": ["handover_refused"]}


def event(name, at, told=None, **keys):
    """One event of the case, as it was told."""
    known = {"id": name, "case": "gezin", "agency": "vt", "municipality": "0014", "data": {}, **keys}
    return from_json({"type": name, "occurred_at": iso(at), "recorded_at": iso(told or at), **known})


def corrected(first, **says):
    """An event as it is known after one correction."""
    told = event("event_corrected", "2026-06-05 10:00", id="k", data={"event_id": first.id, **says})
    (known,) = effective([first, told])
    return known


# Corrections.


def test_a_correction_merges_data_key_by_key_and_one_level_deep():
    first = event("report_received", "2026-06-01 10:00", data={"report_id": "r1", "place": {"a": 1, "b": 2}})

    assert corrected(first, data={"place": {"b": 3}}).data == {"report_id": "r1", "place": {"b": 3}}


@pytest.mark.parametrize(
    ("key", "other"),
    [
        ("id", "x"),
        ("type", "help_ended"),
        ("case", "ander"),
        ("agency", "politie"),
        ("municipality", "1966"),
        ("recorded_at", "2026-06-03T10:00:00Z"),
    ],
)
def test_whatever_a_correction_says_who_told_what_of_whom_and_when_stays(key, other):
    first = event("handover_accepted", "2026-06-01 10:00")

    assert getattr(corrected(first, **{key: other}), key) == getattr(first, key)


def test_a_correction_moves_an_event_to_its_place_in_the_order():
    story = Story(CONTACT)
    story.tell("2026-06-01 10:00", "first_contact_made")
    story.tell("2026-06-02 10:00", "handover_accepted")
    story.tell("2026-06-03 10:00", "event_corrected", event_id="e1", occurred_at=iso("2026-06-02 11:00"))

    assert story.rows("2026-07-01 00:00") == []


def test_a_correction_that_is_withdrawn_acts_no_more_and_the_one_before_acts_again():
    story = Story(PER).tell("2026-06-01 10:00", "handover_accepted", handover_id="a")
    story.tell("2026-06-01 11:00", "event_corrected", event_id="e1", data={"handover_id": "b"})
    story.tell("2026-06-01 12:00", "event_corrected", event_id="e1", data={"handover_id": "c"})
    story.tell("2026-06-02 10:00", "handover_refused", handover_id="b")
    assert story.ends("2026-07-01 00:00") == ["e1 breach None"]

    story.tell("2026-06-03 10:00", "event_withdrawn", event_id="e3")
    assert story.ends("2026-07-01 00:00") == []


def test_a_correction_of_a_correction_or_of_a_withdrawal_has_no_effect():
    story = Story(CONTACT).tell("2026-06-01 10:00", "handover_accepted")
    story.tell("2026-06-01 11:00", "event_corrected", event_id="e1", occurred_at=iso("2026-06-02 10:00"))
    story.tell("2026-06-01 12:00", "event_corrected", event_id="e2", data={"event_id": "niets"})
    story.tell("2026-06-10 10:00", "event_withdrawn", event_id="e1")
    story.tell("2026-06-10 11:00", "event_corrected", event_id="e4", data={"event_id": "niets"})

    assert story.rows("2026-07-01 00:00") == [
        "e1 breach due 2026-06-08 00:00 raised 2026-06-08 00:00 closed 2026-06-10 10:00 withdrawn"
    ]


@pytest.mark.parametrize("named", [None, 1, ["e1"], {"id": "e1"}])
def test_a_withdrawal_that_names_no_event_removes_nothing(named):
    story = Story(CONTACT).tell("2026-06-01 10:00", "handover_accepted")
    story.tell("2026-06-02 10:00", "event_withdrawn", event_id=named)

    assert story.ends("2026-07-01 00:00") == ["e1 breach None"]


def test_an_acceptance_and_an_acknowledgement_act_only_within_their_own_case():
    story = Story(CONTACT).tell("2026-06-01 10:00", "handover_accepted")
    alert = story.json("2026-07-01 00:00")[0]["alert"]
    story.tell("2026-06-02 10:00", "stall_accepted", rule="ST-08", instance="e1", until_on="2026-06-20")
    story.tell("2026-06-07 10:00", "alert_acknowledged", alert=alert)
    for line in story.lines[1:]:
        line["case"] = "ander gezin"

    assert story.ends("2026-07-01 00:00") == ["e1 breach None"]
    assert len(story.told("2026-07-01 00:00")[0]) == 3


# Order, and whether a case is closed.


def test_of_two_at_the_same_time_the_one_recorded_later_is_after_whatever_its_id():
    story = Story(CONTACT)
    story.tell("2026-06-01 10:00", "handover_accepted", id="z")
    story.tell("2026-06-01 10:00", "first_contact_made", "2026-06-01 11:00", id="a")

    assert story.rows("2026-07-01 00:00") == []


def test_a_case_is_closed_by_the_last_of_closing_report_and_reopening_before_a_place():
    story = Story({"id": "R", "from": ["help_waiting"], "until": ["help_ended"], "breach": {"days": 1}})
    names = ["help_waiting", "case_closed", "help_waiting", "report_received", "help_waiting", "case_closed"]
    names += ["help_waiting", "case_reopened", "help_waiting"]
    for day, name in enumerate(names, start=1):
        story.tell(f"2026-06-0{day} 10:00", name, f"2026-06-2{day} 10:00")

    assert {end.split()[0] for end in story.ends("2026-07-01 00:00")} == {"e1", "e5", "e9"}


@pytest.mark.parametrize(
    ("names", "closed"),
    [
        ((), False),
        (("case_closed",), True),
        (("case_closed", "help_started"), True),
        (("case_closed", "report_received"), False),
        (("case_closed", "case_reopened"), False),
        (("case_reopened", "case_closed", "vt_closed"), True),
    ],
)
def test_a_case_is_closed_behind_its_last_event(names, closed):
    told = [event(name, f"2026-06-0{day} 10:00", id=f"e{day}") for day, name in enumerate(names, start=1)]

    assert History(told).closed is closed


# Ids.


def test_an_alert_is_named_in_utf_8_with_microseconds_where_there_are_any():
    story = Story({**CONTACT, "breach": {"minutes": 1}})
    story.tell("2026-06-01 10:00:00.000250", "handover_accepted", id="é")
    name = "gezin|ST-08|proef|1|é|breach|2026-06-01T08:01:00.000250Z"

    assert story.json("2026-07-01 00:00")[0]["alert"] == str(uuid5(UUID("6f2c7a52-0f0d-5c1e-9d7a-3a1d1f3b7e11"), name))


@pytest.mark.parametrize(("withdrawals", "is_known"), [(0, True), (1, False), (2, True), (3, False), (4, True)])
def test_of_withdrawals_of_withdrawals_the_last_decides(withdrawals, is_known):
    told = [event("handover_accepted", "2026-06-01 10:00", id="w0")]
    for number in range(1, withdrawals + 1):
        named = {"event_id": f"w{number - 1}"}
        told.append(event("event_withdrawn", "2026-06-02 10:00", id=f"w{number}", data=named))

    assert ([one.id for one in effective(told)] == ["w0"]) is is_known
    assert effective(told) == effective(reversed(told))


def test_of_two_withdrawals_of_an_event_one_that_stands_is_enough():
    told = [event("handover_accepted", "2026-06-01 10:00", id="e")]
    for name, named in (("a", "e"), ("b", "e"), ("c", "a")):
        told.append(event("event_withdrawn", "2026-06-02 10:00", id=name, data={"event_id": named}))

    assert effective(told) == []

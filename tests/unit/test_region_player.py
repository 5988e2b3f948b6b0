"""The player: in time order, each agency with what it can know, and every sending counted once."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from region.families import Plan
from region.moments import DAY, HOUR
from region.player import Player
from region.story import Sending, Step
from region.tally import Tally
from waakvlam.clock import FixedClock
from waakvlam.errors import Unreadable
from waakvlam.publisher import Publisher
from waakvlam.receipt import Receipt
from waakvlam.testing import Outbox

AT = 1_775_822_400_000_000
VT, POLICE, TEAM = "veilig-thuis-groningen", "politie-nn", "team-groningen"
CASE = "0f6b1c2e-5a4d-5e3f-8b7a-00000000a001"
REPORT = {
    "report_id": "r-1",
    "channel": "police_system",
    "reporter_capacity": "police",
    "violence_kinds": ["partner_violence"],
    "acute": False,
    "persons": [{"person": "psn-voorbeeld-1", "role": "victim", "child": False}],
    "doubly_anonymous": False,
}


def step(number, agency, event, data, **more):
    at = AT + number * HOUR
    base = Step(
        id=f"e-{number}",
        family="f",
        agency=agency,
        type=event,
        reference=f"D-{agency}",
        municipality="0014",
        at=at,
        told_at=at,
        data=data,
        finds_case=event == "report_received",
        opens=event == "report_received",
    )
    return replace(base, **more)


REPORTED = step(0, POLICE, "report_received", REPORT)
STARTED = step(1, VT, "assessment_started", {"report_id": "r-1"})
OFFERED = step(2, VT, "handover_offered", {"handover_id": "h-1", "to_agency": TEAM, "after": "assessment"})
ACCEPTED = step(3, TEAM, "handover_accepted", {"handover_id": "h-1", "after": "assessment"}, answers="e-2")


def receipt(event_id, verdict="accepted", case=CASE, at=0):
    return Receipt(id=event_id, verdict=verdict, case=case, recorded_at=datetime(2026, 4, 10, 12, 0, at, tzinfo=UTC))


class Table:
    """A player with its outbox and a clock that is moved by hand."""

    def __init__(self, *steps):
        self.clock = FixedClock(AT)
        self.outbox = Outbox()
        publishers = {one: Publisher(one, self.outbox, self.clock) for one in (VT, POLICE, TEAM)}
        self.player = Player(Plan(steps=steps, families=1, special=()), publishers, self.outbox, self.clock)

    def play(self, hours=0):
        self.clock.at = AT + hours * HOUR
        return self.player.play()


def test_only_what_is_due_is_sent():
    table = Table(REPORTED, step(5, POLICE, "incident_recorded", {"incident_id": "n", "violence_kinds": ["other"]}))

    assert table.play(hours=4) == 1
    assert not table.player.is_finished


def test_an_agency_that_did_not_open_the_case_waits_for_its_number():
    table = Table(REPORTED, STARTED)
    assert table.play(hours=9) == 1

    table.player.hear(receipt("e-0"))
    assert table.play(hours=9) == 1

    assert table.outbox.messages()[1].case == CASE
    assert table.player.is_finished


def test_the_opener_goes_by_its_own_file_number():
    mine = step(1, POLICE, "incident_recorded", {"incident_id": "n", "violence_kinds": ["other"]}, finds_case=True)
    table = Table(REPORTED, mine)

    assert table.play(hours=9) == 2
    assert [one.case for one in table.outbox.messages()] == [None, None]


def test_the_number_is_given_until_the_own_file_number_is_known():
    second, third = (replace(STARTED, id=f"e-{n}", told_at=STARTED.told_at + n * HOUR) for n in (11, 12))
    table = Table(REPORTED, STARTED, second, third)
    table.play()
    table.player.hear(receipt("e-0"))
    table.play(hours=12)
    table.player.hear(receipt("e-1"))
    table.play(hours=24)

    assert [one.case for one in table.outbox.messages()] == [None, CASE, CASE, None]


def test_nobody_answers_an_offer_that_has_not_arrived():
    table = Table(REPORTED, OFFERED, ACCEPTED)
    table.play(hours=1)
    table.player.hear(receipt("e-0"))
    assert table.play(hours=9) == 1

    table.player.hear(receipt("e-2"))
    assert table.play(hours=9) == 1

    assert [one.event_type.name for one in table.outbox.delivered()][-1] == "handover_accepted"


def test_a_changed_resend_has_the_same_id_and_another_content():
    changed = replace(REPORTED, told_at=AT + DAY, sending=Sending.CHANGED)
    table = Table(REPORTED, changed)
    table.play(hours=30)
    first, second = table.outbox.parcels

    assert first.id == second.id
    assert first.value != second.value


def test_a_poisoned_record_looks_like_an_event_and_cannot_be_read():
    table = Table(replace(REPORTED, sending=Sending.POISONED, opens=False))
    table.play(hours=1)

    with pytest.raises(Unreadable):
        table.outbox.delivered()


def test_each_sending_has_one_final_answer():
    tally = Tally()
    for event_id in ("a", "a", "b", "c", "d"):
        tally.note_sent(VT, event_id)
    for one in (
        receipt("a"),
        receipt("a"),  # the same receipt, delivered again
        receipt("a", "duplicate", at=1),
        receipt("b", "parked"),
        receipt("c", "conflict"),
        receipt("somebody-elses"),
    ):
        tally.note_receipt(one)

    assert tally.unanswered == 1
    assert tally.counts() == {"sent": 5, "accepted": 1, "duplicate": 1, "parked": 1, "refused": 0, "rejected": 1}


def test_a_reminder_that_an_event_still_waits_answers_no_sending():
    tally = Tally()
    tally.note_sent("p", "a")
    tally.note_receipt(receipt("a", "parked", at=1))
    tally.note_receipt(receipt("a", "parked", at=2))

    assert (tally.counts()["parked"], tally.counts()["duplicate"], tally.unanswered) == (1, 0, 0)


def test_a_parked_event_that_flows_is_accepted_and_no_longer_parked():
    tally = Tally()
    tally.note_sent(VT, "a")
    tally.note_receipt(receipt("a", "parked"))
    tally.note_receipt(receipt("a", "accepted", at=5))

    assert tally.counts()["parked"] == 0
    assert tally.counts()["accepted"] == 1
    assert tally.unanswered == 0


def test_an_event_sent_again_while_it_waits_has_two_answers():
    tally = Tally()
    tally.note_sent(VT, "a")
    tally.note_sent(VT, "a")
    for one in (receipt("a", "parked"), receipt("a", "parked", at=2), receipt("a", "accepted", at=5)):
        tally.note_receipt(one)

    assert tally.counts() == {"sent": 2, "accepted": 1, "duplicate": 1, "parked": 0, "refused": 0, "rejected": 0}
    assert tally.unanswered == 0


def test_lost_is_what_was_sent_and_neither_turned_away_nor_in_the_ledger():
    tally = Tally()
    for event_id in ("in", "gone", "silent", "refused", "parked"):
        tally.note_sent(VT, event_id)
    for event_id, verdict in (("in", "accepted"), ("gone", "accepted"), ("refused", "refused"), ("parked", "parked")):
        tally.note_receipt(receipt(event_id, verdict))

    assert tally.lost({"in"}) == ["gone", "silent"]


def test_what_stands_in_the_ledger_otherwise_than_it_was_sent_is_noticed():
    table = Table(REPORTED)
    table.play()
    table.player.tally.note_sent(VT, "e-0", b"a second time, otherwise")
    as_sent = sha256(table.outbox.parcels[0].value).digest()

    assert table.player.tally.altered({"e-0": as_sent, "from-elsewhere": b"?"}) == []
    assert table.player.tally.altered({"e-0": b"something else"}) == ["e-0"]
    assert table.player.tally.altered({}) == []


def test_an_opening_report_does_not_wait_behind_a_step_that_waits_for_it():
    told_early = step(0, TEAM, "family_contacted", {}, id="e-early")
    table = Table(told_early, replace(REPORTED, told_at=AT + HOUR))

    assert table.play(hours=1) == 1
    assert [one.event_type.name for one in table.outbox.delivered()] == ["report_received"]

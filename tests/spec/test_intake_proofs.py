"""A proof to keep: whoever asks with a header gets one for an event that is in the ledger, whenever it came in."""

import pytest

from ledger.application import Ledger
from ledger.proofs import Asked
from ledger.sealing import FileKeyStore
from services.intake.pipeline import Pipeline
from services.intake.testing import NOON, Desk, report, sent
from waakvlam.clock import FixedClock

VT, POLICE = "veilig-thuis-groningen", "politie-nn"
WANTED = {"waakvlam_proof": b"1"}


@pytest.fixture
def desk(tmp_path):
    clock = FixedClock(NOON)
    keys = FileKeyStore(tmp_path / "keys.db", clock=clock)
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock, keys=keys)
    yield Desk(ledger, clock, Pipeline(ledger, clock=clock))
    ledger.close()
    keys.close()


def asked(desk):
    return desk.ledger.proofs.asked(100, 100)


def test_who_asks_when_sending_is_remembered_once_and_who_does_not_is_not(desk):
    desk.take(report(VT, "a", reference="d-1"), report(VT, "b", reference="d-2", headers=WANTED))

    assert asked(desk) == [Asked("b", VT, 2)]


def test_who_asks_later_sends_the_event_again(desk):
    desk.take(report(VT, "a", reference="d-1"))
    first = report(VT, "a", reference="d-1", headers=WANTED)
    verdicts = [one.verdict for one in desk.take(first, first)]

    assert verdicts == ["duplicate", "duplicate"]
    assert asked(desk) == [Asked("a", VT, 1)]


def test_an_event_that_waited_for_its_case_is_proven_when_it_is_in_the_ledger(desk):
    waiting = sent(
        POLICE,
        "incident_recorded",
        "i",
        reference="p-1",
        headers=WANTED,
        incident_id="i-1",
        violence_kinds=[],
    )
    (receipt,) = desk.take(waiting)

    assert receipt.verdict == "parked"
    assert asked(desk) == []
    desk.take(report(POLICE, "o", reference="p-1"))
    assert asked(desk) == [Asked("i", POLICE, 2)]


def test_what_is_not_in_the_ledger_is_not_proven(desk):
    desk.take(report(VT, "a", reference="d-1"))
    (again,) = desk.take(report(VT, "a", reference="d-1", channel="letter", headers=WANTED))

    assert again.verdict == "conflict"
    assert asked(desk) == []

"""No sender's odd choice of an id, file number, pseudonym or text stops the ledger: one event must not hold up a region."""

import pytest

from ledger.application import Ledger
from ledger.model import Parked, PersonMatch
from waakvlam.clock import FixedClock

ODD = ("with \x00 a NUL", "x" * 5000, "line\nbreak", "\u200b", "\u00e9\u00ef \U0001f525", " ")


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_key_works_like_any_other(ledger: Ledger, drafts, clock: FixedClock, odd: str):
    alias = ("politie-nn", odd)
    with ledger.writing() as w:
        w.append([drafts.one(event_id=odd, reference=odd, aliases=[alias], persons={odd: "p1"}, personal={odd: odd})])

    with ledger.writing() as w:
        assert list(w.known([odd, "other"])) == [odd]
        assert w.cases_by_alias([alias]) == {alias: "case-a"}
        assert w.cases_by_person([odd], since=0) == {odd: [PersonMatch("case-a", clock.at)]}
        w.append([drafts.one(aliases=[alias], persons={odd: "p1"})])
    position, found = ledger.record(odd)
    assert (position, found.event_id, found.reference) == (1, odd, odd)
    assert ledger.unseal(found) == {odd: odd}
    assert list(ledger.verify_all()) == []


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_event_can_wait(ledger: Ledger, odd: str):
    told = {"event_id": odd, "reference": odd, "agency": "politie-nn", "case": None, "source": "urn:x", "content": b""}
    waits = {
        "type": "x",
        "reason": "no case",
        "parked_at": 1,
        "due_at": 2,
        "key": None,
        "headers": [],
        "value": b"\x00",
    }
    with ledger.writing() as w:
        w.park(Parked(**told, **waits))
    with ledger.writing() as w:
        assert w.parked([("politie-nn", odd)]) == [Parked(**told, **waits)]
        w.unpark([odd])

    assert ledger.parked_now() == 0


@pytest.mark.parametrize("odd", ["half a pair \ud800", 2**70, -1.5, None, [{"deep": [1, {"er": True}]}]])
def test_odd_values_are_sealed_and_come_back(ledger: Ledger, drafts, odd: object):
    with ledger.writing() as w:
        w.append([drafts.one(personal={"value": odd})])

    assert ledger.unseal(ledger.history("case-a")[0]) == {"value": odd}

"""What waits in the ledger loses nothing: events parked until their case appears, messages to publish after a commit."""

from collections.abc import Callable

import pytest

from ledger import errors
from ledger.application import Ledger
from ledger.model import OutboxRow, Parked

Opening = Callable[[], Ledger]


def parked(event_id: str, **told: object) -> Parked:
    plain = {
        "source": "urn:nld:oin:0001",
        "content": bytes(32),
        "agency": "politie-nn",
        "reference": "dossier-1",
        "case": None,
        "type": "incident_recorded",
        "reason": "no case yet",
        "parked_at": 1,
        "due_at": 2,
        "key": None,
        "headers": [("ce_id", event_id.encode()), ("empty", b"")],
        "value": b"\xc3\x01 what the wire brought",
    }
    return Parked(**({"event_id": event_id} | plain | told))


def test_a_parked_event_waits_byte_for_byte_in_order_and_counts_once_when_it_flows(open_ledger: Opening, drafts):
    waiting = [parked("w-2"), parked("w-1", key=b"k"), parked("w-3", case="case-a", reference=None)]
    with open_ledger().writing() as w:
        for each in waiting:
            w.park(each)

    later = open_ledger()
    with later.writing() as w:
        assert w.parked([("politie-nn", "dossier-1")]) == waiting[:2]
        assert w.parked([("politie-nn", "dossier-1")], cases=["case-a"]) == waiting
        assert w.known(["w-1"])["w-1"].verdict == "parked"
        assert later.parked_now() == 3
        w.unpark(["w-1", "w-2"])
        w.append([drafts.one(event_id="w-2"), drafts.one(event_id="w-1")])
    assert later.parked_now() == 1
    assert later.parked_overdue() == waiting[2:]
    assert later.counts().parked_overdue == 1
    with pytest.raises(errors.AlreadyRecorded), later.writing() as w:
        w.park(parked("w-1"))


def test_the_bytes_of_a_parked_event_are_sealed(ledger):
    with ledger.writing() as w:
        w.park(parked("w-1", value=b"Fictieve Frederika"))

    with ledger._recorder.reading() as t:
        [(body,)] = t.rows("SELECT body FROM parked")
    assert b"Frederika" not in body


def test_the_outbox_delivers_after_a_restart_in_order_until_confirmed(open_ledger: Opening, drafts):
    rows = [
        OutboxRow(topic="receipts.a", key=b"e-1", headers=[("h", b"\xff\x00")], value=b"1"),
        OutboxRow(topic="dead-letters.a", key=None, value=None),
        OutboxRow(topic="receipts.b", key=b"", value=b"3"),
    ]
    before = open_ledger()
    with before.writing() as w:
        w.append(drafts.many(1))
        w.outbox(rows)
    before.close()

    after = open_ledger()
    pending = after.receipts_pending(10)
    assert [(row.topic, row.key, list(row.headers), row.value) for row in pending] == [
        ("receipts.a", b"e-1", [("h", b"\xff\x00")], b"1"),
        ("dead-letters.a", None, [], None),
        ("receipts.b", b"", [], b"3"),
    ]
    after.receipts_sent([row.id for row in pending[:2]])
    assert [row.topic for row in after.receipts_pending(10)] == ["receipts.b"]
    after.receipts_sent([pending[2].id])
    with after.writing() as w:
        w.outbox(rows[:1])
    assert after.receipts_pending(10)[0].id > pending[2].id

"""Receipts: what became of an event, as bytes and as a record."""

from datetime import UTC, datetime

import pytest

from waakvlam.catalogue import event_types, system_record
from waakvlam.clock import micros_of
from waakvlam.codec import encode as encode_event
from waakvlam.codec import schema_writer
from waakvlam.errors import Unreadable
from waakvlam.messages import Message
from waakvlam.receipt import NOTICES, VERDICTS, Receipt, decode, encode, notice

AT = datetime(2026, 4, 2, 9, 0, 0, 123456, tzinfo=UTC)
ACCEPTED = Receipt(id="e-1", verdict="accepted", recorded_at=AT, case="c-1", position=7, version=1)
REJECTED = Receipt(
    id="e-2",
    verdict="rejected",
    recorded_at=AT,
    field="municipality",
    reason="Onbekende gemeente.",
    remarks=("Let op.",),
)


MISSING = notice("missing", reason="Er ontbreekt iets.", recorded_at=AT, first=12, last=15)
SILENT = notice("silent", reason="Het is stil.", recorded_at=AT, since=AT)


@pytest.mark.parametrize("receipt", [ACCEPTED, REJECTED, MISSING, SILENT])
def test_a_receipt_comes_back_from_its_bytes(receipt) -> None:
    assert decode(encode(receipt)) == receipt


def test_a_bare_body_is_read_as_well() -> None:
    body = schema_writer(system_record("receipt"))(
        {"id": "e-1", "verdict": "parked", "remarks": [], "recorded_at": micros_of(AT)}
    )

    assert decode(body) == Receipt(id="e-1", verdict="parked", recorded_at=AT)


@pytest.mark.parametrize("bad", [b"", b"\xc3\x01", b"\xc3\x01" + bytes(8) + b"x", b"nonsense", encode(ACCEPTED) + b"!"])
def test_what_is_no_receipt_is_told(bad) -> None:
    with pytest.raises(Unreadable):
        decode(bad)


def test_an_event_is_no_receipt() -> None:
    name = "acute_danger_found"
    event = Message.of(name, event_types()[name].examples[0])

    with pytest.raises(Unreadable, match="geen ontvangstbewijs"):
        decode(encode_event(event.event_type(), event.record()))


def test_only_accepted_and_duplicate_are_in_the_ledger_and_only_parked_is_not_the_last_word() -> None:
    of = {verdict: Receipt(id="e", verdict=verdict, recorded_at=AT) for verdict in VERDICTS}

    assert [verdict for verdict, one in of.items() if one.is_in_the_ledger] == ["accepted", "duplicate"]
    assert [verdict for verdict, one in of.items() if not one.is_final] == ["parked"]


def test_as_json_it_leaves_out_what_is_empty() -> None:
    assert ACCEPTED.as_json() == {
        "id": "e-1",
        "verdict": "accepted",
        "recorded_at": "2026-04-02T09:00:00.123456Z",
        "case": "c-1",
        "position": 7,
        "version": 1,
    }
    assert REJECTED.as_json()["remarks"] == ["Let op."]


def test_a_notice_names_its_numbers_and_is_no_word_on_any_event() -> None:
    assert (MISSING.id, MISSING.first, MISSING.last) == ("sequence/12-15", 12, 15)
    assert MISSING.is_notice
    assert not MISSING.is_final
    assert not MISSING.is_in_the_ledger
    assert MISSING.as_json()["first"] == 12
    assert SILENT.as_json()["since"] == "2026-04-02T09:00:00.123456Z"
    assert not set(NOTICES) & set(VERDICTS)


def test_a_reader_of_before_there_were_notices_passes_over_them_and_goes_on_reading_receipts() -> None:
    """Such a reader knows one fingerprint; all others it names in its log and leaves (`Receipts.read`)."""
    known = encode(ACCEPTED)[:10]

    assert [encode(one)[:10] == known for one in (REJECTED, MISSING, SILENT)] == [True, False, False]

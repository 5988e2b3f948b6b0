"""The wire: bytes, headers, clocks and the catalogue, as agencies and the ledger read them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waakvlam import catalogue, codec, topics
from waakvlam.catalogue import by_fingerprint, event_types, system_record
from waakvlam.envelope import Envelope, from_headers, to_headers
from waakvlam.errors import ContractBroken, Unreadable
from waakvlam.messages import Message

REPORT = event_types()["report_received"]
GOOD = codec.encode(REPORT, Message.of("report_received", REPORT.examples[0]).record())


# Bytes.


@pytest.mark.parametrize("bad", [b"", b"\xc3", b"\xc3\x01", b"\xc3\x01" + bytes(7), b"{}", b"\x00\x00\x00\x00\x01" * 3])
def test_what_is_no_single_object_avro_is_told(bad) -> None:
    with pytest.raises(Unreadable, match="C3 01"):
        codec.decode(bad)


def test_an_unknown_fingerprint_is_told_in_full() -> None:
    with pytest.raises(Unreadable, match="0102030405060708"):
        codec.decode(b"\xc3\x01" + bytes(range(1, 9)) + b"x")


@pytest.mark.parametrize("fast", [False, True])
def test_bytes_that_end_early_or_go_on_are_told_without_what_they_hold(fast) -> None:
    read, body = codec.body_reader(REPORT, fast=fast), GOOD[codec.HEADER_BYTES :]

    for cut in range(len(body)):
        with pytest.raises(Unreadable) as caught:
            read(body[:cut])
        assert "voorbeeld" not in str(caught.value)
    with pytest.raises(Unreadable, match="nog 1 bytes"):
        read(body + b"!")


@pytest.mark.parametrize("fast", [False, True])
@given(body=st.binary(max_size=200))
def test_no_bytes_at_all_can_do_more_than_be_unreadable(fast, body) -> None:
    try:
        record = codec.body_reader(REPORT, fast=fast)(body)
    except Unreadable:
        return
    assert record.keys() == {field.name for field in REPORT.fields}


@pytest.mark.parametrize("fast", [False, True])
def test_a_count_or_a_length_that_promises_too_much_is_unreadable_at_once(fast) -> None:
    billions = b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f"
    body = GOOD[codec.HEADER_BYTES :]
    kinds_at = body.index(b"\x04" + b"\x20partner_violence")

    for bomb in (billions, body[:kinds_at] + billions, body[: kinds_at + 1] + billions):
        with pytest.raises(Unreadable):
            codec.body_reader(REPORT, fast=fast)(bomb)


def test_data_is_plain_json_without_shared_fields_and_without_nulls() -> None:
    event_type, record = codec.decode(GOOD)
    data = codec.data_of(event_type, record)

    assert data["incident_on"] == "2026-04-01"
    assert data["persons"][0]["person"] == "psn-voorbeeld-1"
    assert not {"occurred_at", "municipality", "reference"} & data.keys()
    assert "incident_on" not in codec.data_of(event_type, record | {"incident_on": None})


def test_in_the_data_of_a_correction_time_and_json_stand_as_the_rule_book_has_them() -> None:
    of = event_types()["event_corrected"]
    records = [Message.of("event_corrected", example).record() for example in of.examples]

    assert codec.data_of(of, records[0])["occurred_at"] == "2026-03-31T08:15:00Z"
    assert codec.data_of(of, records[1])["data"] == {"check_on": "2026-06-08"}


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (datetime(2026, 4, 2, 10, 15, tzinfo=timezone(timedelta(hours=2))), "2026-04-02T08:15:00Z"),
        (date(2026, 4, 2), "2026-04-02"),
        ([{"a": None, "b": [date(2026, 4, 2)]}], [{"b": ["2026-04-02"]}]),
        (True, True),
        (7, 7),
    ],
)
def test_values_become_plain_json(value, plain) -> None:
    assert codec.plain(value) == plain


# Headers.

ENVELOPE = Envelope(
    id="e-1",
    source="urn:nld:oin:9999:systeem:x",
    type="nl.waakvlam.melding-ontvangen.v1",
    time=datetime(2026, 4, 2, 9, 0, 0, 5, tzinfo=UTC),
    subject="c-1",
    sequence=7,
    traceparent=f"00-{'1' * 32}-{'2' * 16}-01",
)


@pytest.mark.parametrize("envelope", [ENVELOPE, Envelope("e-1", "s", "t", datetime(2026, 4, 2, tzinfo=UTC))])
def test_an_envelope_comes_back_from_its_headers(envelope) -> None:
    assert from_headers(to_headers(envelope)) == envelope


def test_headers_of_others_are_passed_over() -> None:
    assert from_headers([*to_headers(ENVELOPE), ("x-other", b"\xff"), ("x-other", b"2"), ("empty", None)]) == ENVELOPE


@pytest.mark.parametrize("name", ["ce_id", "ce_type", "ce_source"])
def test_a_header_of_ours_that_stands_there_twice_is_named(name) -> None:
    headers = to_headers(ENVELOPE)

    with pytest.raises(Unreadable, match="meer dan één keer") as caught:
        from_headers([*headers, (name, dict(headers)[name])])
    assert caught.value.field == name


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ce_specversion", b"0.3", "1.0"),
        ("ce_specversion", None, "ontbreekt"),
        ("ce_id", b"", "1 tot 100"),
        ("ce_id", b"x" * 101, "1 tot 100"),
        ("ce_id", None, "ontbreekt"),
        ("ce_source", b"\xff", "UTF-8"),
        ("ce_source", None, "ontbreekt"),
        ("ce_type", None, "ontbreekt"),
        ("ce_time", b"2026-04-02T09:00:00", "tijdzone"),
        ("ce_time", b"yesterday", "tijdzone"),
        ("ce_sequence", b"-1", "geheel getal"),
        ("ce_sequence", "²".encode(), "geheel getal"),
        ("ce_subject", b"\xff", "UTF-8"),
    ],
)
def test_a_header_that_is_missing_or_wrong_is_named(name, value, said) -> None:
    headers = dict(to_headers(ENVELOPE)) | {name: value}

    with pytest.raises(Unreadable, match=said) as caught:
        from_headers(headers.items())
    assert caught.value.field == name


# The catalogue.


def test_an_event_is_found_by_its_fingerprint() -> None:
    for one in catalogue.all_versions():
        assert by_fingerprint(one.fingerprint) is one
    assert by_fingerprint(bytes(8)) is None


def test_a_system_record_that_is_not_there_is_our_own_fault() -> None:
    assert system_record("receipt")["name"] == "receipt"
    with pytest.raises(ContractBroken, match="unheard_of"):
        system_record("unheard_of")


def test_an_agency_is_found_by_its_topic() -> None:
    assert topics.agency_of_topic("agency.politie-nn") is topics.agencies()["politie-nn"]
    assert topics.agency_of_topic("alerts") is topics.agencies()["radar"]
    assert topics.agency_of_topic("case-events") is None


def test_an_agency_has_a_topic_for_receipts_and_one_for_dead_letters() -> None:
    police = topics.agencies()["politie-nn"]

    assert {police.topic, police.receipts, police.dead_letters} <= {one.name for one in topics.topics()}


def test_the_system_sends_only_what_is_its_own_by_name() -> None:
    triage, police = topics.agencies()["triage"], topics.agencies()["politie-nn"]

    assert triage.may_send(frozenset({"triage", "V"}))
    assert not triage.may_send(frozenset({"*"}))
    assert police.may_send(frozenset({"*"}))
    assert police.may_send(frozenset({"P"}))
    assert not police.may_send(frozenset({"V", "politie-nn"}))

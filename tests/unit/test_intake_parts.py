"""Intake's pure parts: the fuse, what fits where, what leaves an event before it is written, and the post."""

import asyncio
import json
from datetime import date

import pytest

from ledger.ladders import no_ladders
from ledger.model import OutboxRow
from services.intake.fitting import fits
from services.intake.fuse import IN_A_ROW_MAX, SEEN_MIN, WINDOW, Fuse
from services.intake.post import IDLE_SECONDS, LETTERS_PER_ROUND_MAX, Post
from services.intake.redaction import UnknownField, is_personal, redact, redact_correction
from services.intake.rules import pseudonyms_in
from services.intake.testing import report
from waakvlam.catalogue import event_types
from waakvlam.codec import decode, encode

PERSON = {"person": "psn-voorbeeld-1", "role": "child", "child": True, "birth_year": 2016, "age_group": "4_11"}


def after(fuse, *, good=0, bad=0):
    for set_aside, count in ((False, good), (True, bad)):
        for _ in range(count):
            fuse = fuse.after(set_aside=set_aside)
    return fuse


# The fuse.


def test_ninety_nine_in_a_row_do_not_blow_a_fuse_and_a_hundred_do():
    assert not after(Fuse(), bad=IN_A_ROW_MAX - 1).blown
    assert after(Fuse(), bad=IN_A_ROW_MAX).blown
    assert after(Fuse(), bad=IN_A_ROW_MAX).in_a_row == 100


def test_a_good_record_begins_the_row_anew():
    assert not after(after(Fuse(), bad=99), good=1, bad=0).after(set_aside=True).blown


def test_five_in_a_hundred_of_the_last_thousand_do_not_blow_a_fuse_and_one_more_does():
    fuse = after(Fuse(), good=WINDOW - 50)
    fuse = after(fuse, bad=50)
    assert not fuse.blown
    assert fuse.after(set_aside=True).blown
    blown = fuse.after(set_aside=True)
    assert (blown.set_aside, blown.seen) == (51, 1000)


def test_a_share_is_judged_from_the_two_hundredth_record_on():
    early = after(after(Fuse(), bad=90), good=SEEN_MIN - 92).after(set_aside=True)
    assert not early.blown
    assert early.after(set_aside=True).blown
    assert not after(after(Fuse(), good=SEEN_MIN - 10), bad=10).blown
    blown = after(after(Fuse(), good=SEEN_MIN - 10), bad=11)
    assert (blown.set_aside, blown.seen) == (11, 201)


def test_what_was_set_aside_long_ago_is_forgotten():
    fuse = after(Fuse(), bad=50)
    assert after(fuse, good=WINDOW).window == 0


def test_a_blown_fuse_stays_blown_whatever_follows():
    assert after(Fuse(blown=True), good=5_000).blown


# What fits where.

RECORD = {
    "type": "record",
    "name": "one",
    "fields": [{"name": "a", "type": "string"}, {"name": "b", "type": ["null", "int"], "default": None}],
}


@pytest.mark.parametrize(
    ("avro_type", "value", "expected"),
    [
        ("string", "x", True),
        ("string", 1, False),
        ("int", 1, True),
        ("int", True, False),
        ("int", 1.5, False),
        ("long", 1, True),
        ("double", 1.5, True),
        ("boolean", False, True),
        ("boolean", 0, False),
        ("null", None, True),
        ("bytes", "x", False),
        (["null", "string"], None, True),
        (["null", "string"], 3, False),
        ({"type": "string"}, "x", True),
        ({"type": "int", "logicalType": "date"}, "2026-02-28", True),
        ({"type": "int", "logicalType": "date"}, "2026-02-30", False),
        ({"type": "int", "logicalType": "date"}, "20260228", False),
        ({"type": "int", "logicalType": "date"}, 20_000, False),
        ({"type": "long", "logicalType": "timestamp-micros"}, "2026-02-28T10:00:00Z", True),
        ({"type": "long", "logicalType": "timestamp-micros"}, "2026-02-28T10:00:00", False),
        ({"type": "long", "logicalType": "timestamp-micros"}, "morgen", False),
        ({"type": "array", "items": "string"}, ["a"], True),
        ({"type": "array", "items": "string"}, ["a", 1], False),
        ({"type": "array", "items": "string"}, "a", False),
        (RECORD, {"a": "x"}, True),
        (RECORD, {"a": "x", "b": 1}, True),
        (RECORD, {"b": 1}, False),
        (RECORD, {"a": "x", "naam": "Voorbeeld"}, False),
        (RECORD, "x", False),
    ],
)
def test_a_json_value_fits_a_field_or_does_not(avro_type, value, expected):
    assert fits(avro_type, value) is expected


# What leaves an event.


def told(name, **fields):
    event_type = event_types()[name]
    _, record = decode(report("politie-nn", "e", persons=["psn-voorbeeld-1", "psn-voorbeeld-2"]).value)
    record = {**record, **fields} if name == "report_received" else {**_shared(record), **fields}
    return event_type, record, encode(event_type, record)


def _shared(record):
    return {name: record[name] for name in ("occurred_at", "case", "reference", "municipality", "recorded_by")}


def test_an_event_that_holds_nothing_about_a_person_keeps_its_bytes():
    event_type, record, value = told("condition_met", condition_id="vw-1")

    assert redact(event_type, record, value, {}).payload is value
    assert not is_personal(event_type)


def test_each_person_is_named_once_in_its_order():
    event_type, record, _ = told("report_received", persons=[PERSON, PERSON, {**PERSON, "person": "psn-voorbeeld-0"}])

    assert pseudonyms_in(event_type, record) == ["psn-voorbeeld-1", "psn-voorbeeld-0"]


def test_known_persons_keep_their_labels_and_new_ones_get_the_next():
    event_type, record, value = told("report_received")

    redacted = redact(event_type, record, value, {"psn-voorbeeld-9": "p1", "psn-voorbeeld-2": "p2"})

    assert redacted.persons == {"psn-voorbeeld-1": "p3", "psn-voorbeeld-2": "p2"}
    _, clear = decode(redacted.payload)
    assert [one["person"] for one in clear["persons"]] == ["p3", "p2"]
    assert redacted.personal["persons.1.person"] == "psn-voorbeeld-2"


def test_everything_but_what_is_about_a_person_stays_as_it_was():
    event_type, record, value = told("report_received", persons=[PERSON])

    _, clear = decode(redact(event_type, record, value, {}).payload)

    assert {**clear, "persons": []} == {**record, "persons": []}
    assert clear["persons"] == [{**PERSON, "person": "p1", "birth_year": None}]


def correction(**data):
    return told("event_corrected", event_id="e-1", new_occurred_at=None, data=json.dumps(data), reason="typefout")


def test_a_correction_is_cleared_by_the_marks_of_what_it_corrects():
    redacted = redact_correction(*correction(persons=[PERSON]), {}, of=event_types()["report_received"])

    assert redacted.persons == {"psn-voorbeeld-1": "p1"}
    assert b"psn-voorbeeld" not in redacted.payload
    assert redacted.personal == {"data.persons.0.person": "psn-voorbeeld-1", "data.persons.0.birth_year": 2016}


def test_a_correction_that_says_one_field_twice_leaves_nothing_behind_in_the_clear():
    event_type, record, _ = correction()
    record["data"] = '{"text": "Voorbeeldgezin", "text": null}'

    redacted = redact_correction(event_type, record, encode(event_type, record), {}, of=event_types()["condition_set"])

    assert b"Voorbeeldgezin" not in redacted.payload


def test_a_correction_that_takes_a_value_away_says_so_in_the_clear():
    _, clear = decode(
        redact_correction(
            *correction(incident_on=None, persons=[PERSON]), {}, of=event_types()["report_received"]
        ).payload
    )

    assert '"incident_on":null' in clear["data"]


def test_a_correction_with_a_field_of_another_type_of_event_is_refused():
    with pytest.raises(UnknownField):
        redact_correction(*correction(check_on="2026-01-01"), {}, of=event_types()["report_received"])


def test_where_no_agreement_has_a_ladder_there_is_none():
    assert no_ladders("0014", date(2026, 1, 1).toordinal()) == {}


# The post.


class Outbox:
    """A ledger of which only the outbox is looked at."""

    def __init__(self, count):
        self.rows = [OutboxRow(topic="receipts.x", key=b"k", value=b"v", id=number) for number in range(count)]

    def receipts_pending(self, limit):
        return self.rows[:limit]

    def receipts_sent(self, ids):
        self.rows = [row for row in self.rows if row.id not in set(ids)]


def test_letters_leave_the_outbox_only_after_they_were_delivered():
    outbox, sent = Outbox(LETTERS_PER_ROUND_MAX + 1), []

    async def send_all(rows):
        assert all(row in outbox.rows for row in rows)
        sent.extend(rows)

    post = Post(outbox, send_all)

    assert asyncio.run(post.step()) == 0.0
    assert asyncio.run(post.step()) == IDLE_SECONDS
    assert asyncio.run(post.step()) == IDLE_SECONDS
    assert [row.id for row in sent] == list(range(LETTERS_PER_ROUND_MAX + 1))
    assert outbox.rows == []


def test_a_letter_that_was_not_delivered_stays():
    outbox = Outbox(1)

    async def fail(_rows):
        raise ConnectionError

    with pytest.raises(ConnectionError):
        asyncio.run(Post(outbox, fail).step())
    assert len(outbox.rows) == 1

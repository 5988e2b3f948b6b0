"""What stands in the clear is an id or a code and never words: refused at the door, and never repeated in the answer."""

import json
from dataclasses import replace

import pytest

from ledger.application import Ledger
from ledger.sealing import FileKeyStore
from services.intake.pipeline import Pipeline
from services.intake.testing import NOON, Desk, report, sent
from waakvlam.catalogue import SHARED_FIELDS, event_types
from waakvlam.clock import FixedClock
from waakvlam.shapes import misshapen

VT, TEAM = "veilig-thuis-groningen", "team-groningen"
WORDS = "Voorbeeldgezin belde, woont Dorpsstraat 1"


@pytest.fixture
def desk(tmp_path):
    clock = FixedClock(NOON)
    keys = FileKeyStore(tmp_path / "keys.db", clock=clock)
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock, keys=keys)
    yield Desk(ledger, clock, Pipeline(ledger, clock=clock))
    ledger.close()
    keys.close()


def offer(**changed):
    told = {"handover_id": "o-1", "to_agency": TEAM, "after": "assessment", "reference": "d-1"}
    return sent(VT, "handover_offered", "e-1", **(told | changed))


PERSON = {"person": "psn-voorbeeld-1", "role": WORDS, "child": False, "birth_year": None, "age_group": None}
WRONG = {
    "a code": (report(VT, "e-1", channel=WORDS), "channel"),
    "one of several codes": (report(VT, "e-1", violence_kinds=["stalking", WORDS]), "violence_kinds"),
    "a code of a person": ({"persons": [PERSON]}, "persons.role"),
    "an id": (report(VT, "e-1", report_id=WORDS), "report_id"),
    "an endless id": (report(VT, "e-1", report_id="r" * 4_000), "report_id"),
    "a reason": (sent(VT, "event_withdrawn", "e-1", event_id="x", reason=WORDS, reference="d-1"), "reason"),
    "a reference with a birth date": (report(VT, "e-1", reference="Voorbeeld 12-03-1985"), "reference"),
    "a reference with a zero byte": (report(VT, "e-1", reference="a\0b"), "reference"),
    "a reference that may be a BSN": (report(VT, "e-1", reference="123456782"), "reference"),
    "who recorded it": (report(VT, "e-1", recorded_by="V. Voorbeeld"), "recorded_by"),
    "an agency that nobody knows": (offer(to_agency="team-groningn"), "to_agency"),
    "a part of Waakvlam for an agency": (offer(to_agency="radar"), "to_agency"),
    "an agency that is asked and unknown": (
        sent(VT, "information_requested", "e-1", request_id="iv-1", of_agency="school-zuid", reference="d-1"),
        "of_agency",
    ),
    "a step after which": (offer(after=WORDS), "after"),
}


@pytest.mark.parametrize("name", WRONG)
def test_words_where_an_id_or_a_code_belongs_are_rejected_and_not_repeated(desk, name):
    record, field = WRONG[name]
    if isinstance(record, dict):
        record = sent(VT, "report_received", "e-1", **dict(REPORT, **record))

    (receipt,) = desk.take(record)

    assert (receipt.id, receipt.verdict, receipt.field) == ("e-1", "rejected", field)
    assert not any(word in str(receipt.as_json()) for word in ("Voorbeeld", "Dorpsstraat", "123456782", "rrrr"))
    assert desk.ledger.head() == 0


@pytest.mark.parametrize("header", ["ce_id", "ce_subject"])
def test_words_in_a_header_are_rejected_and_the_receipt_is_named_by_its_place(desk, header):
    (receipt,) = desk.take(report(VT, "e-1", headers={header: WORDS.encode()}))

    assert (receipt.verdict, receipt.field) == ("rejected", header)
    assert receipt.id == ("agency.veilig-thuis-groningen/0/0" if header == "ce_id" else "e-1")


def test_a_header_of_ours_that_stands_there_twice_is_rejected_for_nobody_knows_which_is_meant(desk):
    record = report(VT, "e-1")
    twice = replace(record, headers=[*record.headers, ("ce_id", b"e-2")])

    (receipt,) = desk.take(twice)

    assert (receipt.verdict, receipt.field, receipt.id) == ("rejected", "ce_id", f"{record.topic}/0/0")
    assert desk.ledger.head() == 0


def test_the_sentence_about_a_number_of_nine_digits_says_what_to_do(desk):
    (receipt,) = desk.take(report(VT, "e-1", reference="000000000"))

    assert receipt.reason == "Een dossiernummer van negen cijfers kan een BSN zijn; zet er een letter voor."
    assert desk.take(report(VT, "e-1", reference="d000000000"))[0].verdict == "accepted"


def test_a_code_that_nobody_knows_yet_is_still_taken(desk):
    (receipt,) = desk.take(report(VT, "e-1", channel="per-postduif"))

    assert receipt.verdict == "accepted"
    assert receipt.remarks


@pytest.mark.parametrize(
    "data", [{"channel": WORDS}, {"violence_kinds": [WORDS]}, {"report_id": "r " * 9}, {"persons": [PERSON]}]
)
def test_words_in_a_correction_are_refused_unless_their_field_is_sealed(desk, data):
    case = desk.take(report(VT, "e-1", reference="d-1"))[0].case
    correction = {"event_id": "e-1", "new_occurred_at": None, "reason": "typefout", "data": json.dumps(data)}

    (receipt,) = desk.take(sent(VT, "event_corrected", "e-2", case=case, **correction))

    assert (receipt.verdict, receipt.field) == ("refused", "data")
    assert b"Voorbeeld" not in b"".join(one.body for one in desk.ledger.notifications(after=0, limit=9))


def test_an_offer_is_not_corrected_to_an_agency_that_nobody_knows(desk):
    case = desk.take(report(VT, "open", reference="d-1"))[0].case
    desk.take(offer())
    told = {"event_id": "e-1", "new_occurred_at": None, "reason": "typefout"}

    receipts = desk.take(
        sent(VT, "event_corrected", "e-2", case=case, data='{"to_agency": "team-groningn"}', **told),
        sent(VT, "event_corrected", "e-3", case=case, data='{"to_agency": "team-hogeland"}', **told),
    )

    assert [(one.verdict, one.field) for one in receipts] == [("refused", "data"), ("accepted", None)]


@pytest.mark.parametrize("name", sorted(event_types()))
def test_every_example_of_the_contract_has_the_shape(name):
    event_type = event_types()[name]

    for example in event_type.examples:
        assert misshapen(event_type, dict.fromkeys(SHARED_FIELDS) | example) is None


REPORT = {
    "report_id": "r-1",
    "channel": "phone",
    "reporter_capacity": "police",
    "violence_kinds": [],
    "acute": False,
    "incident_on": None,
    "doubly_anonymous": False,
    "persons": [],
}

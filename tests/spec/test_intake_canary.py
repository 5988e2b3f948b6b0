"""Canaries: fictitious persons and words in every personal field of every event are found nowhere that others can look."""

import json
import logging
from datetime import date, datetime

import pytest

from ledger.application import Ledger
from ledger.metrics import registry
from ledger.relay import published
from ledger.sealing import FileKeyStore
from services.intake.pipeline import Pipeline
from services.intake.testing import HOUR, NOON, Desk, report, sent
from waakvlam.catalogue import SHARED_FIELDS, event_types
from waakvlam.clock import FixedClock, instant_of
from waakvlam.shapes import fields_within
from waakvlam.topics import agencies

VT = "veilig-thuis-groningen"
CANARY = b"anarie"
YEAR = 1913  # nobody's: the years of the examples are others


@pytest.fixture
def meters():
    return registry("intake")


@pytest.fixture
def desk(tmp_path, meters):
    clock = FixedClock(NOON)
    keys = FileKeyStore(tmp_path / "keys.db", clock=clock)
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock, keys=keys)
    yield Desk(ledger, clock, Pipeline(ledger, clock=clock, meters=meters))
    ledger.close()
    keys.close()


def branch_of(kind):
    return next(one for one in kind if one != "null") if isinstance(kind, list) else kind


def canary(field, name):
    """Return a value for a personal field that can be recognised wherever it turns up."""
    if field.get("pseudonym"):
        return f"psn-kanarie-{name}"
    match branch_of(field["type"]):
        case "string":
            return f"Kanarie van het Voorbeeldgezin zei iets over {name}."
        case "int":
            return YEAR
        case "boolean":
            return False
    raise AssertionError(f"there is no canary yet for {name}: {field['type']}")


def read(kind, value):
    """Return a value of an example as the codec writes it."""
    match branch_of(kind):
        case {"logicalType": "date"}:
            return date.fromisoformat(value)
        case {"logicalType": "timestamp-micros"}:
            return instant_of(NOON - HOUR)
    return value


def planted(event_type):
    """Return the data of an event with a canary in every personal field, and how many were planted."""
    example, told, count = event_type.examples[0], {}, 0
    for field in event_type.schema["fields"][len(SHARED_FIELDS) :]:
        name, inner = field["name"], fields_within(field["type"])
        if field.get("personal"):
            told[name] = canary(field, name)
            count += 1
        elif any(one.get("personal") for one in inner):
            whole = {
                one["name"]: canary(one, one["name"]) if one.get("personal") else example[name][0].get(one["name"])
                for one in inner
            }
            told[name] = [whole]
            count += sum(bool(one.get("personal")) for one in inner)
        else:
            value = example.get(name, field.get("default"))
            told[name] = None if value is None else read(field["type"], value)
    return told, count


def events(case):
    """Yield every event that is about somebody: as it is told, and as a correction of itself."""
    for name, event_type in event_types().items():
        told, count = planted(event_type)
        if not count or name == "events_moved":  # its personal fields name cases: tests/spec/test_intake_moves.py
            continue
        agency = next(one.id for one in agencies().values() if one.may_send(event_type.senders))
        yield sent(agency, name, f"e-{name}", case=case, **told)
        personal = {key: value for key, value in told.items() if b"anarie" in json.dumps(value, default=str).encode()}
        correction = {"event_id": f"e-{name}", "new_occurred_at": None, "reason": "typefout"}
        yield sent(VT, "event_corrected", f"c-{name}", case=case, data=json.dumps(personal), **correction)


def bad_ones(case):
    """Yield what is turned away or waits, with canaries in it all the same."""
    condition, _ = planted(event_types()["condition_set"])
    yield sent(VT, "condition_set", "e-ahead", case=case, at=NOON + HOUR, **condition)
    yield sent(VT, "condition_set", "e-waits", reference="d-nobody", **condition)
    yield sent(VT, "condition_set", "e-words", case=case, **condition | {"check_by": "Kanarie, de buurvrouw"})
    yield report(VT, "e-reference", reference="Kanarie 12-03-1985")
    yield report(VT, "e-code", channel="Kanarie belde", persons=["psn-kanarie-1"])
    told = {"event_id": "e-condition_set", "new_occurred_at": None, "reason": "typefout"}
    yield sent(VT, "event_corrected", "c-unknown", case=case, data='{"naam": "Kanarie"}', **told)
    yield sent(VT, "event_corrected", "c-clear", case=case, data='{"check_by": "Kanarie zelf"}', **told)
    yield sent(VT, "event_withdrawn", "w-words", case=case, event_id="e-x", reason="Kanarie heet anders")
    yield report(VT, "e-header", headers={"ce_subject": b"Kanarie 1985"})


def test_a_canary_in_any_personal_field_is_found_nowhere_in_the_clear(desk, meters, caplog):
    caplog.set_level(logging.DEBUG)
    case = desk.take(report(VT, "open", persons=["psn-kanarie-0"], reference="d-1"))[0].case
    good = [desk.take(one)[0] for one in events(case)]
    bad = [desk.take(one)[0] for one in bad_ones(case)]

    assert {one.verdict for one in good} == {"accepted"}
    assert len(good) > 6
    assert {one.id for one in bad if one.verdict == "accepted"} == set()
    page = desk.ledger.notifications(after=0, limit=1_000)
    records = [desk.ledger.record(one.id) for one in good]
    places = {
        "case-events": [part for one in published(page) for part in (one.key, one.value, *map(str, one.headers))],
        "ledger, clear": [record.payload for _, record in records],
        "export": [json.dumps(record.line()) for _, record in records],
        "receipts": [
            part for row in desk.letters if row.topic.startswith("receipts.") for part in (row.key, row.value)
        ],
        "dead letters": [str(header) for row in desk.letters for header in row.headers if header[0] != "ce_subject"],
        "logs": [caplog.text, str([vars(one) for one in caplog.records])],
        "metrics": [meters.text()],
    }
    for place, parts in places.items():
        assert parts, f"nothing was looked at in {place}"
        found = [part for part in parts if CANARY in (part.encode() if isinstance(part, str) else bytes(part or b""))]
        assert not found, f"a canary sings in {place}"
    assert not any(str(YEAR) in line for line in places["export"])


def test_every_canary_that_was_planted_is_kept_under_seal(desk):
    case = desk.take(report(VT, "open", persons=["psn-kanarie-0"], reference="d-1"))[0].case

    for one in events(case):
        receipt = desk.take(one)[0]
        sealed = desk.ledger.unseal(desk.ledger.record(receipt.id)[1])
        assert CANARY in json.dumps(sealed).encode(), receipt.id
    assert YEAR in desk.ledger.unseal(desk.ledger.record("e-report_received")[1]).values()


def test_the_canary_would_be_heard(desk):
    """The search is no good unless it finds what is there: a record that was not redacted."""
    told, _ = planted(event_types()["condition_set"])

    assert CANARY in sent(VT, "condition_set", "e-1", reference="d-1", **told).value
    assert isinstance(told["check_on"], date)
    assert not isinstance(told["check_on"], datetime)

"""The morning page says for a day that the radar saw nothing, and how much fell due in that time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger.application import Ledger
from ledger.database import open_database
from ledger.model import Draft
from ledger.record import encode, stream_of
from ledger.streams.records import Batch, Place
from services.board import blind
from services.board.agents import CASE_EVENTS, Reader
from services.board.store import Store
from tests.journey.region import Arrived
from waakvlam import codec
from waakvlam.catalogue import event_types
from waakvlam.clock import FixedClock, micros_of

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DAY = 86_400_000_000


def draft(event_id: str, **told: object) -> Draft:
    fields = {
        "occurred_at": NOW,
        "municipality": "",
        "blind_from": NOW - timedelta(hours=9),
        "blind_until": NOW,
        **told,
    }
    return Draft(
        event_id=event_id,
        source="urn:nld:oin:1:systeem:radar",
        content=event_id.encode(),
        case=stream_of("radar"),
        type="radar_was_blind",
        agency="radar",
        municipality="",
        reference=None,
        occurred_at=micros_of(NOW),
        recorded_by=None,
        payload=codec.encode(event_types()["radar_was_blind"], fields),
    )


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=FixedClock(micros_of(NOW)), keys=None)
    with ledger.writing() as w:
        w.append([draft("e-1", due=12, case_count=9), draft("e-2", due=1, case_count=1), draft("e-3", due=0)])
    made = Reader(Store(open_database(f"sqlite:///{tmp_path}/board.db")), ledger, changed=lambda: None)
    for _ in range(2):
        for number, record in enumerate(ledger.history(stream_of("radar"))):
            headers = [("type", record.type.encode()), ("version", str(record.version).encode())]
            told = Arrived(CASE_EVENTS, 0, number, record.case.encode(), encode(record), headers)
            made.handle(Batch({Place(CASE_EVENTS, 0): [told]}))  # type: ignore[list-item]
    yield made
    made.store.database.close()
    ledger.close()


def test_it_is_said_in_a_sentence_with_the_number_of_terms_and_families(reader: Reader) -> None:
    said = {one.text for one in blind.lately(reader.store.database, now=micros_of(NOW) + DAY - 1)}

    when = "Het systeem zag niets van 24 november 2026 om 00.00 uur tot 24 november 2026 om 09.00 uur; "
    assert said == {
        f"{when}12 termijnen liepen in die tijd af, bij 9 gezinnen. Kijk daar eerst naar.",
        f"{when}1 termijn liep in die tijd af, bij 1 gezin. Kijk daar eerst naar.",
        f"{when}er liep in die tijd geen termijn af.",
    }


def test_after_a_day_it_is_no_longer_said(reader: Reader) -> None:
    assert blind.lately(reader.store.database, now=micros_of(NOW) + DAY) == []

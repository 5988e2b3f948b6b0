"""An outage from end to end: the radar misses a night, intake records what it tells of that, and the morning page says it."""

import asyncio
from contextlib import closing
from pathlib import Path

from ledger.database import open_database
from ledger.ladders import ladders_of
from ledger.record import encode, stream_of
from ledger.streams.records import Batch, Place
from rulebook import agreements
from services.board import blind
from services.board.agents import CASE_EVENTS, Reader
from services.board.store import Store
from services.intake.pipeline import Pipeline
from services.intake.testing import Desk, Sent
from services.monitoring.blindness import Admitting
from tests.journey.region import Arrived
from tests.property.radar_site import HOUR, Site
from tests.property.radar_world import DAY, ROOT
from waakvlam.receipt import Receipt

CASES = ["00000000-0000-5000-8000-000000000000", "00000000-0000-5000-8000-000000000001"]
DAYS_BLIND = 5


def admitted(site: Site) -> list[Receipt]:
    """Let the radar tell when it was blind, and intake take that in."""
    told: list[Sent] = []

    async def send(rows: object) -> None:
        told.extend(Sent(one.topic, one.key, one.value, one.headers) for one in rows)  # type: ignore[attr-defined]

    asyncio.run(Admitting(site.station.radar, send, mine=lambda: range(2)).step())
    pipeline = Pipeline(site.ledger, clock=site.wall, ladders=ladders_of(agreements.load(ROOT / "agreements")))
    return Desk(site.ledger, site.wall, pipeline).take(*told) if told else []


def morning_page(site: Site) -> list[blind.Blind]:
    """Return what the board says of it, from what the ledger recorded."""
    with closing(open_database(f"sqlite:///{site.folder / 'board.db'}")) as database:
        reader = Reader(Store(database), site.ledger, changed=lambda: None)
        for number, record in enumerate(site.ledger.history(stream_of("radar"))):
            headers = [("type", record.type.encode()), ("version", str(record.version).encode())]
            told = Arrived(CASE_EVENTS, 0, number, record.case.encode(), encode(record), headers)
            reader.handle(Batch({Place(CASE_EVENTS, 0): [told]}))  # type: ignore[list-item]
        return blind.lately(database, now=site.wall.at)


def test_after_an_outage_the_morning_page_says_from_when_to_when_and_what_fell_due(tmp_path: Path) -> None:
    site = Site(tmp_path)
    for case in CASES:
        site.tell(case, "report_received", report_id="r-1", acute=False)
    site.pass_time(6 * HOUR, step=6 * HOUR)
    assert admitted(site) == []
    seen_to, rows = site.looking.looked_to, len(site.station.rows())
    site.close()
    site.wall.at += DAYS_BLIND * DAY
    site.open()
    site.work()

    receipts = admitted(site)
    (said,) = morning_page(site)

    assert [one.verdict for one in receipts] == ["accepted"]
    assert admitted(site) == []
    assert (said.blind_from, said.blind_until) == (seen_to, site.wall.at)
    assert (said.due, said.cases) == (len(site.station.rows()) - rows, len(CASES))
    assert said.due > 0
    assert f"bij {len(CASES)} gezinnen" in said.text
    site.close()

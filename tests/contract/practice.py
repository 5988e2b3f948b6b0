"""A region to practise on: two made-up families in a ledger, and the radar that watches them, on 25 November 2026."""

import random
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ledger.application import Ledger
from ledger.database import open_database
from ledger.record import Record, decode
from ledger.sealing import FileKeyStore
from services.board.access.line import Look
from services.board.access.looks import LookLog
from services.intake.pipeline import Pipeline
from services.intake.testing import Desk, report, sent
from tests.property.radar_world import Station, World
from waakvlam.clock import FixedClock, micros_of

NOW = "2026-11-25T09:00:00+01:00"
CLOCK = f"start={NOW};anchor=9999999999;rate=1;until={NOW}"  # a clock that stands still there
VT, TEAM = "veilig-thuis-groningen", "team-groningen"
MINUTE = 60_000_000
RECORDS_MAX = 100

# The event that opens a case names it: these are the cases 84E6-6302 and 008D-9011.
FIRST, SECOND = "voorbeeld-2", "voorbeeld-3"
# When, who, of which case, what, and what it says. Each is told a minute later.
TOLD: tuple[tuple[str, str, str, str, dict[str, Any]], ...] = (
    ("2026-11-02T10:15", VT, FIRST, "report_received", {"report_id": "r-1"}),
    (
        "2026-11-05T14:00",
        VT,
        FIRST,
        "safety_assessed",
        {"report_id": "r-1", "urgency": "orange", "acute_unsafe": False, "structural_unsafe": True, "persons": []},
    ),
    (
        "2026-11-05T14:30",
        VT,
        FIRST,
        "triage_decided",
        {"report_id": "r-1", "decision": "direct_handover", "protocol": "1"},
    ),
    ("2026-11-05T15:00", VT, FIRST, "reporter_informed", {"report_id": "r-1"}),
    ("2026-11-05T15:10", VT, FIRST, "household_informed", {"report_id": "r-1"}),
    (
        "2026-11-06T09:30",
        VT,
        FIRST,
        "handover_offered",
        {"handover_id": "o-1", "to_agency": TEAM, "after": "assessment"},
    ),
    ("2026-11-09T11:00", TEAM, FIRST, "handover_accepted", {"handover_id": "o-1", "after": "assessment"}),
    ("2026-11-11T16:00", TEAM, FIRST, "first_contact_made", {}),
    ("2026-11-12T10:00", TEAM, FIRST, "director_assigned", {"director": "mdw-voorbeeld-4"}),
    ("2026-11-19T09:00", VT, SECOND, "report_received", {"report_id": "r-2", "municipality": "1966"}),
    (
        "2026-11-20T11:00",
        VT,
        SECOND,
        "condition_set",
        {"condition_id": "vw-1", "check_on": date(2026, 12, 18), "check_by": "school"},
    ),
    ("2026-11-23T16:00", VT, SECOND, "condition_broken", {"condition_id": "vw-1"}),
)


def fill(folder: Path, *, ledger: str = "", radar: str = "") -> None:
    """Fill a ledger and a radar: those at these addresses, else `ledger.db` and `radar.db` in the folder."""
    folder.mkdir(exist_ok=True)
    world = World(random.Random(0))
    for record in _recorded(folder, ledger or f"sqlite:///{folder / 'ledger.db'}"):
        world.histories.setdefault(record.case, []).append(record)
        world.ledger.append(record)
    station = Station(world, folder, url=radar)
    station.finish(micros_of(datetime.fromisoformat(NOW)))
    station.view.close()


def _recorded(folder: Path, url: str) -> list[Record]:
    """Tell everything at the door of a ledger; return what was recorded."""
    clock = FixedClock(0)
    cases: dict[str, str | None] = {}
    with (
        closing(FileKeyStore(folder / "keys.db", clock=clock)) as keys,
        closing(Ledger.open(url, clock=clock, keys=keys)) as opened,
    ):
        desk = Desk(opened, clock, Pipeline(opened, clock=clock))
        for number, (when, agency, opener, name, fields) in enumerate(TOLD, 1):
            at = micros_of(datetime.fromisoformat(f"{when}:00+01:00"))
            clock.at = at + MINUTE
            more = {"at": at, "case": cases.get(opener), **fields}
            opening = name == "report_received"
            told = report(agency, opener, **more) if opening else sent(agency, name, f"feit-{number}", **more)
            (receipt,) = desk.take(told)
            assert receipt.verdict == "accepted", receipt
            cases.setdefault(opener, receipt.case)
        return [decode(one.body) for one in opened.notifications(after=0, limit=RECORDS_MAX)]


def fill_looks(folder: Path) -> None:
    """Make a look log in a folder: somebody opened a case, and an hour later a list in which it stands with another one."""
    clock = FixedClock(micros_of(datetime.fromisoformat("2026-11-24T11:30:00+01:00")))
    case, other = "0a90f8fc-1234-5678-8abc-000000000001", "1b90f8fc-1234-5678-8abc-000000000002"
    purpose = "Volgen of afspraken over de casus worden nagekomen"
    said = {
        "person": "mdw-1",
        "roles": "monitor",
        "behalf": "Veilig Thuis",
        "activity": "monitoren",
        "purpose": purpose,
    }
    with closing(open_database(f"sqlite:///{folder}/looks.db")) as database:
        log = LookLog(database, clock)
        log.add([Look(case_id=case, name="see_case", **said)])
        clock.at += 60 * MINUTE
        log.add_list(Look(case_id="", name="see_alerts", **said), [case, other])

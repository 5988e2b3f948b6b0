"""A region of the simulation that comes to rest between two things that are told: for drills of what operators do."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from cli import restore as restoring
from cli.settings import Settings
from ledger import record as ledger_record
from ledger.application import Ledger
from ledger.database import open_database
from ledger.sealing import FileKeyStore
from rulebook.replay import replay
from services.intake.testing import Sent, report, sent
from tests.simulation.bus import Bus
from tests.simulation.processes import AGREEMENTS, ROOT, Intake, Monitoring, Surroundings, Triage, one_thread
from waakvlam import receipt
from waakvlam.clock import FixedClock
from waakvlam.topics import agencies

DAY = 24 * 3600 * 1_000_000
START = 1_764_068_400_000_000
VT = "veilig-thuis-groningen"
ROUNDS_MAX = 400
ROUNDS_QUIET = 4
EVERYTHING = 1_000_000


class Region:
    """Services, bus and stores of one region; `tell` sends, `rest` lets all come to rest."""

    def __init__(self, folder: Path, address: Callable[[str], str]) -> None:
        self.clock, self.machine = FixedClock(START), FixedClock(START)
        self.folder, self.bus = folder, Bus(self.clock)
        self.around = Surroundings(self.bus, random.Random("drill"), folder, self.clock, self.machine, address)
        self.processes: list[Any] = []
        self.settings = Settings(
            data=folder,
            ledger=self.around.store("ledger"),
            radar=self.around.store("radar"),
            triage=self.around.store("triage"),
            board=f"sqlite:///{folder / 'board.db'}",
            agreements=ROOT / "agreements",
            intake_port=0,
            triage_port=0,
            monitoring_port=0,
            board_port=0,
        )

    def start(self) -> None:
        self.processes = [kind(self.around) for kind in (Intake, Triage, Monitoring)]
        for one in self.processes:
            one.start()

    def stop(self) -> None:
        for one in self.processes:
            one.kill()
        self.processes = []

    def tell(self, *records: Sent) -> None:
        for one in records:
            self.bus.write(one.topic, one.key, one.value, one.headers)
        self.rest()

    def rest(self) -> None:
        quiet = 0
        for _ in range(ROUNDS_MAX):
            for one in self.processes:
                one.turn(is_whole=True, is_first=True)
            self.clock.at += 1_000
            self.machine.at += 10_000
            quiet = quiet + 1 if all(one.is_quiet() for one in self.processes) else 0
            if quiet == ROUNDS_QUIET:
                return
        raise AssertionError("it does not come to rest")

    def ledger(self) -> Any:
        keys = FileKeyStore(self.folder / "keys.db", clock=self.clock)
        return closing(Ledger.open(self.around.store("ledger"), clock=self.clock, keys=keys))

    def told(self) -> dict[str, Any]:
        """Return what must be the same after the drill."""
        with self.ledger() as ledger:
            records = [ledger_record.decode(one.body) for one in ledger.notifications(after=0, limit=100_000)]
            assert list(ledger.verify_all()) == []
        with closing(open_database(self.around.store("radar"))) as database, database.reading() as t:
            due = dict(t.rows("SELECT case_id, next_due FROM radar"))
            alerts = sorted(t.rows("SELECT alert, nr, rule, raised_at FROM alerts WHERE closed_at IS NULL"))
            untold = t.value("SELECT count(*) FROM alerts WHERE raised_recorded_at IS NULL")
        lines = (json.dumps(one.line()) for one in records)
        rows = sorted(json.dumps(row, sort_keys=True) for row in replay(AGREEMENTS, lines, until=self.clock.at))
        return {
            "events": sorted((one.case, one.type, one.event_id) for one in records),
            "due": due,
            "open alerts": alerts,
            "untold": untold,
            "replay": [one for one in rows if json.loads(one)["closed_at"] is None],
        }

    def verdicts(self) -> dict[str, set[str]]:
        """Return what each sender was told of each of its events, in all receipts together."""
        found: dict[str, set[str]] = {}
        for place in self.bus.places(agencies()[VT].receipts):
            for one in self.bus.logs[place].since(0, EVERYTHING):
                told = receipt.decode(one.value or b"")
                if told.id and told.id.startswith(("e-", "c-")):  # not what intake says of the agency itself
                    found.setdefault(told.id, set()).add(told.verdict)
        return found

    def lose_everything(self, other: Callable[[str], str]) -> None:
        """Take all stores and keys away; databases of a server come back empty, under another name."""
        self.stop()
        for file in self.folder.iterdir():
            if file.is_file():
                file.unlink()
        if self.around.address("ledger"):
            self.around.stores.clear()
            self.around.address = other
            names = {name: self.around.store(name) for name in ("ledger", "radar", "triage")}
            self.settings = self.settings.model_copy(update=names)


@pytest.fixture
def address(request: pytest.FixtureRequest) -> Callable[[str], str]:
    if getattr(request, "param", "sqlite") == "sqlite":
        return lambda _: ""
    postgres = request.getfixturevalue("postgres")
    return lambda _: postgres()


@pytest.fixture
def region(tmp_path: Path, address: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Region]:
    (tmp_path / "data").mkdir()
    made = Region(tmp_path / "data", address)

    async def bounds_of(_: str, names: list[str], **__: Any) -> dict[Any, tuple[int, int]]:
        places = [place for name in names for place in made.bus.places(name)]
        return {place: (made.bus.logs[place].begin, made.bus.logs[place].end) for place in places}

    async def empty(_: str, names: list[str], **__: Any) -> int:
        for name in names:
            made.bus.empty(name)
        return 0

    async def records_between(_: str, spans: dict[Any, tuple[int, int]], **__: Any) -> dict[Any, Any]:
        return {place: made.bus.logs[place].since(begin, end - begin) for place, (begin, end) in spans.items()}

    monkeypatch.setattr(restoring, "bounds_of", bounds_of)
    monkeypatch.setattr(restoring, "records_between", records_between)
    monkeypatch.setattr(restoring, "empty", empty)
    monkeypatch.setattr(restoring, "topics_on", lambda _: [])
    with ExitStack() as stack:
        stack.enter_context(one_thread(made.around))
        stack.callback(made.stop)
        made.start()
        yield made


def family(number: int, region: Region) -> Sent:
    file = f"dossier-{number}"
    return report(VT, f"e-{number}", at=region.clock.at, persons=[f"psn-voorbeeld-{number}"], reference=file)


def erase(region: Region, number: int) -> str:
    """Close a family's case and have it erased by two; return the case."""
    file, at = f"dossier-{number}", region.clock.at
    region.tell(sent(VT, "case_closed", f"c-{number}", at=at, reference=file, reason="safe"))
    with region.ledger() as ledger, ledger.writing() as w:
        case = w.cases_by_alias([(VT, file)])[VT, file]
    ground = {"case": case, "ground": "bewaartermijn-verlopen"}
    region.tell(sent("board", "erasure_proposed", f"p-{number}", at=at, recorded_by="staff-1", **ground))
    confirmed = {"case": case, "proposal_id": f"p-{number}"}
    region.tell(sent("board", "erasure_confirmed", f"f-{number}", at=at, recorded_by="staff-2", **confirmed))
    return case

"""A board whose every deed goes through a real intake door, in one process: what it shows as recorded is in the ledger."""

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

from starlette.testclient import TestClient

from ledger.application import Ledger
from ledger.database import open_database
from ledger.metrics import registry
from ledger.sealing import FileKeyStore
from ledger.streams.records import Batch, Place
from rulebook.agreements import load
from rulebook.terms import Term
from services.board.agents import RECEIPTS, Reader
from services.board.app import pages_of
from services.board.desk import Desk
from services.board.doing.scene import Agreed
from services.board.kept import KeptBook
from services.board.live import Hub
from services.board.outbox import Seal
from services.board.outlook import Engine, Reasons
from services.board.overviews.book import Overviews, Rules
from services.board.pages.site import Board
from services.board.security import FormSigner
from services.board.store import Store
from services.intake import testing
from services.intake.pipeline import Pipeline
from waakvlam.clock import FixedClock, micros_of

AGREEMENTS = load(Path(__file__).parents[2] / "agreements")
AGREED = Agreed.by(AGREEMENTS)
VT, POLICE, TEAM, RADAR = "veilig-thuis-groningen", "politie-nn", "team-groningen", "radar"
NOW = micros_of(datetime(2026, 11, 24, 10, 30, tzinfo=UTC))
DAY = 24 * 3600 * 1_000_000
ANNA, BEN = "mdw-anna", "mdw-ben"
FILES = {name: f"sqlite:///{{folder}}/{name}.db" for name in ("ledger", "board")}
CANARY = "Kanarie-Verzonnen belde huilend"


class DoingSite:
    """A case at intake, a board beside it, and people who sit at it. While `holds`, what the board sends waits.

    `urls` says where ledger and view are; else they are files in the folder.
    """

    def __init__(self, folder: Path, urls: Mapping[str, str] = FILES) -> None:
        self.folder, self.clock, self.holds, self.offset = folder, FixedClock(NOW), False, 0
        self.keys = FileKeyStore(folder / "keys.db", clock=self.clock)
        self.ledger = Ledger.open(urls["ledger"].format(folder=folder), clock=self.clock, keys=self.keys)
        pipeline = Pipeline(self.ledger, clock=self.clock, ladders=AGREED.ladders, dangers=AGREED.dangers)
        self.door = testing.Desk(self.ledger, self.clock, pipeline)
        self.store = Store(open_database(urls["board"].format(folder=folder)))
        self.reader = Reader(self.store, self.ledger, changed=lambda: None)
        self.desk = Desk(self.reader.outbox, self.ledger, self.deliver, clock=self.clock, seal=Seal(b"geheim"))
        self.sent, self.receipts, self.numbers = [], [], 0
        self.case = self.tell("report_received", POLICE, **report("r-1"))

    def close(self) -> None:
        self.store.database.close()
        self.ledger.close()
        self.keys.close()

    # What happens elsewhere.

    def tell(self, name: str, agency: str = VT, *, at: int | None = None, by: str | None = None, **fields) -> str:
        """Tell a fact at the door and to the board; return its case. `at` is when it happened."""
        self.numbers += 1
        more = {"case": self.case} if hasattr(self, "case") and name != "report_received" else {}
        told = testing.sent(
            agency, name, f"evt-{self.numbers}", at=NOW - DAY if at is None else at, recorded_by=by, **more, **fields
        )
        receipt = self.door.take(told)[0]
        assert receipt.verdict == "accepted", receipt
        self.follow()
        return receipt.case

    def alert(self, rule: str, *, weight: int = 3, legal: bool = False, stage: str = "breach", instance="evt-1") -> str:
        """Raise an alert; return the id of the event that raised it."""
        self.tell(
            "alert_raised",
            RADAR,
            alert=f"alarm-{rule}",
            rule=rule,
            agreement="groningen",
            version=1,
            instance=instance,
            stage=stage,
            due="2026-11-23T23:00:00Z",
            row=1,
            because=[],
            to=["worker"],
            title=f"Titel van {rule}",
            why="Daarom.",
            weight=weight,
            legal=legal,
        )
        return f"evt-{self.numbers}"

    def follow(self) -> None:
        """Let the board hear all that the ledger holds."""
        self.reader.rebuild()

    async def deliver(self, parcels) -> None:
        """Bring what the board sends to the door."""
        self.sent += parcels
        if not self.holds:
            self.flow(parcels)

    def flow(self, parcels=None) -> None:
        """Let what was sent come to the door, and its receipts to the board."""
        letters = [testing.Sent(one.topic, one.key, one.value, one.headers) for one in parcels or self.sent]
        before = len(self.door.letters)
        self.receipts += self.door.take(*letters)
        rows = [row for row in self.door.letters[before:] if row.topic == RECEIPTS]
        self.offset += 1
        values = [row.value for row in rows]
        self.reader.handle(
            Batch(
                {
                    Place(RECEIPTS, 0): [
                        _Arrived(RECEIPTS, 0, self.offset * 100 + n, b"", v, []) for n, v in enumerate(values)
                    ]
                }
            )
        )
        self.follow()

    def deliver_soon(self) -> None:
        """Deliver at once."""
        asyncio.get_running_loop().create_task(self.desk.deliver())

    def is_fed(self) -> bool:
        return True

    def at(self, person: str) -> "Seat":
        """Let somebody sit down at the board."""
        return Seat(self, person)

    def last(self, name: str):
        """Return the last record of a type in the case."""
        return [one for one in self.ledger.history(self.case) if one.type == name][-1]

    def count(self, name: str) -> int:
        return sum(one.type == name for one in self.ledger.history(self.case))


class Seat:
    """Somebody at the board, in a browser of their own."""

    def __init__(self, site: DoingSite, person: str) -> None:
        self.site, self.person = site, person
        engine = Engine(AGREEMENTS, names={})
        board = Board(
            store=site.store,
            ledger=site.ledger,
            desk=site.desk,
            feed=site,
            hub=Hub(),
            clock=site.clock,
            staff=person,
            signer=FormSigner("geheim"),
            rulebook=engine,
            reasons=Reasons(site.store, site.ledger, engine),
            meters=registry("board"),
            agreed=AGREED,
            overviews=Overviews(
                site.store,
                site.ledger,
                Rules({}, [Term("working_days", 5)]),
                KeptBook(site.store.database),
                now=site.clock.micros,
            ),
        )
        self.app = pages_of(board)
        self.client = TestClient(self.app, base_url="http://127.0.0.1", follow_redirects=False)

    def address(self, action: str) -> str:
        return f"/zaak/{self.site.case}/doe/{action}"

    def open(self, action: str, over: str = ""):
        """Open the form of an action."""
        return self.client.get(self.address(action), params={"over": over} if over else {})

    def send(self, page, action: str, **fields):
        """Send a form that was opened, filled in so: what its page holds stays, unless it is named here."""
        given = {**filled_in(page.text), **{name.replace("__", "."): value for name, value in fields.items()}}
        return self.client.post(self.address(action), data=given)

    def do(self, action: str, over: str = "", /, **fields):
        """Open the form of an action and send it."""
        return self.send(self.open(action, over), action, **fields)

    def page(self) -> str:
        return self.client.get(f"/zaak/{self.site.case}").text


class _Arrived:
    def __init__(self, topic, partition, offset, key, value, headers) -> None:
        self.topic, self.partition, self.offset, self.key, self.value, self.headers = (
            topic, partition, offset, key, value, headers,
        )  # fmt: skip


def filled_in(text: str) -> dict[str, list[str]]:
    """Return what a browser would send for the form on a page when nobody touches it."""
    found: dict[str, list[str]] = {}
    body = text[text.index('<form class="doe"') :]
    for tag in re.findall(r"<input [^>]*>", body[: body.index("</form>")]):
        values = {name: unescape(value) for name, value in re.findall(r'([a-z]+)="([^"]*)"', tag)}
        if values["type"] in {"radio", "checkbox"} and " checked" not in tag:
            continue
        found.setdefault(values["name"], []).append(values.get("value", ""))
    for name, inside in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', body, re.DOTALL):
        chosen = re.findall(r'<option value="([^"]*)" selected', inside)
        found[name] = chosen or [""]
    for name, inside in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', body, re.DOTALL):
        found[name] = [unescape(inside)]
    return found


def report(number: str, **others):
    """Return what is told of a report about one fictitious person."""
    persons = [
        {"person": "psn-verzonnen-1", "role": "victim", "child": False, "birth_year": 1999, "age_group": "18_64"}
    ]
    return {
        "report_id": number,
        "channel": "phone",
        "reporter_capacity": "police",
        "violence_kinds": [],
        "acute": False,
        "incident_on": None,
        "doubly_anonymous": False,
        "persons": persons,
        **others,
    }

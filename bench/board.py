"""What the board costs with 50,000 open cases and 5,000 open alerts: its pages, news on a screen, and 100 staff at once.

    make bench ARGS=board
    make bench ARGS='board --cases 5000 --alerts 500 --staff 20'

The board runs as it does in earnest, in a process of its own; Kafka alone is left out. All staff have the list open and
listen for news all the time. Measured are the morning page when nothing was looked at before, the pages as staff ask for
them while others listen, and how long after an alert was folded into the view each open page is told of it. Times are
those of who asks, on the same cores; `server_cpu_seconds` is what a page costs the board's process, the news that it tells
meanwhile included. Prints one JSON object.
"""

import argparse
import asyncio
import json
import multiprocessing
import re
import tempfile
import threading
import time
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx
import uvicorn

from bench._board import AGREEMENTS, UNTIL, Pattern, fill, patterns, raised_now
from ledger.application import Ledger
from ledger.database import open_database
from ledger.metrics import registry
from ledger.streams.memory import spare_the_collector
from rulebook import agreements
from services.board.app import pages_of
from services.board.desk import Desk
from services.board.kept import KeptBook
from services.board.live import Hub
from services.board.outbox import Outbox
from services.board.outlook import Engine, Reasons
from services.board.overviews.book import Overviews, Rules
from services.board.pages.site import Board
from services.board.security import FormSigner
from services.board.store import Store
from waakvlam.clock import FixedClock
from waakvlam.topics import agencies

PAGES = {"morning_page": "/", "part_of_the_list": "/?toon=nieuw&gemeente=0014", "mine": "/?van=mij"}
ASKED, RAISED = 100, 10
PATIENCE_SECONDS = 60
CPU = "cpu"


class Quiet:
    """A feed without Kafka."""

    def is_fed(self) -> bool:
        """Say that the lists follow the bus."""
        return True

    def deliver_soon(self) -> None:
        """Send nothing."""


def serve(folder: Path, told: Connection, *, cases: int, alerts: int) -> None:
    """Fill view and ledger, run the board, and raise an alert whenever it is told to."""
    clock = FixedClock(UNTIL)
    found = patterns(folder, agreements.load(AGREEMENTS))
    ledger = Ledger.open(f"sqlite:///{folder / 'ledger.db'}", clock=clock)
    store, hub = Store(open_database(f"sqlite:///{folder / 'board.db'}")), Hub()
    began = time.perf_counter()
    events = fill(store, ledger, found, cases=cases, alerts=alerts)
    made = round(time.perf_counter() - began, 1)
    board = _board(store, ledger, hub, clock)

    @asynccontextmanager
    async def life(_: Any) -> Any:
        hub.bind(asyncio.get_running_loop())
        yield

    server = uvicorn.Server(
        uvicorn.Config(pages_of(board, life), host="127.0.0.1", port=0, log_config=None, timeout_graceful_shutdown=1)
    )
    spare_the_collector()
    threading.Thread(target=_obey, args=(server, told, store, hub, found[0]), daemon=True).start()
    told.send({"events_in_the_ledger": events, "made_in_seconds": made})
    server.run()


def _board(store: Store, ledger: Ledger, hub: Hub, clock: FixedClock) -> Board:
    async def nowhere(_: Any) -> None:
        """Deliver nothing."""

    rulebook = Engine.load(AGREEMENTS, names={one.id: one.name for one in agencies().values()})
    return Board(
        store=store,
        ledger=ledger,
        desk=Desk(Outbox(store.database), ledger, nowhere, clock=clock),
        feed=Quiet(),
        hub=hub,
        clock=clock,
        staff="mdw-1",
        signer=FormSigner(None),
        rulebook=rulebook,
        reasons=Reasons(store, ledger, rulebook),
        meters=registry("board"),
        overviews=Overviews(store, ledger, Rules.of(rulebook.agreements), KeptBook(store.database), now=clock.micros),
    )


def _obey(server: uvicorn.Server, told: Connection, store: Store, hub: Hub, pattern: Pattern) -> None:
    while not server.started:
        time.sleep(0.01)
    told.send(server.servers[0].sockets[0].getsockname()[1])
    for number in iter(told.recv, None):
        if number == CPU:
            told.send(time.process_time())
            continue
        raised_now(store, pattern, number)
        folded = time.monotonic()
        hub.tell()
        told.send(folded)
    server.should_exit = True


class Staff:
    """People with the list open: each listens, and notes when news came."""

    def __init__(self, client: httpx.AsyncClient, stand: str) -> None:
        self.client, self.stand = client, stand
        self.heard: list[list[float]] = []

    async def listen(self) -> None:
        """Keep one page's stream open and note the instant of each message in which something is new."""
        mine: list[float] = []
        self.heard.append(mine)
        async with self.client.stream("GET", f"/stroom?stand={self.stand}", timeout=None) as answer:
            said = ""
            async for line in answer.aiter_lines():
                if "<strong>" in line and line != said:
                    said = line
                    mine.append(time.monotonic())

    async def until(self, number: int) -> None:
        """Wait until everybody has heard so many news."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while any(len(one) < number for one in self.heard):
            assert time.monotonic() < deadline, "somebody was not told"
            await asyncio.sleep(0.005)


async def measure(port: int, told: Connection, *, staff: int) -> dict[str, object]:
    """Let all staff listen, ask for pages, and raise alerts."""
    limits = httpx.Limits(max_connections=staff + 10, max_keepalive_connections=staff + 10)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=60) as client:
        began = time.perf_counter()
        first = await client.get("/")
        cold = time.perf_counter() - began
        case = re.search(r"/zaak/([0-9a-f-]{36})", first.text)
        stand = re.search(r"stand=(\d+)", first.text)
        assert case is not None, f"no list: {first.status_code}"
        assert stand is not None, "the list names no point to go on from"
        people = Staff(client, stand[1])
        listening = [asyncio.ensure_future(people.listen()) for _ in range(staff)]
        await asyncio.sleep(2)
        pages = {**PAGES, "page_of_a_case": f"/zaak/{case[1]}"}
        asked = {name: await asked_often(client, told, path) for name, path in pages.items()}
        waits = [wait for number in range(1, RAISED + 1) for wait in await raised(told, people, number)]
        together = await asyncio.gather(*(timed(client, "/") for _ in range(staff)))
        for one in listening:
            one.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
    return {
        "first_morning_page_seconds": round(cold, 3),
        **asked,
        "all_ask_for_the_morning_page_at_once": spread(list(together)),
        "from_folded_to_told_to_all": spread(waits),
    }


async def asked_often(client: httpx.AsyncClient, told: Connection, path: str) -> dict[str, float]:
    """Ask for a page again and again; return how long that took, and what it cost the board's process each time."""
    before = await _cpu(told)
    took = [await timed(client, path) for _ in range(ASKED)]
    return {**spread(took), "server_cpu_seconds": round((await _cpu(told) - before) / ASKED, 4)}


async def _cpu(told: Connection) -> float:
    told.send(CPU)
    return float(await asyncio.to_thread(told.recv))


async def raised(told: Connection, people: Staff, number: int) -> list[float]:
    """Raise an alert; return how long it took until each page was told."""
    told.send(number)
    folded = await asyncio.to_thread(told.recv)
    await people.until(number)
    return [max(0.0, one[number - 1] - folded) for one in people.heard]


async def timed(client: httpx.AsyncClient, path: str) -> float:
    """Return how long a page took, as who asks for it sees."""
    began = time.perf_counter()
    answer = await client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return time.perf_counter() - began


def spread(seconds: list[float]) -> dict[str, float]:
    """Return the median, the 95th percentile and the worst, in seconds."""
    return {
        "median_seconds": round(median(seconds), 4),
        "p95_seconds": round(quantiles(seconds, n=20)[-1], 4),
        "max_seconds": round(max(seconds), 4),
    }


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=50_000, help="how many open cases")
    parser.add_argument("--alerts", type=int, default=5_000, help="how many of their alerts are open")
    parser.add_argument("--staff", type=int, default=100, help="how many people have the list open")
    given = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    with tempfile.TemporaryDirectory() as name:
        work = {"cases": given.cases, "alerts": given.alerts}
        board = context.Process(target=serve, args=(Path(name), theirs), kwargs=work, daemon=True)
        board.start()
        try:
            made, port = mine.recv(), mine.recv()
            found = asyncio.run(measure(port, mine, staff=given.staff))
            mine.send(None)
            board.join(PATIENCE_SECONDS)
        finally:
            board.kill()
    print(json.dumps({**vars(given), **made, **found}))


if __name__ == "__main__":
    main()

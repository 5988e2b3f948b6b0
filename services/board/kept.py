"""How agreements are kept, counted anew each day over the whole ledger, in a process of its own that gives way to others.

    python -m services.board.kept            # count now, and keep it where WAAKVLAM_BOARD says

A page cannot replay two years of a region, and the board's own process must not: it counts for minutes. Only figures as
they may be told are kept, never the exact counts.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType

from ledger import logs
from ledger.application import Ledger
from ledger.database import Database, open_database
from ledger.record import decode
from rulebook.agreements import Agreements, load
from rulebook.figures import Figure, figures
from rulebook.instants import local_day
from rulebook.outcomes import outcomes
from services.board.rounds import Rounds
from services.board.settings import BoardSettings

log = logs.logger(__name__)
PAGE = 2_000
GIVES_WAY = 10  # niceness: whoever serves a page goes first
TABLE = (
    "CREATE TABLE IF NOT EXISTS board_kept (one bigint PRIMARY KEY, counted_at bigint NOT NULL, figures text NOT NULL)"
)
_KEEP = """INSERT INTO board_kept VALUES (1, ?, ?)
    ON CONFLICT (one) DO UPDATE SET counted_at = excluded.counted_at, figures = excluded.figures"""


@dataclass(frozen=True, slots=True)
class KeptFigures:
    """The figures of a day, and the instant at which they were counted; 0 while they never were."""

    counted_at: int = 0
    figures: tuple[Figure, ...] = ()


class KeptBook:
    """Where the figures are kept; what was read is remembered until it is counted again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create((TABLE,))
        self._last = KeptFigures()

    def read(self) -> KeptFigures:
        """Return the figures that were counted last."""
        with self._database.reading() as t:
            at = int(t.value("SELECT counted_at FROM board_kept WHERE one = 1") or 0)
            if at == self._last.counted_at:
                return self._last
            text = str(t.value("SELECT figures FROM board_kept WHERE one = 1"))
        self._last = KeptFigures(at, tuple(Figure(**one) for one in json.loads(text)))
        return self._last

    def write(self, found: KeptFigures) -> None:
        """Keep figures; those of before are gone."""
        with self._database.transaction() as t:
            t.execute(_KEEP, (found.counted_at, json.dumps([one.as_json() for one in found.figures])))

    def is_due(self, now: int) -> bool:
        """Tell whether the day is over of which the figures are."""
        return local_day(self.read().counted_at) < local_day(now)


def count(ledger: Ledger, agreements: Agreements, now: int) -> KeptFigures:
    """Count over everything that the ledger holds; it takes about a minute for each million events."""
    return KeptFigures(now, tuple(figures(outcomes(agreements, _lines(ledger), now), agreements)))


def _lines(ledger: Ledger) -> Iterator[str]:
    after = 0
    while page := ledger.notifications(after=after, limit=PAGE):
        for one in page:
            yield json.dumps(decode(one.body).line())
        after = page[-1].position


class Counter(Rounds):
    """Has the figures counted once a day, by a process of its own, which ends when this does."""

    def __init__(self, book: KeptBook, settings: BoardSettings, *, now: Callable[[], int]) -> None:
        self._book = book
        self._settings = settings
        self._now = now
        super().__init__(self._count_when_due)

    async def _count_when_due(self) -> None:
        if await asyncio.to_thread(self._book.is_due, self._now()):
            await self._count()

    async def _count(self) -> None:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.board.kept", env={**os.environ, **surroundings(self._settings)}
        )
        try:
            code = await child.wait()
        finally:
            if child.returncode is None:
                child.terminate()
                await child.wait()
        if code:
            log.warning("figures_not_counted", exit_code=code)


def surroundings(settings: BoardSettings) -> MappingProxyType[str, str]:
    """Return what a process of its own must be told to count the same ledger by the same agreements."""
    told = {
        "WAAKVLAM_LEDGER": settings.ledger,
        "WAAKVLAM_BOARD": settings.board,
        "WAAKVLAM_AGREEMENTS": str(settings.agreements),
        "WAAKVLAM_CLOCK": settings.clock,
    }
    return MappingProxyType(told)


def main() -> int:
    """Count, and keep it."""
    os.nice(GIVES_WAY)
    settings = BoardSettings()
    clock = settings.time()
    ledger = Ledger.open(settings.ledger, clock=clock, keys=None)
    database = open_database(settings.board)
    try:
        KeptBook(database).write(count(ledger, load(settings.agreements), clock.micros()))
    finally:
        database.close()
        ledger.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

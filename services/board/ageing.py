"""What has ended at the board is thrown away when its term is over: sessions, and logins that nobody came back to.

The terms are data (`agreements/retention`). Once a day they are looked at, and the transaction that throws away
sets down what it did: the kind, how many, what ended before which instant, and the term with its source. Nothing in it is
about anybody, a day without anything is set down too, and lines are only ever added.

The outbox is not among it, though its messages have their answer: ids of later deeds and the board's own numbers are
counted from its rows (`services.board.desk`).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ledger import errors, logs
from ledger.database import Database, Statements
from ledger.retention import Age, age_of
from rulebook.instants import local_day
from services.board.access.adding import only_added
from services.board.rounds import Rounds
from waakvlam.clock import Clock

NAME: Final = "thrown_away"
TABLE: Final = f"""CREATE TABLE IF NOT EXISTS {NAME} (
    id SERIAL KEY, at bigint NOT NULL, kind text NOT NULL, number bigint NOT NULL, ended_before bigint NOT NULL,
    days bigint NOT NULL, source text NOT NULL)"""
_DAY: Final = 86_400_000_000

log = logs.logger(__name__)

# Throws away what of a kind ended before an instant (micros), inside a transaction; returns how many that were.
Forget = Callable[[Statements, int], int]


@dataclass(frozen=True, slots=True)
class Thrown:
    """What was thrown away at one time: so many of a kind, which had ended before an instant (micros)."""

    at: int
    kind: str
    number: int
    ended_before: int
    days: int
    source: str


class Shelf:
    """One database with the kinds that are kept in it, each with how it is thrown away; the clock is that of its rows."""

    def __init__(self, database: Database, clock: Clock, kinds: Mapping[str, Forget]) -> None:
        self._database, self._clock, self._kinds = database, clock, kinds
        database.create([TABLE])
        only_added(database, [NAME])

    def tidy(self, ages: Sequence[Age]) -> list[Thrown]:
        """Throw away what is over, each kind once a day; return what was done. A second board does nothing twice."""
        now = self._clock.micros()
        done = []
        for kind, forget in self._kinds.items():
            if age := age_of(ages, kind, local_day(now)):
                done += self._tidied(forget, age, now)
        return done

    def thrown(self) -> list[Thrown]:
        """Return all that was ever set down, oldest first."""
        with self._database.reading() as t:
            return [Thrown(*row) for row in t.rows(_ASKED)]

    def _tidied(self, forget: Forget, age: Age, now: int) -> list[Thrown]:
        before = now - age.days * _DAY
        with self._database.transaction() as t:
            last = t.value(f"SELECT max(at) FROM {NAME} WHERE kind = ?", (age.kind,))  # noqa: S608 - our own name
            if last is not None and local_day(int(last)) >= local_day(now):
                return []
            one = Thrown(now, age.kind, forget(t, before), before, age.days, age.source)
            row = (one.at, one.kind, one.number, one.ended_before, one.days, one.source)
            t.execute(f"INSERT INTO {NAME} ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", row)  # noqa: S608 - our own names
        log.info("thrown_away", kind=one.kind, count=one.number, days=one.days)
        return [one]


class Ageing(Rounds):
    """Looks at a shelf every ten minutes, whether a new day has come."""

    def __init__(self, shelf: Shelf, ages: Sequence[Age]) -> None:
        self._shelf, self._ages = shelf, ages
        super().__init__(self._tidy)

    async def _tidy(self) -> None:
        try:
            await asyncio.to_thread(self._shelf.tidy, self._ages)
        except errors.LedgerError as error:  # nothing was thrown away; it is due at the next look as well
            log.warning("not_thrown_away", exc_info=error)


_COLUMNS: Final = "at, kind, number, ended_before, days, source"
_ASKED: Final = f"SELECT {_COLUMNS} FROM {NAME} ORDER BY id"  # noqa: S608 - our own names

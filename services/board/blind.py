"""When the radar saw nothing: kept from its event, and said on the morning page for a day."""

from dataclasses import dataclass

from ledger.database import Database, Statements
from ledger.record import Record
from ledger.words import moment
from waakvlam.clock import micros_of
from waakvlam.codec import decode

TABLE = """CREATE TABLE IF NOT EXISTS board_blind (
    event_id text PRIMARY KEY, blind_from bigint NOT NULL, blind_until bigint NOT NULL,
    due bigint NOT NULL, cases bigint NOT NULL, recorded_at bigint NOT NULL)"""
SHOWN_FOR = 24 * 3600 * 1_000_000
SHOWN_MAX = 3


@dataclass(frozen=True, slots=True)
class Blind:
    """A time in which the radar saw nothing; times are micros."""

    blind_from: int
    blind_until: int
    due: int
    cases: int

    @property
    def text(self) -> str:
        """The sentence for the people who work with the list."""
        families = "1 gezin" if self.cases == 1 else f"{self.cases} gezinnen"
        terms = "er liep in die tijd geen termijn af"
        if self.due:
            counted = "1 termijn liep" if self.due == 1 else f"{self.due} termijnen liepen"
            terms = f"{counted} in die tijd af, bij {families}. Kijk daar eerst naar"
        return f"Het systeem zag niets van {moment(self.blind_from)} tot {moment(self.blind_until)}; {terms}."


def keep(t: Statements, record: Record) -> None:
    """Keep what the radar told of itself; a second time changes nothing."""
    _, told = decode(record.payload)
    row = (
        record.event_id,
        micros_of(told["blind_from"]),
        micros_of(told["blind_until"]),
        told["due"],
        told["case_count"],
        record.recorded_at,
    )
    t.execute("INSERT INTO board_blind VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING", row)


def lately(database: Database, *, now: int) -> list[Blind]:
    """Return the last times that were told within a day, the newest first."""
    sql = """SELECT blind_from, blind_until, due, cases FROM board_blind WHERE recorded_at > ?
             ORDER BY blind_until DESC LIMIT ?"""
    with database.reading() as t:
        return [Blind(*row) for row in t.rows(sql, (now - SHOWN_FOR, SHOWN_MAX))]

"""When the radar saw nothing: kept from its event, and said on the morning page for a day."""

from dataclasses import dataclass

from ledger.database import Database, Statements
from ledger.record import Record
from services.board.language import moment, say
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
        families = say("1 gezin") if self.cases == 1 else say("{count} gezinnen", count=self.cases)
        begin, end = moment(self.blind_from), moment(self.blind_until)
        if not self.due:
            return say(
                "Het systeem zag niets van {begin} tot {end}; er liep in die tijd geen termijn af.",
                begin=begin,
                end=end,
            )
        terms = say("1 termijn liep") if self.due == 1 else say("{count} termijnen liepen", count=self.due)
        return say(
            "Het systeem zag niets van {begin} tot {end}; {terms} in die tijd af, bij {families}. Kijk daar eerst naar.",
            begin=begin,
            end=end,
            terms=terms,
            families=families,
        )


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

"""The board's view made anew from the ledger's log, in a place beside the live one.

What is read comes from `services.board.stretches`. Folded is as the reader does it, by the same `fold_record`, but in memory: what can still change is held there, the rest goes
to the table in bulk. What the overviews count, and what people said of alerts, is kept by the reader's own statements, in a
database of this process: a statement for each event is a journey to the server for each on PostgreSQL, thirty times as slow.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ledger.bulk import load
from ledger.database import Database, Statements
from ledger.record import Record
from services.board import blind, counting, marks
from services.board.agents import fold_record
from services.board.emptying import empty as throw_away
from services.board.folding import FOLDED
from services.board.store import ALERT, TABLES, AlertRow, alert_values
from services.board.stretches import Stretch

_KEPT = (*counting.NAMES, *marks.NAMES)
DERIVED = ("board_stand", "board_cases", "board_alerts", "board_blind", *_KEPT)
CLOSED_HELD_MAX = 5_000
_COLUMNS = f"{ALERT}, closed_at, outcome, raised_seq, changed_seq"
_TOLD = "CREATE TABLE IF NOT EXISTS board_told (event_id text PRIMARY KEY, at bigint NOT NULL)"


@dataclass(slots=True)
class _Held:
    row: AlertRow
    raised_seq: int
    changed_seq: int
    closed_at: int | None = None
    outcome: str | None = None

    def values(self) -> tuple[Any, ...]:
        return *alert_values(self.row), self.closed_at, self.outcome, self.raised_seq, self.changed_seq


class MemoryFold:
    """What a `Fold` does, in memory."""

    def __init__(self) -> None:
        self.seq = 0
        self.open: dict[str, list[_Held]] = {}  # by alert
        self.closed: list[_Held] = []
        self.told: list[tuple[str, int]] = []
        self.blind: list[Record] = []

    def raise_alert(self, row: AlertRow) -> None:
        """Add an open alert."""
        self.seq += 1
        self.open.setdefault(row.alert, []).append(_Held(row, self.seq, self.seq))

    def close_alert(self, alert: str, *, at: int, outcome: str) -> None:
        """Close the open rows of an alert."""
        self.seq += 1
        for held in self.open.pop(alert, ()):
            held.closed_at, held.outcome, held.changed_seq = at, outcome, self.seq
            self.closed.append(held)

    def acknowledge(self, alert: str, *, at: int, by: str | None, next_step_on: str | None) -> None:
        """Note that somebody picked an alert up."""
        self.seq += 1
        for held in self.open.get(alert, ()):
            row, held.changed_seq = held.row, self.seq
            held.row = replace(
                row,
                acknowledged_at=at,
                acknowledged_by=by,
                next_step_on=next_step_on,
                acknowledgements=row.acknowledgements + 1,
            )

    def pass_turn(self, alert: str, *, turn: str) -> None:
        """Note whose turn it is now."""
        self.seq += 1
        for held in self.open.get(alert, ()):
            held.row, held.changed_seq = replace(held.row, turn=turn), self.seq

    def hand_over(self, alert: str) -> None:
        """Note that an alert was handed to a colleague; to whom stands in `marks`."""
        self.seq += 1
        for held in self.open.get(alert, ()):
            held.changed_seq = self.seq

    def recorded(self, event_id: str, *, at: int) -> None:
        """Note that something that a board sent stands in the ledger."""
        self.told.append((event_id, at))

    def was_blind(self, record: Record) -> None:
        """Note what the radar told of itself."""
        self.blind.append(record)


class Aside:
    """What is counted and marked, in a database of this process until it is stored; beyond some size a file without a name."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        self.t = Statements(self._connection.cursor(), postgres=False)
        for statement in (*counting.TABLES, *marks.TABLES):
            self.t.execute(statement)
        self.t.execute("BEGIN")  # and never an end: nobody else reads it, and it is gone with the process

    def store(self, t: Statements) -> None:
        """Put all of it in the place of what was stored before."""
        for name in _KEPT:
            cursor = self._connection.execute(f"SELECT * FROM {name}")  # noqa: S608 - our own names
            t.execute(f"DELETE FROM {name}")  # noqa: S608
            load(t, name, ", ".join(column for column, *_ in cursor.description), cursor)


class Builder:
    """Fills the new view. `take` stretches in the order of the log, `store` what is left; more may be taken after it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._fold = MemoryFold()
        self._versions: dict[str, int] = {}
        self._changed: dict[str, int] = {}
        self._aside = Aside()
        self._has_stored_open = False
        database.create([*(one for one in TABLES if one.startswith("CREATE TABLE")), _TOLD])

    def take(self, stretch: Stretch) -> None:
        """Fold the next stretch of the log."""
        self._changed |= stretch.versions
        t = self._aside.t
        counted = counting.Counting(t, stretch.heard)
        for record in stretch.records():
            counted.keep(record)
            marks.note(t, record)
            if record.type in FOLDED:
                fold_record(self._fold, record)
        counted.finish()
        if len(self._fold.closed) >= CLOSED_HELD_MAX:
            with self._database.transaction() as t:
                self._store_closed(t)

    def store(self) -> None:
        """Write everything that was taken."""
        fold, changed = self._fold, self._changed
        with self._database.transaction() as t:
            self._store_closed(t)
            self._aside.store(t)
            load(t, "board_alerts", _COLUMNS, [one.values() for some in fold.open.values() for one in some])
            self._has_stored_open = bool(fold.open)
            load(t, "board_told", "event_id, at", dict(fold.told).items())
            for record in fold.blind:
                blind.keep(t, record)
            t.execute_in(
                "DELETE FROM board_cases WHERE case_id {in}", [one for one in changed if one in self._versions]
            )
            load(t, "board_cases", "case_id, version", changed.items())
            t.execute("DELETE FROM board_stand")
            t.execute("INSERT INTO board_stand VALUES (1, ?)", (fold.seq,))
        self._versions |= changed
        self._changed, fold.told, fold.blind = {}, [], []

    def finish(self) -> None:
        """Make the indexes."""
        self._database.create([one for one in TABLES if one.startswith("CREATE INDEX")])

    def told(self) -> list[tuple[str, int]]:
        """Return which events of boards stand in the ledger, and since when."""
        with self._database.reading() as t:
            return [(event_id, at) for event_id, at in t.rows("SELECT event_id, at FROM board_told")]

    def _store_closed(self, t: Statements) -> None:
        """Store what closed. What was stored as open before goes: it closed since, or is stored again with the rest."""
        if self._has_stored_open:
            t.execute("DELETE FROM board_alerts WHERE closed_at IS NULL")
            self._has_stored_open = False
        load(t, "board_alerts", _COLUMNS, [one.values() for one in self._fold.closed])
        self._fold.closed = []


def go_on(t: Statements, told: Sequence[tuple[str, int]], *, stand: int) -> None:
    """Bring in line what stays of the live view: what staff sent is recorded, the number of the last change never goes back."""
    t.execute("UPDATE board_stand SET seq = ? WHERE seq < ?", (stand, stand))
    t.executemany(
        """UPDATE board_outbox SET state = 'recorded', settled_at = ?, reason = NULL, value = ?, mark = ''
           WHERE event_id = ? AND state <> 'recorded'""",
        [(at, b"", event_id) for event_id, at in told],
    )


def empty(database: Database) -> None:
    """Throw away what can be read again; what staff did and the ledger did not tell back yet stays."""
    database.create(TABLES)
    with database.transaction() as t:
        throw_away(t)


# Beside the live view.

_KEYED = {
    "board_cases": ("case_id", "case_id, version"),
    "board_alerts": ("raised", f"raised, {ALERT}, closed_at, outcome"),
}


def rows_of(database: Database, table: str, *, page: int = 5_000) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table in order of their key, which comes first, without the numbers of changes."""
    key, columns = _KEYED[table]
    sql, after = f"SELECT {columns} FROM {table} WHERE {key} > ? ORDER BY {key} LIMIT ?", ""  # noqa: S608 - our own names
    while True:
        with database.reading() as t:
            found = t.rows(sql, (after, page))
        if not found:
            return
        yield from found
        after = found[-1][0]

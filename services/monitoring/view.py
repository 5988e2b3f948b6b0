"""The radar view in SQL: positions, cases and their facts (the rows of alerts stand in `alert_view.py`).

Methods that take `t` speak inside the caller's transaction, so that one batch has one. A case's row is changed only where it still
is what the writer read: who writes on old knowledge (a worker that lost its partition) changes nothing and is told so.
"""

# ruff: noqa: S608 - the texts that are put together are names of our own columns

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from ledger.database import Database, Row, Statements
from ledger.errors import Conflict, Fault, Fenced
from rulebook.event import Event
from services.monitoring import alert_view
from services.monitoring.records import CaseRow, Fact, Tally
from services.monitoring.tables import EMPTIED_ROWS, NAMES, SHAPE, SHAPE_TABLE, TABLES, UNWATCHED, WEIGHTS

CASE = (
    "case_id, part, municipality, phase, is_open, opened_at, last_at, version, learned, advanced_to, next_due, wake_at,"
    " weight, priority, open_alerts, uncovered, broken"
)
_CASE_MARKS = ", ".join("?" * 17)
_CASE_CHANGES = ", ".join(f"{name} = ?" for name in CASE.split(", ")[2:])


_WAKING = " UNION ALL ".join(  # one weight after the other: so each is read in the order of the index, and no further than asked
    f"SELECT * FROM (SELECT {CASE} FROM radar WHERE part = ? AND weight = {weight} AND wake_at <= ?"
    f" ORDER BY wake_at LIMIT ?) AS weight_{weight}"
    for weight in WEIGHTS
)
# Each is answered from an index, most of them from one that is empty while all is well.
_COUNTS = {
    "cases": "radar WHERE",
    "closed": "radar WHERE is_open = 0 AND",
    "emptied": f"radar WHERE {EMPTIED_ROWS} AND",
    "without_deadline": f"radar WHERE {UNWATCHED} AND",
    "uncovered": "radar WHERE is_open = 1 AND uncovered = 1 AND",
    "broken": "radar WHERE broken = 1 AND",
    "open_alerts": "alerts WHERE closed_at IS NULL AND",
    "undelivered": "alerts WHERE pending = 1 AND",
}


class Stale(Conflict):
    """A case's row is no longer what it was when it was read; nothing was written, the work can be done again."""


class RadarView:
    """The radar's own database. Everything in it can be computed again from the ledger.

    One of an older version is thrown away and filled again. One of a newer version is left alone, raising Fault: of two
    versions side by side each would throw away what the other made. `goes_back` throws that one away too.
    """

    def __init__(self, database: Database, *, goes_back: bool = False) -> None:
        self.transaction = database.transaction
        self.reading = database.reading
        self.close = database.close
        database.create(SHAPE_TABLE)
        with self.transaction() as t:
            _drop_other_shape(t, goes_back=goes_back)
        database.create(TABLES)

    # How far we have read.

    def positions(self, pairs: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Return the stored next offset for each (topic, partition) that has one."""
        wanted = set(pairs)
        with self.reading() as t:
            found = t.rows("SELECT topic, part, position FROM positions")
        return {(topic, part): position for topic, part, position in found if (topic, part) in wanted}

    def move(self, t: Statements, topic: str, partition: int, *, old: int | None, new: int) -> None:
        """Store how far a partition has been read; raises Fenced when another reader moved it in between."""
        if old is None:
            touched = t.execute(
                "INSERT INTO positions VALUES (?, ?, ?) ON CONFLICT (topic, part) DO NOTHING", (topic, partition, new)
            )
        else:
            touched = t.execute(
                "UPDATE positions SET position = ? WHERE topic = ? AND part = ? AND position = ?",
                (new, topic, partition, old),
            )
        if touched != 1:
            raise Fenced.because_moved(topic, partition, old)

    # The cases.

    def cases(self, t: Statements, cases: Iterable[str]) -> dict[str, CaseRow]:
        """Return the rows of these cases, those that exist."""
        found = t.rows_in(f"SELECT {CASE} FROM radar WHERE case_id {{in}}", cases)
        return {row[0]: case_row(row) for row in found}

    def waking(self, t: Statements, partition: int, until: int, limit: int) -> list[CaseRow]:
        """Return cases for which something is due, or can be learned, by now: the worst first, then the oldest.

        However many are due, no more rows are read than asked for of each weight.
        """
        found = [case_row(row) for row in t.rows(_WAKING, (partition, until, limit) * len(WEIGHTS))]
        found.sort(key=lambda row: (-row.weight, row.wake_at))
        return found[:limit]

    def write(self, t: Statements, changed: Sequence[tuple[CaseRow | None, CaseRow]]) -> None:
        """Store cases as (the row that was read, the row as it is now); raises Stale when one was not what was read."""
        new = [case_values(after) for before, after in changed if before is None]
        old = [(*case_values(after)[2:], after.case, before.version, before.learned, before.advanced_to)
               for before, after in changed if before is not None]  # fmt: skip
        touched = 0
        if new:
            touched += t.executemany(f"INSERT INTO radar ({CASE}) VALUES ({_CASE_MARKS})", new)
        if old:
            touched += t.executemany(
                f"UPDATE radar SET {_CASE_CHANGES} WHERE case_id = ? AND version = ? AND learned = ? AND advanced_to = ?",
                old,
            )
        if touched != len(changed):
            raise Stale(f"{len(changed) - touched} of {len(changed)} cases were changed by somebody else")

    # Their facts.

    def facts(self, t: Statements, cases: Iterable[str]) -> dict[str, list[Fact]]:
        """Return the stored facts of these cases, each list in order of version."""
        found: dict[str, list[Fact]] = {}
        for case, version, body in t.rows_in("SELECT case_id, version, body FROM facts WHERE case_id {in}", cases):
            found.setdefault(case, []).append(Fact(version, stored_event(case, body)))
        for facts in found.values():
            facts.sort(key=lambda fact: fact.version)
        return found

    def add_facts(self, t: Statements, facts: Iterable[Fact]) -> None:
        """Store facts; one that is there already stays as it is."""
        t.executemany(
            "INSERT INTO facts (case_id, version, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [(fact.event.case, fact.version, body_of(fact.event)) for fact in facts],
        )

    def strays(self, t: Statements, limit: int) -> list[str]:
        """Return cases of which facts are stored and no row."""
        sql = """SELECT case_id FROM facts WHERE version = 1
            AND NOT EXISTS (SELECT 1 FROM radar WHERE radar.case_id = facts.case_id) LIMIT ?"""
        return [case for (case,) in t.rows(sql, (limit,))]

    # All cases at once.

    def tally(self, partitions: Iterable[int]) -> Tally:
        """Return counts over all cases of these partitions, and over their alerts."""
        mine = list(partitions)
        with self.reading() as t:
            count = {
                name: sum(number for (number,) in t.rows_in(f"SELECT count(*) FROM {which} part {{in}}", mine))
                for name, which in _COUNTS.items()
            }
            unconfirmed, since = alert_view.awaiting(t, mine)
        closed = count.pop("closed")
        return Tally(**count, open_cases=count["cases"] - closed, unconfirmed=unconfirmed, unconfirmed_since=since)


def page(t: Statements, partitions: Iterable[int], after: str, limit: int) -> list[Row]:
    """Return the columns of the next cases in order of their id, those of these partitions."""
    return t.rows_in(
        f"SELECT {CASE} FROM radar WHERE case_id > ? AND part {{in}} ORDER BY case_id LIMIT {limit:d}",
        partitions,
        before=(after,),
    )


def is_same(stored: Event, event: Event) -> bool:
    """Tell whether an event, as it came, is the one that was stored."""
    return stored is event or body_of(stored) == body_of(event)


def empty(database: Database) -> None:
    """Throw the view away: monitoring fills it again from `case-events`."""
    with database.transaction() as t:
        for name in (*NAMES, "radar_shape"):
            t.execute(f"DROP TABLE IF EXISTS {name}")


def _drop_other_shape(t: Statements, *, goes_back: bool) -> None:
    """Drop tables of another shape than ours, of an older version of monitoring: they are filled again from the ledger."""
    found = t.value("SELECT max(shape) FROM radar_shape")
    if found == SHAPE:
        return
    if (found or 0) > SHAPE and not goes_back:
        raise Fault(
            f"the radar's view has shape {found}, of a newer version; this one knows shape {SHAPE}. Let the newer version do "
            "the work, or go back to this one for good: `waakvlam rebuild radar`, run by this version, makes the view anew"
        )
    for name in NAMES:
        t.execute(f"DROP TABLE IF EXISTS {name}")
    t.execute("DELETE FROM radar_shape")
    t.execute("INSERT INTO radar_shape VALUES (?)", (SHAPE,))


def case_row(row: tuple[Any, ...]) -> CaseRow:
    """Return the row of a case from its columns."""
    return CaseRow(*row)  # 0 and 1 serve as the truth values that they are


def case_values(row: CaseRow) -> tuple[Any, ...]:
    """Return a case's row as the columns of `CASE`."""
    return (
        row.case, row.partition, row.municipality, row.phase, int(row.is_open), row.opened_at, row.last_at, row.version,
        row.learned, row.advanced_to, row.next_due, row.wake_at, row.weight, row.priority, row.open_alerts,
        int(row.uncovered), int(row.broken),
    )  # fmt: skip


def body_of(event: Event) -> bytes:
    """Return a fact as it is stored."""
    return orjson.dumps(
        (event.id, event.type, event.agency, event.municipality, event.occurred_at, event.recorded_at, event.data)
    )


def stored_event(case: str, body: bytes) -> Event:
    """Return the event of a fact as it is stored."""
    event_id, event_type, agency, municipality, occurred_at, recorded_at, data = orjson.loads(body)
    return Event(
        id=event_id,
        type=event_type,
        case=case,
        agency=agency,
        municipality=municipality,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        data=data,
    )

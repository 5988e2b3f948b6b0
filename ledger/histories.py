"""Whole histories by the hundred, and the log with its columns: for whoever makes a view anew from all that there is.

with ledger.reading() as t:
    cases = histories.cases(t, after="", limit=200)
    for case, records in histories.of(t, cases).items(): ...
"""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from ledger import record
from ledger.database import Statements
from ledger.record import Record
from rulebook.event import Event


class Entry(NamedTuple):
    """One record in the order of the log, not decoded: `stream` is its case, or the agency's own where it has none."""

    position: int
    stream: str
    version: int
    type: str
    body: bytes


def cases(t: Statements, *, after: str, limit: int) -> list[str]:
    """Return the next cases in order of their id."""
    sql = "SELECT case_id FROM heads WHERE caseless = 0 AND case_id > ? ORDER BY case_id LIMIT ?"
    return [case for (case,) in t.rows(sql, (after, limit))]


def with_cases(t: Statements, streams: Iterable[str]) -> list[str]:
    """Return which of these streams are cases; the others are agencies' own, of events without a case."""
    found = t.rows_in("SELECT case_id FROM heads WHERE caseless = 0 AND case_id {in}", streams)
    return sorted(case for (case,) in found)


def of(t: Statements, cases: Iterable[str], *, types: Collection[str] | None = None) -> dict[str, list[Record]]:
    """Return the records of these cases, each list in order of version; with `types` only those, and no empty lists."""
    found: dict[str, list[Record]] = {}
    for case, body in _bodies(t, cases, types):
        found.setdefault(case, []).append(record.decode(body))
    return found


def events(t: Statements, cases: Iterable[str]) -> dict[str, list[tuple[int, Event]]]:
    """Return the events of these cases as (version, event), each list in order of version."""
    found: dict[str, list[tuple[int, Event]]] = {}
    for case, body in _bodies(t, cases, None):
        found.setdefault(case, []).append(record.event(body))
    return found


def _bodies(t: Statements, cases: Iterable[str], types: Collection[str] | None) -> Iterator[tuple[str, bytes]]:
    only = "" if types is None else f"topic IN ({', '.join('?' * len(types))}) AND "
    sql = (
        f"SELECT originator_id, state FROM stored_events WHERE {only}originator_id {{in}}"  # noqa: S608 - marks
        " ORDER BY originator_id, originator_version"
    )
    return ((case, bytes(body)) for case, body in t.rows_in(sql, cases, before=sorted(types or ())))


def total(t: Statements) -> int:
    """Return how many records all cases have together."""
    return int(t.value("SELECT sum(version) FROM heads WHERE caseless = 0") or 0)


def size(t: Statements, cases: Iterable[str]) -> int:
    """Return how many records these cases have together."""
    return sum(version for (version,) in t.rows_in("SELECT version FROM heads WHERE case_id {in}", cases))


def log(t: Statements, *, after: int, limit: int, until: int | None = None, bodies: bool = True) -> list[Entry]:
    """Return the entries at the positions after `after`, and up to `until` where there is one, in order.

    Without bodies, which are most of a ledger, that is much faster.
    """
    at, body = "notification_id" if t.postgres else "rowid", "state" if bodies else "NULL"
    end, values = ("", (after, limit)) if until is None else (f" AND {at} <= ?", (after, until, limit))
    sql = (
        f"SELECT {at}, originator_id, originator_version, topic, {body} FROM stored_events"  # noqa: S608 - our own names
        f" WHERE {at} > ?{end} ORDER BY {at} LIMIT ?"
    )
    return list(map(Entry._make, t.rows(sql, values)))

"""The traces beside the records: to which journey (W3C Trace Context) an event belongs, by its position in the ledger.

They are help for people who look for where time went, not facts: no record holds them, so no hash covers them. What came
without one, or before they were kept, has none. `span_id` is the step after which whoever reads the record goes on.

What is appended together stands in one row (a run): 25 bytes for each position from `first` on, ids and flag, zeros where
there is none (decision 47).
"""

from collections.abc import Iterable, Mapping

from ledger import tables
from ledger.database import Statements
from waakvlam.trace import Trace

_BYTES = 25
_NONE = bytes(_BYTES)
_TRACE, _SPAN = slice(0, 16), slice(16, 24)
_KEEP = "INSERT INTO trace_runs (first, body) VALUES (?, ?)"
_BETWEEN = """SELECT first, body FROM trace_runs WHERE first <= ? AND first >=
COALESCE((SELECT max(first) FROM trace_runs WHERE first <= ?), 0) ORDER BY first"""
_POSITIONS = "SELECT event_id, position FROM seen WHERE position IS NOT NULL AND event_id {in}"


def keep(statements: Statements, found: Mapping[int, Trace]) -> None:
    """Keep to which trace the record at each position belongs; all were appended in this transaction."""
    if not found:
        return
    first, last = min(found), max(found)
    body = b"".join(_packed(found.get(position)) for position in range(first, last + 1))
    statements.execute(_KEEP, (first, body))


def between(statements: Statements, *, after: int, through: int) -> dict[int, Trace]:
    """Return the traces of records at the positions after `after`, up to and with `through`, by position."""
    found: dict[int, Trace] = {}
    for first, body in statements.rows(_BETWEEN, (through, after + 1)):
        for position in range(max(first, after + 1), min(first + len(body) // _BYTES, through + 1)):
            begin = (position - first) * _BYTES
            if one := _unpacked(bytes(body[begin : begin + _BYTES])):
                found[position] = one
    return found


def of_events(statements: Statements, ids: Iterable[str]) -> dict[str, Trace]:
    """Return the traces of events, by event id; those that have none are left out."""
    asked = {tables.key(event_id): event_id for event_id in ids}
    placed = statements.rows_in(_POSITIONS, asked)
    found = {
        asked[event_id]: between(statements, after=position - 1, through=position).get(position)
        for event_id, position in placed
    }
    return {event_id: one for event_id, one in found.items() if one}


def _packed(one: Trace | None) -> bytes:
    if one is None:
        return _NONE
    return bytes.fromhex(f"{one.trace_id}{one.span_id}0{int(one.is_sampled)}")


def _unpacked(body: bytes) -> Trace | None:
    return None if body == _NONE else Trace(body[_TRACE].hex(), body[_SPAN].hex(), body[-1] == 1)

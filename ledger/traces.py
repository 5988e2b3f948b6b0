"""The traces beside the records: to which journey (W3C Trace Context) an event belongs, by its position in the ledger.

They are help for people who look for where time went, not facts: no record holds them, so no hash covers them. What came
without one, or before they were kept, has none. `span_id` is the step after which whoever reads the record goes on.
"""

from collections.abc import Iterable

from ledger import tables
from ledger.database import Statements
from waakvlam.trace import Trace

_KEEP = "INSERT INTO traces (position, trace_id, span_id, sampled) VALUES (?, ?, ?, ?)"
_BETWEEN = "SELECT position, trace_id, span_id, sampled FROM traces WHERE position > ? AND position <= ?"
_OF_EVENTS = """SELECT s.event_id, t.trace_id, t.span_id, t.sampled FROM seen s JOIN traces t ON t.position = s.position
WHERE s.event_id {in}"""


def keep(statements: Statements, rows: Iterable[tuple[int, Trace]]) -> None:
    """Keep to which trace the record at each position belongs."""
    kept = [(position, one.trace_id, one.span_id, int(one.is_sampled)) for position, one in rows]
    if kept:
        statements.executemany(_KEEP, kept)


def between(statements: Statements, *, after: int, through: int) -> dict[int, Trace]:
    """Return the traces of records at the positions after `after`, up to and with `through`, by position."""
    return {position: _trace(*row) for position, *row in statements.rows(_BETWEEN, (after, through))}


def of_events(statements: Statements, ids: Iterable[str]) -> dict[str, Trace]:
    """Return the traces of events, by event id; those that have none are left out."""
    asked = {tables.key(event_id): event_id for event_id in ids}
    return {asked[event_id]: _trace(*row) for event_id, *row in statements.rows_in(_OF_EVENTS, asked)}


def _trace(trace_id: str, span_id: str, sampled: int) -> Trace:
    return Trace(trace_id, span_id, bool(sampled))

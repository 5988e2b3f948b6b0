"""The radar's tables filled with cases that were made anew, by the thousand, in a place beside the live ones.

What of an alert was told cannot be told from the case's facts alone: what came back from the ledger was told, anything else is
told after the switch, under the same id, so that nobody counts it twice.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ledger.bulk import load
from ledger.database import Database, Statements
from services.monitoring import alert_view
from services.monitoring.anew import Anew, StepKey, recorded_at
from services.monitoring.records import Turn
from services.monitoring.tables import DERIVED, SHAPE, SHAPE_TABLE, TABLES
from services.monitoring.view import CASE, body_of, case_values

FACT = "case_id, version, body"
ALERT = (
    f"{alert_view.ROW}, case_id, part, municipality, noticed_at, pending, awaiting_since, wait,"
    " raised_sent_at, closed_sent_at, raised_recorded_at, closed_recorded_at"
)
TURN = f"{alert_view.TURN}, case_id, part, sent_at, recorded_at"


def prepare(database: Database) -> None:
    """Make the tables, without the indexes: `RadarView` makes those, when all rows are there."""
    shape = f"INSERT INTO radar_shape VALUES ({SHAPE})"  # noqa: S608 - a number of our own
    database.create([*SHAPE_TABLE, shape, *(one for one in TABLES if one.startswith("CREATE TABLE"))])


def write(t: Statements, cases: Sequence[Anew], *, now: int) -> None:
    """Store cases that are not there yet; `now` is when people may first have noticed what was never told."""
    load(t, "radar", CASE, [case_values(one.row) for one in cases])
    facts = ((one.row.case, fact.version, body_of(fact.event)) for one in cases for fact in one.facts)
    load(t, "facts", FACT, facts)
    alerts: list[tuple[Any, ...]] = []
    turns: list[tuple[Any, ...]] = []
    for one in cases:
        came_back = recorded_at(one.recorded)
        alerts += _alerts(one, came_back, now)
        turns += _turns(one, came_back)
    load(t, "alerts", ALERT, alerts)
    load(t, "turns", TURN, turns)


def forget(t: Statements, cases: Iterable[str]) -> None:
    """Take cases out, to be written again."""
    wanted = list(cases)
    for name in DERIVED:
        t.execute_in(f"DELETE FROM {name} WHERE case_id {{in}}", wanted)  # noqa: S608 - our own names


def _alerts(case: Anew, came_back: Mapping[StepKey, int], now: int) -> Iterator[tuple[Any, ...]]:
    untold = {(one.alert, one.number) for one in case.turns if _turn_key(one) not in came_back}
    for row in case.alerts:
        raised, closed = came_back.get((*row.key, "raised", None)), came_back.get((*row.key, "closed", None))
        is_whole = raised is not None and (row.closed_at is None or closed is not None) and row.key not in untold
        yield (
            *alert_view.values(row), case.row.case, case.row.partition, case.row.municipality,
            now if raised is None else raised, int(not is_whole), None if is_whole else now,
            alert_view.FIRST_WAIT_MICROS, raised, closed, raised, closed,
        )  # fmt: skip


def _turns(case: Anew, came_back: Mapping[StepKey, int]) -> Iterator[tuple[Any, ...]]:
    for one in {(one.alert, one.number, one.kind, one.step, one.at): one for one in case.turns}.values():
        at = came_back.get(_turn_key(one))
        yield one.alert, one.number, one.kind, one.step, one.at, one.to, case.row.case, case.row.partition, at, at


def _turn_key(turn: Turn) -> StepKey:
    return turn.alert, turn.number, turn.kind, (turn.step, turn.at)

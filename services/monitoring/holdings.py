"""What the tables hold of cases, as it lies there: stamped at once, made into records only where somebody looks closer."""

# ruff: noqa: S608 - the texts that are put together are names of our own columns

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.database import Row, Statements
from services.monitoring import alert_view, view
from services.monitoring.records import CaseRow, Fact, NumberedRow, Turn

_PARTS = {
    "facts": "SELECT case_id, version, body FROM facts WHERE case_id {in}",
    "alerts": f"SELECT case_id, {alert_view.ROW} FROM alerts WHERE case_id {{in}}",
    "turns": f"SELECT case_id, {alert_view.TURN} FROM turns WHERE case_id {{in}}",
}


@dataclass(slots=True)
class Held:
    """All that is held of one case."""

    columns: Row
    facts: list[Row] = field(default_factory=list)
    alerts: list[Row] = field(default_factory=list)
    turns: list[Row] = field(default_factory=list)

    @property
    def case(self) -> str:
        """The case's id."""
        return str(self.columns[0])

    def stamp(self) -> int:
        """Return a number that changes with any column of any row. It holds within this process only."""
        parts = (self.facts, self.alerts, self.turns)
        return hash((self.columns, *(tuple(sorted(rows)) for rows in parts)))

    def row(self) -> CaseRow:
        """Return the case's row."""
        return view.case_row(self.columns)

    def told(self) -> list[Fact]:
        """Return its facts in order of version."""
        return [Fact(version, view.stored_event(case, body)) for case, version, body in sorted(self.facts)]

    def rows(self) -> Mapping[tuple[str, int], NumberedRow]:
        """Return the rows of its alerts, by (alert, number)."""
        rows = [alert_view.row_of(columns) for _, *columns in self.alerts]
        return {one.key: one for one in rows}

    def all_turns(self) -> list[Turn]:
        """Return everybody who was told of its alerts after their raising."""
        return [alert_view.turn_of(columns) for _, *columns in self.turns]


def page(t: Statements, partitions: Iterable[int], after: str, limit: int) -> list[Held]:
    """Return what is held of the next cases of these partitions, in order of their ids."""
    found: dict[Any, Held] = {columns[0]: Held(columns) for columns in view.page(t, partitions, after, limit)}
    for name, sql in _PARTS.items():
        for columns in t.rows_in(sql, found):
            getattr(found[columns[0]], name).append(columns)
    return list(found.values())

"""The rows of alerts in SQL: what was raised and closed, and what of it the world has been told.

A step of a row (raised, closed) goes one way only: it is written, delivered, marked as sent, and at last seen coming back
from the ledger. `pending` is 1 while a step was written and not marked.
"""

# ruff: noqa: S608 - the texts that are put together are names of our own columns

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from ledger.database import Statements
from services.monitoring.records import STEPS, CaseRow, NumberedRow, Step, Told, Undelivered

_ROW = (
    "alert, nr, rule, agreement, agreement_version, instance, stage, due, raised_at, closed_at, outcome, because, told_to,"
    " weight"
)
_INSERT = f"""INSERT INTO alerts ({_ROW}, case_id, part, municipality, noticed_at, early, pending)
    VALUES ({", ".join("?" * 20)})
    ON CONFLICT (alert, nr) DO UPDATE SET closed_at = excluded.closed_at, outcome = excluded.outcome,
        pending = CASE WHEN alerts.raised_sent_at IS NULL
            OR (excluded.closed_at IS NOT NULL AND alerts.closed_sent_at IS NULL) THEN 1 ELSE 0 END"""
_SETTLE = """UPDATE alerts SET pending = CASE WHEN raised_sent_at IS NULL
    OR (closed_at IS NOT NULL AND closed_sent_at IS NULL) THEN 1 ELSE 0 END WHERE alert = ? AND nr = ?"""
_SENT: Mapping[Step, str] = {
    step: f"UPDATE alerts SET {step}_sent_at = COALESCE({step}_sent_at, ?) WHERE alert = ? AND nr = ?" for step in STEPS
}
_RECORDED: Mapping[Step, str] = {
    step: f"UPDATE alerts SET {step}_recorded_at = ? WHERE alert = ? AND nr = ?" for step in STEPS
}


def write(
    t: Statements, rows: Sequence[tuple[CaseRow, NumberedRow]], *, noticed_at: int, early: frozenset[int]
) -> None:
    """Store new and changed rows, each with its case; what was told of a row stays told.

    `early` are the partitions whose horizon was not known: their rows were raised because nobody could say that nothing came.
    """
    t.executemany(
        _INSERT,
        [
            (*_values(row), case.case, case.partition, case.municipality, noticed_at, int(case.partition in early), 1)
            for case, row in rows
        ],
    )


def of_cases(t: Statements, cases: Iterable[str]) -> dict[str, dict[tuple[str, int], NumberedRow]]:
    """Return all rows of these cases, by case and by (alert, number)."""
    found: dict[str, dict[tuple[str, int], NumberedRow]] = {}
    for case, *columns in t.rows_in(f"SELECT case_id, {_ROW} FROM alerts WHERE case_id {{in}}", cases):
        row = _row(columns)
        found.setdefault(case, {})[row.alert, row.number] = row
    return found


def undelivered(t: Statements, partitions: Iterable[int], limit: int) -> list[Undelivered]:
    """Return rows with something untold: those that weigh most first, then in order of raising."""
    found = t.rows_in(
        f"SELECT case_id, municipality, noticed_at, raised_sent_at, closed_sent_at, {_ROW} FROM alerts"
        f" WHERE pending = 1 AND part {{in}} ORDER BY weight DESC, raised_at LIMIT {limit:d}",
        partitions,
    )
    return [_undelivered(*columns) for columns in found]


def mark_sent(t: Statements, steps: Sequence[Told]) -> None:
    """Note that these steps were delivered."""
    _note(t, _SENT, steps)
    t.executemany(_SETTLE, {(one.alert, one.number) for one in steps})


def confirm(t: Statements, steps: Sequence[Told]) -> None:
    """Note that these steps came back from the ledger: they were delivered, by whomever."""
    _note(t, _RECORDED, steps)
    mark_sent(t, steps)


def tell_again(t: Statements, partitions: Iterable[int], *, sent_before: int) -> int:
    """Take back the mark of steps that were sent before an instant and never came back; return how many that are."""
    mine, touched = list(partitions), 0
    for step in STEPS:
        touched += t.execute_in(
            f"UPDATE alerts SET {step}_sent_at = NULL, pending = 1"
            f" WHERE {step}_sent_at < ? AND {step}_recorded_at IS NULL AND part {{in}}",
            mine,
            before=(sent_before,),
        )
    return touched


def _note(t: Statements, statements: Mapping[Step, str], steps: Sequence[Told]) -> None:
    for step in STEPS:
        t.executemany(statements[step], [(one.at, one.alert, one.number) for one in steps if one.step == step])


def _undelivered(
    case: str, municipality: str, noticed_at: int, raised_sent: int | None, closed_sent: int | None, *columns: Any
) -> Undelivered:
    row = _row(columns)
    steps: list[Step] = []
    if raised_sent is None:
        steps.append("raised")
    if row.closed_at is not None and closed_sent is None:
        steps.append("closed")
    return Undelivered(case, municipality, noticed_at, tuple(steps), row)


def _values(row: NumberedRow) -> tuple[Any, ...]:
    return (
        row.alert, row.number, row.rule, row.agreement, row.agreement_version, row.instance, row.stage, row.due,
        row.raised_at, row.closed_at, row.outcome, orjson.dumps(row.because).decode(), row.to, row.weight,
    )  # fmt: skip


def _row(columns: Sequence[Any]) -> NumberedRow:
    row = NumberedRow(*columns)
    return replace(row, because=tuple(orjson.loads(str(row.because))))

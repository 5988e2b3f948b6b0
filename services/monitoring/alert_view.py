"""The rows of alerts in SQL: what was raised and closed, and what of it the world has been told.

A step of a row (raised, a turn, closed) goes one way only: it is written, delivered, marked as sent, and at last seen coming
back from the ledger. `pending` is 1 while a step was written and not marked.
"""

# ruff: noqa: S608 - the texts that are put together are names of our own columns

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from ledger.database import Statements
from services.monitoring.records import STEPS, CaseRow, NumberedRow, Step, Told, Turn, Undelivered

_ROW = (
    "alert, nr, rule, agreement, agreement_version, instance, stage, due, raised_at, closed_at, outcome, because, told_to,"
    " weight, why, early"
)
_TURN = "alert, nr, kind, step, at, told_to"
_INSERT = f"""INSERT INTO alerts ({_ROW}, case_id, part, municipality, noticed_at, pending)
    VALUES ({", ".join("?" * 21)})
    ON CONFLICT (alert, nr) DO UPDATE SET closed_at = excluded.closed_at, outcome = excluded.outcome,
        early = excluded.early"""
_INSERT_TURN = f"""INSERT INTO turns ({_TURN}, case_id, part) VALUES ({", ".join("?" * 8)}) ON CONFLICT DO NOTHING"""
_SETTLE = """UPDATE alerts SET pending = CASE WHEN raised_sent_at IS NULL
    OR (closed_at IS NOT NULL AND closed_sent_at IS NULL)
    OR EXISTS (SELECT 1 FROM turns WHERE turns.alert = alerts.alert AND turns.nr = alerts.nr AND turns.sent_at IS NULL)
    THEN 1 ELSE 0 END WHERE alert = ? AND nr = ?"""
_THIS_TURN = "WHERE alert = ? AND nr = ? AND kind = ? AND step = ? AND at = ?"
_SENT: Mapping[Step, str] = {
    step: f"UPDATE alerts SET {step}_sent_at = COALESCE({step}_sent_at, ?) WHERE alert = ? AND nr = ?" for step in STEPS
}
_RECORDED: Mapping[Step, str] = {
    step: f"UPDATE alerts SET {step}_recorded_at = ? WHERE alert = ? AND nr = ?" for step in STEPS
}


def write(
    t: Statements,
    rows: Sequence[tuple[CaseRow, NumberedRow]],
    turns: Sequence[tuple[CaseRow, Turn]],
    *,
    noticed_at: int,
) -> None:
    """Store new and changed rows and new turns, each with its case; what was told stays told."""
    t.executemany(
        _INSERT,
        [(*_values(row), case.case, case.partition, case.municipality, noticed_at, 1) for case, row in rows],
    )
    t.executemany(
        _INSERT_TURN,
        [(one.alert, one.number, one.kind, one.step, one.at, one.to, case.case, case.partition) for case, one in turns],
    )
    t.executemany(_SETTLE, {*(row.key for _, row in rows), *((one.alert, one.number) for _, one in turns)})


def of_cases(t: Statements, cases: Iterable[str]) -> dict[str, dict[tuple[str, int], NumberedRow]]:
    """Return all rows of these cases, by case and by (alert, number)."""
    found: dict[str, dict[tuple[str, int], NumberedRow]] = {}
    for case, *columns in t.rows_in(f"SELECT case_id, {_ROW} FROM alerts WHERE case_id {{in}}", cases):
        row = _row(columns)
        found.setdefault(case, {})[row.alert, row.number] = row
    return found


def turns_of_cases(t: Statements, cases: Iterable[str]) -> dict[str, list[Turn]]:
    """Return everybody who was told of rows of these cases after their raising."""
    found: dict[str, list[Turn]] = {}
    for case, *columns in t.rows_in(f"SELECT case_id, {_TURN} FROM turns WHERE case_id {{in}}", cases):
        found.setdefault(case, []).append(_turn(columns))
    return found


def undelivered(t: Statements, partitions: Iterable[int], limit: int) -> list[Undelivered]:
    """Return rows with something untold: those that weigh most first, then in order of raising; an alert's own in theirs."""
    found = t.rows_in(
        f"SELECT case_id, municipality, noticed_at, raised_sent_at, closed_sent_at, {_ROW} FROM alerts"
        f" WHERE pending = 1 AND part {{in}} ORDER BY weight DESC, raised_at LIMIT {limit:d}",
        partitions,
    )
    turns: dict[tuple[str, int], list[Turn]] = {}
    alerts = {columns[5] for columns in found}
    for columns in t.rows_in(f"SELECT {_TURN} FROM turns WHERE sent_at IS NULL AND alert {{in}}", alerts):
        turns.setdefault((columns[0], columns[1]), []).append(_turn(columns))
    rows = [_undelivered(turns, *columns) for columns in found]
    place = {one.row.alert: number for number, one in reversed(list(enumerate(rows)))}
    return sorted(rows, key=lambda one: (place[one.row.alert], one.row.number))


def mark_sent(t: Statements, steps: Sequence[Told]) -> None:
    """Note that these steps were delivered."""
    _note(t, _SENT, "sent_at", steps)
    t.executemany(_SETTLE, {(one.alert, one.number) for one in steps})


def confirm(t: Statements, steps: Sequence[Told]) -> None:
    """Note that these steps came back from the ledger: they were delivered, by whomever."""
    _note(t, _RECORDED, "recorded_at", steps)
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
    lost = t.rows_in(
        "SELECT alert, nr, kind, step, at FROM turns WHERE sent_at < ? AND recorded_at IS NULL AND part {in}",
        mine,
        before=(sent_before,),
    )
    if lost:
        t.executemany(f"UPDATE turns SET sent_at = NULL {_THIS_TURN}", lost)
        t.executemany(_SETTLE, {(alert, number) for alert, number, *_ in lost})
    return touched + len(lost)


def _note(t: Statements, statements: Mapping[Step, str], column: str, steps: Sequence[Told]) -> None:
    for step in STEPS:
        t.executemany(statements[step], [(one.at, one.alert, one.number) for one in steps if one.step == step])
    turns = [(one.at, one.alert, one.number, one.step, *one.turn) for one in steps if one.turn is not None]
    if turns:
        t.executemany(f"UPDATE turns SET {column} = COALESCE({column}, ?) {_THIS_TURN}", turns)


def _undelivered(
    turns: Mapping[tuple[str, int], Sequence[Turn]],
    case: str,
    municipality: str,
    noticed_at: int,
    raised_sent: int | None,
    closed_sent: int | None,
    *columns: Any,
) -> Undelivered:
    row = _row(columns)
    return Undelivered(
        case=case,
        municipality=municipality,
        noticed_at=noticed_at,
        is_new=raised_sent is None,
        turns=tuple(sorted(turns.get(row.key, ()), key=lambda one: (one.at, one.step))),
        is_over=row.closed_at is not None and closed_sent is None,
        row=row,
    )


def _values(row: NumberedRow) -> tuple[Any, ...]:
    return (
        row.alert, row.number, row.rule, row.agreement, row.agreement_version, row.instance, row.stage, row.due,
        row.raised_at, row.closed_at, row.outcome, orjson.dumps(row.because).decode(), row.to, row.weight, row.why,
        int(row.is_early),
    )  # fmt: skip


def _row(columns: Sequence[Any]) -> NumberedRow:
    row = NumberedRow(*columns)
    return replace(row, because=tuple(orjson.loads(str(row.because))), is_early=bool(row.is_early))


def _turn(columns: Sequence[Any]) -> Turn:
    alert, number, kind, step, at, to = columns
    return Turn(alert, number, kind, step, to, at)

"""The rows of alerts in SQL: what was raised and closed, and what of it the world has been told.

A step of a row (raised, a turn, closed) goes one way only: it is written, delivered, marked as sent, and at last seen coming
back from the ledger. `pending` is 1 while a step was written and not marked; `awaiting_since` is an instant while a step has not
come back (of the service's clock), and `again_at` (real time) when it is told again if it does not come back until then.
"""

# ruff: noqa: S608 - the texts that are put together are names of our own columns

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from ledger.database import Statements
from services.monitoring.records import STEPS, CaseRow, NumberedRow, Step, Told, Turn, Undelivered
from services.monitoring.tables import WEIGHTS

ROW = (
    "alert, nr, rule, agreement, agreement_version, instance, stage, due, raised_at, closed_at, outcome, because, told_to,"
    " weight, why, early"
)
TURN = "alert, nr, kind, step, at, told_to"
FIRST_WAIT_MICROS = 120_000_000  # after this long, what was told and did not come back is told again
LONGEST_WAIT_MICROS = 3_600_000_000  # each time it is waited twice as long, up to this; never given up
_INSERT = f"""INSERT INTO alerts ({ROW}, case_id, part, municipality, noticed_at, pending, awaiting_since, wait)
    VALUES ({", ".join("?" * 23)})
    ON CONFLICT (alert, nr) DO UPDATE SET closed_at = excluded.closed_at, outcome = excluded.outcome,
        early = excluded.early, wait = excluded.wait, again_at = NULL,
        awaiting_since = COALESCE(alerts.awaiting_since, excluded.awaiting_since)"""
_INSERT_TURN = f"""INSERT INTO turns ({TURN}, case_id, part) VALUES ({", ".join("?" * 8)}) ON CONFLICT DO NOTHING"""
_AWAIT = f"""UPDATE alerts SET awaiting_since = COALESCE(awaiting_since, ?), again_at = NULL, wait = {FIRST_WAIT_MICROS}
    WHERE alert = ? AND nr = ?"""
_OF_THIS_ROW = "SELECT 1 FROM turns WHERE turns.alert = alerts.alert AND turns.nr = alerts.nr"
_IS_PENDING = f"""(raised_sent_at IS NULL OR (closed_at IS NOT NULL AND closed_sent_at IS NULL)
    OR EXISTS ({_OF_THIS_ROW} AND turns.sent_at IS NULL))"""
_IS_CONFIRMED = f"""(raised_recorded_at IS NOT NULL AND (closed_at IS NULL OR closed_recorded_at IS NOT NULL)
    AND NOT EXISTS ({_OF_THIS_ROW} AND turns.recorded_at IS NULL))"""
_SETTLE = f"""UPDATE alerts SET pending = CASE WHEN {_IS_PENDING} THEN 1 ELSE 0 END,
    awaiting_since = CASE WHEN {_IS_CONFIRMED} THEN NULL ELSE awaiting_since END,
    again_at = CASE WHEN {_IS_CONFIRMED} THEN NULL WHEN {_IS_PENDING} THEN again_at ELSE COALESCE(again_at, ? + wait) END
    WHERE alert = ? AND nr = ?"""
_TAKE_BACK = f"""UPDATE alerts SET raised_sent_at = CASE WHEN raised_recorded_at IS NULL THEN NULL ELSE raised_sent_at END,
    closed_sent_at = CASE WHEN closed_recorded_at IS NULL THEN NULL ELSE closed_sent_at END, again_at = NULL,
    wait = CASE WHEN 2 * wait > {LONGEST_WAIT_MICROS} THEN {LONGEST_WAIT_MICROS} ELSE 2 * wait END
    WHERE alert = ? AND nr = ?"""
_TAKE_BACK_TURNS = "UPDATE turns SET sent_at = NULL WHERE alert = ? AND nr = ? AND recorded_at IS NULL"
_UNTOLD_COLUMNS = f"case_id, municipality, noticed_at, raised_sent_at, closed_sent_at, {ROW}"
_WEIGHT, _RAISED_AT = (_UNTOLD_COLUMNS.split(", ").index(name) for name in ("weight", "raised_at"))
_UNTOLD = " UNION ALL ".join(  # one weight after the other: so each is read in the order of the index, and no further than asked
    f"SELECT * FROM (SELECT {_UNTOLD_COLUMNS} FROM alerts WHERE pending = 1 AND part = ? AND weight = {weight}"
    f" ORDER BY raised_at LIMIT ?) AS weight_{weight}"
    for weight in WEIGHTS
)
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
        [
            (*values(row), case.case, case.partition, case.municipality, noticed_at, 1, noticed_at, FIRST_WAIT_MICROS)
            for case, row in rows
        ],
    )
    t.executemany(
        _INSERT_TURN,
        [(one.alert, one.number, one.kind, one.step, one.at, one.to, case.case, case.partition) for case, one in turns],
    )
    turned = {(one.alert, one.number) for _, one in turns}
    t.executemany(_AWAIT, [(noticed_at, *key) for key in turned])
    _settle(t, {*(row.key for _, row in rows), *turned}, at=noticed_at)


def of_cases(t: Statements, cases: Iterable[str]) -> dict[str, dict[tuple[str, int], NumberedRow]]:
    """Return all rows of these cases, by case and by (alert, number)."""
    found: dict[str, dict[tuple[str, int], NumberedRow]] = {}
    for case, *columns in t.rows_in(f"SELECT case_id, {ROW} FROM alerts WHERE case_id {{in}}", cases):
        row = row_of(columns)
        found.setdefault(case, {})[row.alert, row.number] = row
    return found


def turns_of_cases(t: Statements, cases: Iterable[str]) -> dict[str, list[Turn]]:
    """Return everybody who was told of rows of these cases after their raising."""
    found: dict[str, list[Turn]] = {}
    for case, *columns in t.rows_in(f"SELECT case_id, {TURN} FROM turns WHERE case_id {{in}}", cases):
        found.setdefault(case, []).append(turn_of(columns))
    return found


def undelivered(t: Statements, partitions: Iterable[int], limit: int) -> list[Undelivered]:
    """Return rows with something untold: those that weigh most first, then in order of raising; an alert's own in theirs."""
    found = [row for part in partitions for row in t.rows(_UNTOLD, (part, limit) * len(WEIGHTS))]
    found = sorted(found, key=lambda row: (-row[_WEIGHT], row[_RAISED_AT]))[:limit]
    turns: dict[tuple[str, int], list[Turn]] = {}
    alerts = {columns[5] for columns in found}
    for columns in t.rows_in(f"SELECT {TURN} FROM turns WHERE sent_at IS NULL AND alert {{in}}", alerts):
        turns.setdefault((columns[0], columns[1]), []).append(turn_of(columns))
    rows = [_undelivered(turns, *columns) for columns in found]
    place = {one.row.alert: number for number, one in reversed(list(enumerate(rows)))}
    return sorted(rows, key=lambda one: (place[one.row.alert], one.row.number))


def mark_sent(t: Statements, steps: Sequence[Told]) -> None:
    """Note that these steps were delivered. Those that do not come back are told again, first after two minutes."""
    _note(t, _SENT, "sent_at", steps)
    _settle(t, {(one.alert, one.number) for one in steps}, at=max((one.at for one in steps), default=0))


def confirm(t: Statements, steps: Sequence[Told]) -> None:
    """Note that these steps came back from the ledger: they were delivered, by whomever."""
    _note(t, _RECORDED, "recorded_at", steps)
    mark_sent(t, steps)


def tell_again(t: Statements, partitions: Iterable[int], *, now: int, limit: int) -> int:
    """Take back the mark of steps that were delivered and did not come back in time; return of how many rows.

    Of each row it is waited twice as long the next time, up to an hour, and never given up. An instant further ahead than
    that was set by a clock that has gone back since: it is not waited for.
    """
    mine, found = list(partitions), []
    for condition, instant in (("again_at <= ?", now), ("again_at > ?", now + LONGEST_WAIT_MICROS)):
        sql = f"SELECT alert, nr FROM alerts WHERE {condition} AND part {{in}} LIMIT {limit:d}"
        found += t.rows_in(sql, mine, before=(instant,))
    if found:
        t.executemany(_TAKE_BACK, found)
        t.executemany(_TAKE_BACK_TURNS, found)
        _settle(t, found, at=now)
    return len(found)


def awaiting(t: Statements, partitions: Iterable[int]) -> tuple[int, int | None]:
    """Return how many rows have not come back entirely from the ledger, and since when the first of them is waited for."""
    sql = "SELECT count(*), min(awaiting_since) FROM alerts WHERE awaiting_since IS NOT NULL AND part {in}"
    found = t.rows_in(sql, partitions)
    return sum(count for count, _ in found), min([since for _, since in found if since is not None], default=None)


def overdue(t: Statements, partitions: Iterable[int], before: Mapping[str, int]) -> dict[str, int]:
    """Return for each name how many open rows fell due before its instant."""
    sums = ", ".join("COALESCE(sum(CASE WHEN due < ? THEN 1 ELSE 0 END), 0)" for _ in before)
    found = t.rows_in(
        f"SELECT {sums} FROM alerts WHERE closed_at IS NULL AND part {{in}}", partitions, before=tuple(before.values())
    )
    return {name: int(sum(row[at] for row in found)) for at, name in enumerate(before)}


def _settle(t: Statements, keys: Iterable[Sequence[Any]], *, at: int) -> None:
    t.executemany(_SETTLE, [(at, *key) for key in keys])


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
    row = row_of(columns)
    return Undelivered(
        case=case,
        municipality=municipality,
        noticed_at=noticed_at,
        is_new=raised_sent is None,
        turns=tuple(sorted(turns.get(row.key, ()), key=lambda one: (one.at, one.step))),
        is_over=row.closed_at is not None and closed_sent is None,
        row=row,
    )


def values(row: NumberedRow) -> tuple[Any, ...]:
    """Return a row as the columns of `ROW`."""
    return (
        row.alert, row.number, row.rule, row.agreement, row.agreement_version, row.instance, row.stage, row.due,
        row.raised_at, row.closed_at, row.outcome, orjson.dumps(row.because).decode(), row.to, row.weight, row.why,
        int(row.is_early),
    )  # fmt: skip


def row_of(columns: Sequence[Any]) -> NumberedRow:
    """Return a row of an alert from its columns."""
    row = NumberedRow(*columns)
    return replace(row, because=tuple(orjson.loads(str(row.because))), is_early=bool(row.is_early))


def turn_of(columns: Sequence[Any]) -> Turn:
    """Return a turn from its columns."""
    alert, number, kind, step, at, to = columns
    return Turn(alert, number, kind, step, to, at)

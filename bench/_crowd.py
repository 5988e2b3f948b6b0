"""A crowd of open cases in a radar view, made in bulk from families that were really folded.

A region is played, its records are folded and looked at, and what is told is confirmed, all by the product itself. The open
cases that are left are the patterns. Each is copied many times, row for row, under other case ids; alert ids are computed by
the rule book from the new case. So the rows are those that monitoring would have written; an audit of them finds nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from bench.intake import BATCH, UNTIL, played
from bench.monitoring import PARTITIONS, batches, look, started
from ledger import record as ledger_record
from ledger.application import Ledger
from ledger.database import Database, Statements
from ledger.model import Notification
from ledger.record import Record
from ledger.streams.tail import partition_of
from rulebook.alerts import alert_id
from services.monitoring import alert_view
from services.monitoring.radar import Radar
from services.monitoring.rule_index import RuleIndex
from waakvlam.clock import FixedClock

CROWD = UUID("d0a7c3f2-6d0e-5b8e-9a53-0c5b6a3f9d11")
TABLES = ("radar", "facts", "alerts", "turns")
ROWS_AT_ONCE = 50_000
DAYS = 45  # how long the region is played
Rows = dict[str, list[list[Any]]]


def patterns(folder: Path, rules: RuleIndex, *, families: int) -> tuple[dict[str, list[str]], list[Rows], list[Record]]:
    """Return the columns of each table, the rows of each open case of a region, and records with which cases begin.

    Cases that wake first come first.
    """
    played(folder, families=families, start=UNTIL - DAYS * 86_400_000_000)
    with closing(Ledger.open(f"sqlite:///{folder / 'played.db'}", clock=FixedClock(UNTIL))) as ledger:
        notifications: list[Notification] = []
        while page := ledger.notifications(after=len(notifications), limit=BATCH):
            notifications += page
        radar = started(folder, ledger, rules)
        for batch in batches(notifications):
            radar.fold(batch)
    while look(radar, dict.fromkeys(range(PARTITIONS), UNTIL)):
        pass
    _confirm(radar)
    with closing(radar.view), radar.view.reading() as t:
        found = _rows_by_case(t)
        columns = {table: _columns(t, table) for table in TABLES}
    is_open, wakes = columns["radar"].index("is_open"), columns["radar"].index("wake_at")
    waking = [rows for rows in found.values() if rows["radar"][0][is_open] and rows["radar"][0][wakes] is not None]
    records = [ledger_record.decode(one.body) for one in notifications]
    begins = [
        replace(one, occurred_at=UNTIL, recorded_at=UNTIL) for one in records if one.version == 1 and not one.caseless
    ]
    return columns, sorted(waking, key=lambda rows: rows["radar"][0][wakes]), begins


def fill(
    database: Database, columns: Mapping[str, list[str]], copies: Iterable[tuple[str, Rows]], rules: RuleIndex
) -> None:
    """Write the rows of each (case, pattern) into the tables of a radar view."""
    waiting: Rows = {table: [] for table in TABLES}
    for case, pattern in copies:
        for table, rows in _copied(case, pattern, columns, rules).items():
            waiting[table] += rows
        if len(waiting["facts"]) >= ROWS_AT_ONCE:
            _write(database, columns, waiting)
            waiting = {table: [] for table in TABLES}
    _write(database, columns, waiting)
    with database.transaction() as t:
        if t.postgres:
            t.execute("ANALYZE")  # as the server does by itself in time


def first_due(columns: Mapping[str, list[str]], found: Sequence[Rows]) -> tuple[int, int]:
    """Return when the first pattern wakes, and how many patterns wake at that instant."""
    wakes = columns["radar"].index("wake_at")
    at = int(found[0]["radar"][0][wakes])
    return at, sum(rows["radar"][0][wakes] == at for rows in found)


def case_of(number: int) -> str:
    """Return the id of a case of the crowd."""
    return str(uuid5(CROWD, str(number)))


def _confirm(radar: Radar) -> None:
    with radar.writing() as t:
        while some := alert_view.undelivered(t, range(PARTITIONS), 10_000):
            steps = [step for one in some for step in one.told(UNTIL)]
            alert_view.mark_sent(t, steps)
            alert_view.confirm(t, steps)


def _columns(t: Statements, table: str) -> list[str]:
    t.execute(f"SELECT * FROM {table} LIMIT 1")
    return [column[0] for column in t.cursor.description]


def _rows_by_case(t: Statements) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for table in TABLES:
        place = _columns(t, table).index("case_id")
        for row in t.rows(f"SELECT * FROM {table}"):
            found.setdefault(row[place], {one: [] for one in TABLES})[table].append(list(row))
    return found


def _copied(case: str, pattern: Rows, columns: Mapping[str, list[str]], rules: RuleIndex) -> Rows:
    partition = partition_of(case.encode(), PARTITIONS)
    ids = {row[0]: _alert(case, dict(zip(columns["alerts"], row, strict=True)), rules) for row in pattern["alerts"]}
    found: Rows = {}
    for table, rows in pattern.items():
        names = columns[table]
        changes = {names.index("case_id"): case} | ({names.index("part"): partition} if "part" in names else {})
        alert = names.index("alert") if "alert" in names else None
        found[table] = [
            [changes.get(n, ids[value] if n == alert else value) for n, value in enumerate(row)] for row in rows
        ]
    return found


def _alert(case: str, row: dict[str, Any], rules: RuleIndex) -> str:
    rule = rules.find(row["agreement"], row["agreement_version"], row["rule"])
    assert rule is not None, "the agreements are the same"
    return alert_id(case, rule, row["instance"], row["stage"], row["due"])


def _write(database: Database, columns: Mapping[str, list[str]], rows: Rows) -> None:
    with database.transaction() as t:
        for table, names in columns.items():
            _insert(t, table, names, rows[table])


def _insert(t: Statements, table: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    if not t.postgres:
        t.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", rows)
        return
    with t.cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)

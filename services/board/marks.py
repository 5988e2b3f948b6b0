"""What people said of alerts beside taking them up: to whom one was handed, and whether one was of use."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ledger.database import Statements
from ledger.record import Record
from ledger.staff import known_as

TABLES = (
    """CREATE TABLE IF NOT EXISTS board_handed (
        alert text PRIMARY KEY, colleague text NOT NULL, by_whom text NOT NULL, at bigint NOT NULL)""",
    "CREATE TABLE IF NOT EXISTS board_handed_by (event_id text PRIMARY KEY, alert text NOT NULL)",
    """CREATE TABLE IF NOT EXISTS board_judged (
        event_id text PRIMARY KEY, alert text NOT NULL, rule text NOT NULL, municipality text NOT NULL,
        verdict text NOT NULL, reason text NOT NULL, by_whom text NOT NULL, at bigint NOT NULL)""",
)
NAMES: Final = ("board_handed", "board_handed_by", "board_judged")
TAKEN_UP, HANDED_OVER, JUDGED, WITHDRAWN = (
    "alert_acknowledged",
    "alert_handed_over",
    "alert_judged",
    "event_withdrawn",
)
NOTED: Final = frozenset({TAKEN_UP, HANDED_OVER, JUDGED, WITHDRAWN})
USEFUL: Final = "useful"


class Judged(NamedTuple):
    """What somebody said of one alert; `reason` is empty for a useful one."""

    rule: str
    municipality: str
    verdict: str
    reason: str


def note(t: Statements, record: Record) -> None:
    """Fold a record, if it is one of these; the last word counts, and whoever takes an alert up has it."""
    if record.type not in NOTED:
        return
    if record.type == TAKEN_UP:
        t.execute("DELETE FROM board_handed WHERE alert = ?", (str(record.data()["alert"]),))
    elif record.type == HANDED_OVER:
        _handed_over(t, record, record.data())
    elif record.type == JUDGED:
        _judged(t, record, record.data())
    else:
        _withdrawn(t, str(record.data()["event_id"]))


def _handed_over(t: Statements, record: Record, data: Mapping[str, Any]) -> None:
    sql = """INSERT INTO board_handed VALUES (?, ?, ?, ?) ON CONFLICT (alert) DO UPDATE
             SET colleague = excluded.colleague, by_whom = excluded.by_whom, at = excluded.at"""
    by, alert = known_as(record.recorded_by or record.agency), str(data["alert"])
    t.execute(sql, (alert, known_as(str(data["colleague_id"])), by, record.recorded_at))
    known = "INSERT INTO board_handed_by VALUES (?, ?) ON CONFLICT (event_id) DO NOTHING"
    t.execute("DELETE FROM board_handed_by WHERE alert = ?", (alert,))  # the last word alone can be taken back
    t.execute(known, (record.event_id, alert))


def _judged(t: Statements, record: Record, data: Mapping[str, Any]) -> None:
    said = (str(data["alert"]), str(data["rule"]), record.municipality, str(data["verdict"]), data.get("reason") or "")
    sql = "INSERT INTO board_judged VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING"
    t.execute(sql, (record.event_id, *said, known_as(record.recorded_by or record.agency), record.recorded_at))


def _withdrawn(t: Statements, event_id: str) -> None:
    own = "SELECT alert FROM board_handed_by WHERE event_id = ?"
    t.execute(f"DELETE FROM board_handed WHERE alert IN ({own})", (event_id,))  # noqa: S608 - fixed text
    t.execute("DELETE FROM board_judged WHERE event_id = ?", (event_id,))


def judged(t: Statements, begin: int, end: int) -> list[Judged]:
    """Return what was said of alerts between two instants (micros)."""
    sql = "SELECT rule, municipality, verdict, reason FROM board_judged WHERE at >= ? AND at < ?"
    return [Judged(*row) for row in t.rows(sql, (begin, end))]

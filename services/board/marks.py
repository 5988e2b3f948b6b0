"""What people said of alerts beside taking them up: to whom one was handed, and whether one was of use."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.database import Database, Statements
from ledger.record import Record

TABLES = (
    """CREATE TABLE IF NOT EXISTS board_handed (
        alert text PRIMARY KEY, colleague text NOT NULL, by_whom text NOT NULL, at bigint NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS board_judged (
        event_id text PRIMARY KEY, alert text NOT NULL, rule text NOT NULL, municipality text NOT NULL,
        verdict text NOT NULL, reason text NOT NULL, by_whom text NOT NULL, at bigint NOT NULL)""",
)
TAKEN_UP, HANDED_OVER, JUDGED = "alert_acknowledged", "alert_handed_over", "alert_judged"


@dataclass(frozen=True, slots=True)
class Handed:
    """To whom an alert was handed, by whom (opaque ids), and when (micros)."""

    colleague: str
    by: str
    at: int


def note(t: Statements, record: Record) -> None:
    """Fold a record, if it is one of these; the last word counts, and whoever takes an alert up has it."""
    if record.type == TAKEN_UP:
        t.execute("DELETE FROM board_handed WHERE alert = ?", (str(record.data()["alert"]),))
    elif record.type == HANDED_OVER:
        _handed_over(t, record, record.data())
    elif record.type == JUDGED:
        _judged(t, record, record.data())


def _handed_over(t: Statements, record: Record, data: Mapping[str, Any]) -> None:
    sql = """INSERT INTO board_handed VALUES (?, ?, ?, ?) ON CONFLICT (alert) DO UPDATE
             SET colleague = excluded.colleague, by_whom = excluded.by_whom, at = excluded.at"""
    by = record.recorded_by or record.agency
    t.execute(sql, (str(data["alert"]), str(data["colleague_id"]), by, record.recorded_at))


def _judged(t: Statements, record: Record, data: Mapping[str, Any]) -> None:
    said = (str(data["alert"]), str(data["rule"]), record.municipality, str(data["verdict"]), data.get("reason") or "")
    sql = "INSERT INTO board_judged VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING"
    t.execute(sql, (record.event_id, *said, record.recorded_by or record.agency, record.recorded_at))


def handed(database: Database) -> dict[str, Handed]:
    """Return what was handed to a colleague who did not take it up yet, by alert."""
    with database.reading() as t:
        found = t.rows("SELECT alert, colleague, by_whom, at FROM board_handed")
    return {alert: Handed(colleague, by, int(at)) for alert, colleague, by, at in found}

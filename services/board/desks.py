"""On whose desks a case lies: who has a task on it, for as long as one of its alerts is open."""

from ledger.database import Database


def people_of(database: Database, case: str) -> frozenset[str]:
    """Return who took up an alert of a case that is still open (opaque ids)."""
    sql = "SELECT acknowledged_by FROM board_alerts WHERE case_id = ? AND closed_at IS NULL AND acknowledged_by IS NOT NULL"
    with database.reading() as t:
        return frozenset(row[0] for row in t.rows(sql, (case,)))

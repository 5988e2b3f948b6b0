"""How long alerts wait until somebody picks them up. Instants are microseconds."""

from ledger.database import Database, Statements
from ledger.record import Record


def unseen_since(database: Database) -> int | None:
    """Return when the oldest open alert that nobody picked up was raised; None when there is none."""
    with database.reading() as t:
        found = t.value("SELECT min(raised_at) FROM board_alerts WHERE closed_at IS NULL AND acknowledgements = 0")
    return None if found is None else int(found)


def first_waits(t: Statements, record: Record) -> list[int]:
    """Return how long each alert that this record picks up for the first time had waited; call it before it is folded."""
    if record.type != "alert_acknowledged":
        return []
    sql = "SELECT raised_at FROM board_alerts WHERE alert = ? AND closed_at IS NULL AND acknowledgements = 0"
    return [max(0, record.recorded_at - raised_at) for (raised_at,) in t.rows(sql, (str(record.data()["alert"]),))]

"""On whose desks a case lies: who has a task on it, for as long as one of its alerts is open.

A task is an alert that somebody took up, or that a colleague handed to them. What was handed lies with both until somebody
takes it up: then it is theirs alone. It ends when the alert ends, or when it is handed on.
"""

from typing import Final

from ledger.database import Database

DESKS: Final = (
    "acknowledged_by",
    "(SELECT colleague FROM board_handed WHERE board_handed.alert = board_alerts.alert)",
)
"""Where, beside a row of `board_alerts`, the ids of those stand who have it on their desk."""


def people_of(database: Database, case: str) -> frozenset[str]:
    """Return who has a task on a case (opaque ids)."""
    sql = f"SELECT {', '.join(DESKS)} FROM board_alerts WHERE case_id = ? AND closed_at IS NULL"  # noqa: S608 - fixed text
    with database.reading() as t:
        return frozenset(one for row in t.rows(sql, (case,)) for one in row if one is not None)


def cases_of(database: Database, person: str) -> frozenset[str]:
    """Return the cases on which somebody has a task."""
    handed = "SELECT alert FROM board_handed WHERE colleague = ?"
    sql = f"SELECT DISTINCT case_id FROM board_alerts WHERE closed_at IS NULL AND (acknowledged_by = ? OR alert IN ({handed}))"  # noqa: S608 - fixed text
    with database.reading() as t:
        return frozenset(case for (case,) in t.rows(sql, (person, person)))

"""What people decided about what was set aside, what came of it, and what timed jobs did: a record that only grows.

What cannot be taken back (bytes thrown away, a message passed over) is decided by two persons: one proposes, another
confirms. What can be done again (a replay, a fuse) is decided by one. A person is an opaque id; the reason is the
operator's own words, and no place for names.
"""

from ledger.database import Statements
from ledger.errors import LedgerError
from ledger.model import Decision
from ledger.staff import is_same

DISCARD, REPLAY, REMIND, RESET, SET_ASIDE, RETAIN = ("discard", "replay", "remind", "reset", "set_aside", "retention")
PROPOSED, CONFIRMED, DONE = "proposed", "confirmed", "done"
SYSTEM = "waakvlam"  # who it was when it was no person


class SamePerson(LedgerError):
    """The one who proposed cannot be the one who confirms."""

    def __init__(self, who: str) -> None:
        super().__init__(f"who proposed it cannot confirm it: that is for another person than {who}")


def record(statements: Statements, *decisions: Decision) -> None:
    """Add to the record."""
    statements.executemany(
        "INSERT INTO decisions (item, action, step, who, reason, decided_at) VALUES (?, ?, ?, ?, ?, ?)",
        [(one.item, one.action, one.step, one.who, one.reason, one.decided_at) for one in decisions],
    )


def about(statements: Statements, item: str) -> list[Decision]:
    """Return all that was decided about an item, in order."""
    question = "SELECT item, action, step, who, reason, decided_at FROM decisions WHERE item = ? ORDER BY id"
    return [Decision(*row) for row in statements.rows(question, (item,))]


def last_of(statements: Statements, action: str) -> dict[str, Decision]:
    """Return the last step of this action for each item that it was ever decided for."""
    question = "SELECT item, action, step, who, reason, decided_at FROM decisions WHERE action = ? ORDER BY id"
    return {row[0]: Decision(*row) for row in statements.rows(question, (action,))}


def agreed(statements: Statements, item: str, action: str, *, who: str, reason: str, at: int) -> bool:
    """Write down that a person wants this; tell whether two persons now do. Raises SamePerson for one person twice."""
    before = [one for one in about(statements, item) if one.action == action]
    waits = bool(before) and before[-1].step == PROPOSED
    if waits and is_same(before[-1].who, who):
        raise SamePerson(who)
    record(statements, Decision(item, action, CONFIRMED if waits else PROPOSED, who, reason, at))
    return waits

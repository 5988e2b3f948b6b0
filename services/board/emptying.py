"""What of the board's view can be thrown away, for it is read again from the ledger. What staff did stays."""

from ledger.database import Statements
from services.board import counting, marks

EMPTIED = ("board_cases", "board_alerts", "board_positions", "board_blind", *counting.NAMES, *marks.NAMES)


def empty(t: Statements) -> None:
    """Throw it away."""
    for name in EMPTIED:
        t.execute(f"DELETE FROM {name}")  # noqa: S608 - our own names


def empty_if_older(t: Statements) -> None:
    """Throw it away when an earlier version filled it, that counted nothing."""
    if counting.is_missing(t):
        empty(t)

"""What the board's view can be told, as a shape: it is folded in its tables, or in memory when it is made anew."""

from typing import Protocol

from ledger.record import Record
from services.board.store import AlertRow

# The events of which the lists are made.
FOLDED = frozenset(
    {
        *("alert_raised", "alert_closed", "alert_acknowledged", "alert_handed_over"),
        *("alert_reminded", "alert_escalated", "radar_was_blind"),
    }
)


class Folding(Protocol):
    """What changes the view."""

    def raise_alert(self, row: AlertRow) -> None:
        """Add an open alert."""

    def close_alert(self, alert: str, *, at: int, outcome: str) -> None:
        """Close the open row of an alert."""

    def acknowledge(self, alert: str, *, at: int, by: str | None, next_step_on: str | None) -> None:
        """Note that somebody picked an alert up."""

    def pass_turn(self, alert: str, *, turn: str) -> None:
        """Note whose turn it is now."""

    def hand_over(self, alert: str) -> None:
        """Note that an alert was handed to a colleague; to whom stands in `marks`."""

    def recorded(self, event_id: str, *, at: int) -> None:
        """Note that something the board sent stands in the ledger."""

    def was_blind(self, record: Record) -> None:
        """Note what the radar told of itself."""

"""Of which parked events somebody asked whether their case is there by now: written by operators, read by intake."""

from collections.abc import Sequence

from ledger import memos
from ledger.database import Statements

_NOTE = "parked/to-replay"


def parked_asked(statements: Statements) -> list[str]:
    """Return the ids of the parked events of which somebody asked whether their case is there by now."""
    found: list[str] = memos.read(statements, [_NOTE]).get(_NOTE, [])
    return found


def ask_parked(statements: Statements, event_ids: Sequence[str]) -> None:
    """Write down which parked events are to be tried, instead of those that were."""
    memos.write(statements, {_NOTE: list(event_ids)})

"""With whom an alert lies now, in words."""

from services.board.language import moment, say
from services.board.store import AlertRow


def lies_with(row: AlertRow, me: str) -> bool:
    """Tell whether an alert lies with me: I took it up, or it was handed to me."""
    return me in {row.acknowledged_by, row.handed_to}


def desk_text(row: AlertRow, me: str) -> str:
    """Return with whom an alert lies now, in words; empty while nobody took it up and nobody was asked to."""
    if row.handed_to is not None and row.handed_at is not None:
        by, at = _person(row.handed_by, me), moment(row.handed_at)
        if row.handed_to == me:
            return say("U. Overgedragen door {by} op {moment}: pak het op.", by=by, moment=at)
        return say("{who}, overgedragen door {by} op {moment}, nog niet opgepakt.", who=row.handed_to, by=by, moment=at)
    return _person(row.acknowledged_by, me) if row.acknowledged_by else ""


def _person(who: str | None, me: str) -> str:
    return say("u") if who == me else who or say("een collega")

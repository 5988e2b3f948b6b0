"""What is known of a case, now or on a past day: the records, the alarms and the terms that its page is made of."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from ledger.record import Record
from services.board import views
from services.board.casepage import Known, end_of, rows_of
from services.board.desk import Desk
from services.board.ports import Rulebook
from services.board.store import Store


class Parts(Protocol):
    """What it is taken from."""

    @property
    def store(self) -> Store:
        """The view."""

    @property
    def desk(self) -> Desk:
        """Who follows what was sent from here."""

    @property
    def rulebook(self) -> Rulebook:
        """The agreements."""


def known(parts: Parts, records: Sequence[Record], on: date | None, *, now: int) -> Known | None:
    """Return what is known of a case; `on` is a day that is past, anything else is now. None where nothing was known."""
    if on is not None and on < views.today(now):
        return _then(parts.rulebook, records, on)
    store, case = parts.store, records[0].case
    return Known(
        records=records,
        rows=store.open_alerts(case)[1],
        outlook=parts.rulebook.look(records, now=now),
        settled=parts.rulebook.settled(records, now=now),
        now=now,
        sent=[parts.desk.follow(one.event_id) or one for one in parts.desk.outbox.sent(case=case)],
    )


def _then(rulebook: Rulebook, records: Sequence[Record], on: date) -> Known | None:
    """Return what was known by the end of a day, and the alarms as the rules compute them from that."""
    at = end_of(on)
    told = [record for record in records if record.recorded_at <= at]
    if not told:
        return None
    outlook = rulebook.look(told, now=at)
    return Known(
        records=told,
        rows=rows_of(outlook.open, told),
        outlook=outlook,
        settled=rulebook.settled(told, now=at),
        now=at,
        on=on,
    )

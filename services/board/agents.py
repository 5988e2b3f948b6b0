"""What keeps the board's view true: the reader of `case-events` and of the board's own receipts.

The reader is told the same facts more than once, in any batches, and folds each once: by the case's version. A version
that is missing is fetched from the ledger, so a list never rests on half a history.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger import logs
from ledger.database import Statements
from ledger.metrics import Meters
from ledger.record import Record
from ledger.record import decode as decode_record
from ledger.staff import known_as
from ledger.streams.records import Arrived, Batch, Place
from services.board import marks
from services.board.counting import Counting
from services.board.desk import NOT_FIRST, confirm
from services.board.folding import FOLDED, Folding
from services.board.outbox import Outbox
from services.board.ports import Histories
from services.board.store import AlertRow, Fold, Store
from services.board.waiting import first_waits
from waakvlam import receipt as receipts
from waakvlam.clock import micros_of
from waakvlam.errors import Unreadable

log = logs.logger(__name__)
CASE_EVENTS = "case-events"
RECEIPTS = "receipts.board"
PAGE = 2_000
REFUSING = frozenset({"refused", "rejected", "conflict"})


@dataclass(frozen=True, slots=True)
class Fact:
    """A record of a case on its way to the view; it is decoded only when the view has not read it yet."""

    case: str
    version: int
    type: str
    body: bytes

    def record(self) -> Record:
        """Return what it holds."""
        return decode_record(self.body)


class Reader:
    """Folds batches into the view. `changed` is called after each batch that touched it, from any thread."""

    def __init__(
        self, store: Store, ledger: Histories, *, changed: Callable[[], None], meters: Meters | None = None
    ) -> None:
        self._meters = meters
        self.store = store
        self.outbox = Outbox(store.database)
        self._told: list[str] = []
        self.ledger = ledger
        self.changed = changed

    def positions(self, places: Iterable[Place]) -> dict[Place, int]:
        """Return where to read on; a place that was never read is left out."""
        kept = self.store.positions()
        return {place: kept[place] for place in places if place in kept}

    def handle(self, batch: Batch) -> None:
        """Fold a batch and its positions in one transaction."""
        facts = [_fact(one) for one in batch if one.topic == CASE_EVENTS and one.value is not None]
        told = [one.value for one in batch if one.topic == RECEIPTS and one.value is not None]
        with self.store.database.transaction() as t:
            waits = self._fold(t, facts, {tuple(place): offset for place, offset in batch.next_offsets().items()})
        for micros in waits if self._meters else ():
            self._meters.histogram("waakvlam_board_acknowledged_seconds").observe(micros / 1e6)  # type: ignore[union-attr]
        for value in told:
            self._settle(value)
        self._confirm()
        self.changed()

    def rebuild(self) -> int:
        """Fill an empty view from the ledger itself, page by page; return how many records were read."""
        after, count = 0, 0
        while page := self.ledger.notifications(after=after, limit=PAGE):
            records = [(decode_record(one.body), one.body) for one in page]
            facts = [Fact(record.case, record.version, record.type, body) for record, body in records]
            with self.store.database.transaction() as t:
                self._fold(t, facts, {})
            after, count = page[-1].position, count + len(page)
        self.changed()
        return count

    def _fold(self, t: Statements, facts: Sequence[Fact], positions: dict[Any, int]) -> list[int]:
        """Fold what is new; return how long each alert had waited that was picked up now for the first time."""
        fold, counting, waits = Fold(t), Counting(t), list[int]()
        known = fold.versions({fact.case for fact in facts})
        seen: dict[str, int] = {}
        for fact in facts:
            at = seen.get(fact.case, known.get(fact.case, 0))
            if fact.version <= at:
                continue
            for one in [fact] if fact.version == at + 1 else self._fetched(fact.case, at):
                record = one.record()
                counting.note(record)
                marks.note(t, record)
                if one.type in FOLDED:
                    waits += first_waits(t, record)
                    fold_record(fold, record)
                seen[fact.case] = one.version
        counting.finish()
        fold.finish(seen, positions)
        self._told += [event_id for event_id, _ in fold.told]
        return waits

    def _fetched(self, case: str, after: int) -> list[Fact]:
        """Return what the ledger holds of a case after a version: the answer to a gap."""
        log.warning("version_missing", case=case, version=after + 1)
        later = [record for record in self.ledger.history(case) if record.version > after]
        return [_Fetched.of(record) for record in later]

    def _confirm(self) -> None:
        """Ask the ledger whose they are: of two boards that sent under one id, one has it."""
        told, self._told = self._told, []
        for event_id in told:
            confirm(self.outbox, self.ledger, event_id)

    def _settle(self, value: bytes) -> None:
        try:
            told = receipts.decode(value)
        except Unreadable as error:
            log.warning("receipt_unreadable", field=error.field)
            return
        at = micros_of(told.recorded_at)
        if told.is_in_the_ledger:
            self._told.append(told.id)
        elif told.verdict in REFUSING:
            reason = NOT_FIRST if told.verdict == "conflict" else told.reason
            self.outbox.settle(told.id, state="refused", at=at, reason=reason, field=told.field)
        elif told.verdict == "parked":
            self.outbox.settle(told.id, state="parked", at=at, reason=told.reason)


@dataclass(frozen=True, slots=True)
class _Fetched(Fact):
    whole: Record | None = None

    @classmethod
    def of(cls, record: Record) -> "_Fetched":
        """Return the fact that a decoded record is."""
        return cls(record.case, record.version, record.type, b"", record)

    def record(self) -> Record:
        """Return the record itself."""
        assert self.whole is not None
        return self.whole


def fold_record(fold: Folding, record: Record) -> None:
    """Change the view by one of the events that the board's lists are made of."""
    data = record.data()
    match record.type:
        case "alert_raised":
            fold.raise_alert(alert_of(record, data))
        case "alert_closed":
            fold.close_alert(str(data["alert"]), at=record.occurred_at, outcome=str(data.get("outcome", "")))
        case "alert_acknowledged":
            step = data.get("next_step_on")
            by = known_as(record.recorded_by or record.agency)
            fold.acknowledge(str(data["alert"]), at=record.recorded_at, by=by, next_step_on=step)
            fold.recorded(record.event_id, at=record.recorded_at)
        case "alert_handed_over":
            fold.hand_over(str(data["alert"]))
        case "radar_was_blind":
            fold.was_blind(record)
        case _:
            fold.pass_turn(str(data["alert"]), turn=_turn(data))


def alert_of(record: Record, data: dict[str, Any]) -> AlertRow:
    """Return the row of an alert that was raised."""
    return AlertRow(
        raised=record.event_id,
        alert=str(data["alert"]),
        case_id=record.case,
        municipality=record.municipality,
        rule=str(data["rule"]),
        agreement=str(data["agreement"]),
        agreement_version=int(data["version"]),
        instance=str(data["instance"]),
        stage=str(data["stage"]),
        due=_micros(data["due"]),
        raised_at=record.occurred_at,
        turn=_turn(data),
        because=tuple(data.get("because") or ()),
        title=str(data["title"]),
        why=str(data.get("why") or ""),
        weight=int(data.get("weight", 1)),
        legal=bool(data.get("legal")),
    )


def _fact(arrived: Arrived) -> Fact:
    headers = dict(arrived.headers)
    key, value = arrived.key or b"", arrived.value or b""
    return Fact(key.decode(), int(headers["version"]), headers["type"].decode(), value)


def _turn(data: dict[str, Any]) -> str:
    to = data.get("to")
    return ",".join(str(one) for one in to) if isinstance(to, list) else str(to or "worker")


def _micros(instant: str) -> int:
    return micros_of(datetime.fromisoformat(instant))

"""Whether an event can be, by what was told of its case before: what the case knows is put together and asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ledger import alone, case, erasing
from ledger.case import Asked, Refusal
from ledger.dangers import Dangers
from ledger.ladders import Ladders, municipality_of
from ledger.model import Draft
from ledger.record import Record
from rulebook.event import CORRECTED, Event
from rulebook.history import History, effective
from services.intake import sentences
from services.intake.history import event_of
from services.intake.redaction import correction_fits
from services.intake.rules import Reading
from waakvlam.catalogue import EventType, event_types
from waakvlam.codec import data_of

# Who speaks for Veilig Thuis: its own system, and its people at the board.
BOARD = "board"
NEEDS_HISTORY = case.NEEDS_HISTORY | alone.GUARDED | erasing.GUARDED


@dataclass(frozen=True, slots=True)
class Judge:
    """What the agreements say of escalations and of danger, and the instant and the local day on which is judged."""

    ladders: Ladders
    dangers: Dangers
    now: int
    today: date

    def refusal(self, one: Reading, of: str, committed: Sequence[Record], drafted: Sequence[Draft]) -> Refusal | None:
        """Return why an event cannot be in its case (`of`), given what stands there, or nothing."""
        told: tuple[Record | Draft, ...] = (*committed, *drafted)
        if one.type.name == CORRECTED and not correction_fits(one.record, of=corrected_type(one, told)):
            return Refusal("data", sentences.UNKNOWN_FIELD)
        event = Event(
            id=one.event_id,
            type=one.type.name,
            case=of,
            agency=one.agency.id,
            municipality=one.record["municipality"],
            occurred_at=one.occurred_at,
            recorded_at=self.now,
            data=data_of(one.type, one.record),
        )
        history = (
            *(event_of(each, recorded_at=each.recorded_at) for each in committed),
            *(event_of(each, recorded_at=self.now) for each in drafted),
        )
        asked = Asked(history, one.agency.kind == "V" or one.agency.id == BOARD, self.today, {})
        meant = asked.meant(event)
        if meant.type.startswith("escalation_"):
            asked = replace(asked, ladders=self.ladders(municipality_of(history), meant.day))
        return case.decide(event, asked) or self._alone(event, one, history, told)

    def is_emptied(self, told: Sequence[Record | Draft]) -> bool:
        """Tell whether withdrawals left nothing of a case: nobody would be watched in it any more."""
        return History(effective(event_of(each, recorded_at=self.now) for each in told)).is_emptied

    def _alone(
        self, event: Event, one: Reading, history: tuple[Event, ...], told: Sequence[Record | Draft]
    ) -> Refusal | None:
        people = {each.event_id: each.recorded_by for each in told} | {event.id: one.record["recorded_by"]}
        if event.type in erasing.GUARDED:
            return erasing.refusal(event, history, people)
        if event.type not in alone.GUARDED:
            return None
        # Every report counts here, a withdrawn one too: what is danger must not depend on which of them stands.
        places = {each.municipality for each in history if each.type == "report_received"}
        return alone.refusal(event, alone.Told(history, people, self.dangers(places), self.today))


def corrected_type(one: Reading, told: Sequence[Record | Draft]) -> EventType | None:
    """Return the type of the event that a correction names, where it stands in the case."""
    return next((event_types().get(each.type) for each in told if each.event_id == one.record["event_id"]), None)

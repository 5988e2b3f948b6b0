"""A case's history as sentences: what a person reads on the board, in the export and on the command line.

Pure. Each schema carries its sentence with blanks (`timeline`); here the blanks are filled with Dutch words. Nothing is
hidden: what was corrected shows both readings, what was withdrawn stays and says so, a code that we have no word for is
shown as it is. Only the clear part of a record is read, so a line can hold nothing that is sealed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from typing import Any

from ledger.learned import decode as decode_event
from ledger.record import Record
from ledger.words import NOT_SAID, day, listed, moment, word_for
from waakvlam.catalogue import EventType
from waakvlam.clock import micros_of
from waakvlam.codec import data_of
from waakvlam.errors import Unreadable
from waakvlam.topics import Agency

LATE_AFTER = 24 * 3600 * 1_000_000
KINDS = {
    "alert_raised": "alarm",
    "alert_reminded": "alarm",
    "alert_escalated": "alarm",
    "alert_closed": "alarm-klaar",
    "alert_acknowledged": "opgepakt",
    "alert_handed_over": "opgepakt",
    "alert_judged": "opgepakt",
    "stall_acceptance_proposed": "opgepakt",
    "stall_accepted": "opgepakt",
    "event_corrected": "correctie",
    "event_withdrawn": "intrekking",
}

OWN_KINDS = frozenset({"alarm", "alarm-klaar", "systeem"})


@dataclass(frozen=True, slots=True)
class Mark:
    """Something a reader must know about a line beside its sentence: `withdrawn`, `corrected`, `late` or `about`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One fact of a case as a sentence; times are micros. `occurred_at` is as corrected, `agency` is a name."""

    event_id: str
    type: str
    kind: str
    occurred_at: int
    recorded_at: int
    agency: str
    text: str
    marks: tuple[Mark, ...] = ()

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether this fact no longer counts."""
        return any(mark.kind == "withdrawn" for mark in self.marks)


def sentences(
    records: Sequence[Record],
    agencies: Mapping[str, Agency],
    *,
    rules: Mapping[str, str] | None = None,
    ladders: Mapping[str, str] | None = None,
) -> list[Line]:
    """Return one line per record, in the order in which things happened; `rules` and `ladders` give titles by id."""
    history = _History(records, agencies, rules or {}, ladders or {})
    lines = [history.line(record) for record in sorted(records, key=lambda record: record.version)]
    return sorted(
        lines, key=lambda line: (line.occurred_at, line.recorded_at)
    )  # at one instant: as the ledger has them


class _History:
    """The records of one case with, per event, the correction that wins and the withdrawals that stand."""

    def __init__(
        self,
        records: Sequence[Record],
        agencies: Mapping[str, Agency],
        rules: Mapping[str, str],
        ladders: Mapping[str, str],
    ) -> None:
        self.agencies = agencies
        self.ladders = ladders
        self.records = {record.event_id: record for record in records}
        self.contents = {record.event_id: _content(record) for record in records}
        self.rules = {**self._raised(), **rules}
        self.withdrawals = self._naming("event_withdrawn")
        self.corrections = self._naming("event_corrected")
        self.standing = self._standing()

    def line(self, record: Record) -> Line:
        """Return the line of one record, as it is known now."""
        correction = self.correction_of(record)
        told = self._sentence(record, {})
        change = self._change(correction) if correction else {}
        occurred_at = _instant(change.pop("occurred_at", None)) or record.occurred_at
        text = self._sentence(record, change)
        marks = [
            *self._about(record),
            *self._late(record, occurred_at),
            *self._corrected(record, correction, told if told != text else None),
            *self._withdrawn(record),
        ]
        return Line(
            event_id=record.event_id,
            type=record.type,
            kind=self._kind(record),
            occurred_at=occurred_at,
            recorded_at=record.recorded_at,
            agency=self.name_of(record.agency),
            text=text,
            marks=tuple(marks),
        )

    def name_of(self, agency: str) -> str:
        """Return the name of an agency as people know it."""
        return self.agencies[agency].name if agency in self.agencies else agency

    def withdrawal_of(self, event_id: str) -> Record | None:
        """Return the withdrawal of an event that stands: one that is not itself withdrawn (rulebook 10.1)."""
        return next((one for one in self.withdrawals.get(event_id, ()) if one.event_id in self.standing), None)

    def correction_of(self, record: Record) -> Record | None:
        """Return the correction that wins: the last recorded, by id among equals, that was not withdrawn."""
        if record.type in {"event_corrected", "event_withdrawn"}:
            return None
        standing = [one for one in self.corrections.get(record.event_id, ()) if not self.withdrawal_of(one.event_id)]
        return max(standing, key=lambda one: (one.recorded_at, one.event_id), default=None)

    def _raised(self) -> dict[str, str]:
        """Return the titles of the rules of which an alert was raised here, for the lines that come back to it."""
        told = [data for event_type, data in self.contents.values() if event_type and event_type.name == "alert_raised"]
        return {str(data["rule"]): str(data["title"]) for data in told}

    def _naming(self, event_type: str) -> dict[str, list[Record]]:
        named: dict[str, list[Record]] = {}
        for record in self.records.values():
            if record.type == event_type:
                named.setdefault(str(self.contents[record.event_id][1].get("event_id")), []).append(record)
        return named

    def _standing(self) -> frozenset[str]:
        """Return the withdrawals that count; of a ring of them none does, so in doubt nothing that was told is gone."""
        waiting = {one.event_id for some in self.withdrawals.values() for one in some}
        standing: set[str] = set()
        while True:
            of = {one: {by.event_id for by in self.withdrawals.get(one, ())} for one in waiting}
            settled = {one for one, by in of.items() if by & standing or not by & waiting}
            if not settled:
                return frozenset(standing)
            standing |= {one for one in settled if not of[one] & standing}
            waiting -= settled

    def _change(self, correction: Record) -> dict[str, Any]:
        """Return what a correction puts in the place of what was told, one level deep."""
        data = self.contents[correction.event_id][1]
        change = dict(data["data"]) if isinstance(data.get("data"), dict) else {}
        if data.get("occurred_at") is not None:
            change["occurred_at"] = data["occurred_at"]
        return change

    def _sentence(self, record: Record, change: Mapping[str, Any]) -> str:
        event_type, data = self.contents[record.event_id]
        if event_type is None:
            return f"Een gebeurtenis van een soort die dit bord nog niet kent: {record.type}."
        merged = {**data, **change}
        blanks = {name: self._word(event_type, name, merged.get(name)) for name in blanks_of(event_type.timeline)}
        blanks["agency"] = self.name_of(record.agency)
        sentence = event_type.timeline.format_map(blanks)
        return sentence[:1].upper() + sentence[1:]

    def _word(self, event_type: EventType, name: str, value: Any) -> str:
        if name == "rule":
            return self.rules.get(str(value), str(value))
        if name == "ladder":
            return self.ladders.get(str(value), str(value))
        if name.endswith("agency") and isinstance(value, str):
            return self.name_of(value)
        codes = next((one.codes for one in event_type.data_fields if one.data_name == name), ())
        return _filled(event_type, name, value, is_code=bool(codes))

    def _kind(self, record: Record) -> str:
        agency = self.agencies.get(record.agency)
        return KINDS.get(record.type, "systeem" if agency and agency.kind == "system" else "feit")

    def _about(self, record: Record) -> Iterable[Mark]:
        if record.type not in {"event_corrected", "event_withdrawn"}:
            return
        named = self.records.get(str(self.contents[record.event_id][1].get("event_id")))
        if named is not None:
            yield Mark("about", f"Gaat over {moment(named.occurred_at)}: {self._sentence(named, {})}")

    def _late(self, record: Record, occurred_at: int) -> Iterable[Mark]:
        told_by_people = self._kind(record) not in OWN_KINDS
        if told_by_people and record.recorded_at - occurred_at > LATE_AFTER:
            days = (record.recorded_at - occurred_at) // LATE_AFTER
            yield Mark("late", f"Later gehoord: {days} {'dag' if days == 1 else 'dagen'} nadat het gebeurde.")

    def _corrected(self, record: Record, correction: Record | None, told: str | None) -> Iterable[Mark]:
        if correction is None:
            return
        who = f"Verbeterd door {self.name_of(correction.agency)} op {moment(correction.recorded_at)}."
        before = f" Eerst stond hier: “{told}”" if told else ""
        was_at = f" Eerst stond hier: gebeurd op {moment(record.occurred_at)}."
        moved = "occurred_at" in self._change(correction)
        yield Mark("corrected", who + before + (was_at if moved else ""))

    def _withdrawn(self, record: Record) -> Iterable[Mark]:
        withdrawal = self.withdrawal_of(record.event_id)
        if withdrawal is not None:
            who, when = self.name_of(withdrawal.agency), moment(withdrawal.recorded_at)
            yield Mark("withdrawn", f"Ingetrokken door {who} op {when}. Dit telt niet meer mee.")


def blanks_of(template: str) -> tuple[str, ...]:
    """Return the names of the blanks of a timeline sentence."""
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name)


def _content(record: Record) -> tuple[EventType | None, dict[str, Any]]:
    try:
        event_type, fields = decode_event(record.payload)
    except Unreadable:
        return None, {}
    return event_type, data_of(event_type, fields)


def _filled(event_type: EventType, name: str, value: Any, *, is_code: bool) -> str:
    if value is None or value == []:
        return NOT_SAID
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, list):
        return listed([_filled(event_type, name, one, is_code=is_code) for one in value])
    if is_code:
        return word_for(event_type, name, str(value))
    return day(value) or str(value)


def _instant(text: Any) -> int | None:
    """Return the instant that a correction names, as micros; text that is none changes nothing."""
    try:
        return micros_of(datetime.fromisoformat(str(text))) if text else None
    except ValueError:
        return None

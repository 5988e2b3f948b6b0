"""Repair of a wrong link or split: events go to the case where they belong, and both histories tell it.

Nothing is changed in place. Where they stood they are withdrawn; where they belong they are told again under a new id,
in the same words and with the time at which they happened. So rules, views and proofs follow by themselves. All ids are
computed from the request's, so that reading it again gives the same events.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid5

from ledger import errors
from ledger.case import Refusal
from ledger.model import Alias, Draft
from ledger.record import CASE_NAMESPACE, Record, case_id, stream_of
from rulebook.event import CORRECTED, WITHDRAWN
from rulebook.history import effective, removed
from rulebook.rules import NEVER_HEARD
from services.intake import sentences
from services.intake.book import MOVED, Book
from services.intake.history import event_of
from services.intake.redaction import redact, redact_correction
from services.intake.restoring import restored
from services.intake.rules import Reading
from waakvlam.catalogue import event_types
from waakvlam.codec import encode
from waakvlam.topics import agencies

EVENTS_MAX = 200
_OURS = frozenset({"triage", "radar"})  # what they concluded from an event they conclude again, where it went

Told = Record | Draft


@dataclass(slots=True)
class Move:
    """What a request comes to: the events to write, in this order, and what follows for names and persons."""

    source: str
    target: str
    ends_at: int = 0  # how many events of the batch stand before what comes next
    drafts: list[Draft] = field(default_factory=list)
    notices: list[tuple[Told, Draft]] = field(
        default_factory=list
    )  # of an agency's event: what stood, and what it became
    aliases: list[Alias] = field(default_factory=list)  # file numbers that go along
    persons: set[str] = field(default_factory=set)  # pseudonyms of whom nothing is left where they stood


@dataclass(frozen=True, slots=True)
class Standing:
    """The case in which the events stand: all that was told in it, and how its personal values are read."""

    case: str
    told: Sequence[Told]
    personal_of: Callable[[Told], Mapping[str, Any]]

    def removed(self) -> set[str | None]:
        """Return the ids that withdrawals remove."""
        return removed(event_of(one, recorded_at=0) for one in self.told)

    def effective(self) -> set[str]:
        """Return the ids of the events that count."""
        return {event.id for event in effective(event_of(one, recorded_at=0) for one in self.told)}


def refusal(one: Reading, standing: Standing, *, exists: Callable[[str], bool]) -> Refusal | None:
    """Return why these events cannot be moved, or nothing; `exists` tells whether there is such a case."""
    if one.record["from_case"] is not None:
        return Refusal("from_case", sentences.MOVED_FROM)
    return _wrong_place(one.record["to_case"], standing, exists) or _wrong_events(one, standing)


def _wrong_place(to_case: str | None, standing: Standing, exists: Callable[[str], bool]) -> Refusal | None:
    if to_case == standing.case:
        return Refusal("to_case", sentences.MOVED_NOWHERE)
    if to_case is not None and (not exists(to_case) or to_case in {stream_of(agency) for agency in agencies()}):
        return Refusal("to_case", sentences.MOVED_TO_NOTHING)
    try:
        for told in standing.told:
            standing.personal_of(told)
    except errors.Erased:
        return Refusal("case", sentences.MOVED_ERASED)
    return None


def _wrong_events(one: Reading, standing: Standing) -> Refusal | None:
    ids = one.record["event_ids"]
    if not 0 < len(ids) <= EVENTS_MAX:
        return Refusal("event_ids", sentences.MOVED_COUNT.format(most=EVENTS_MAX))
    if not standing.effective().issuperset(ids):
        return Refusal("event_ids", sentences.MOVED_UNKNOWN)
    going = [told for told in standing.told if told.event_id in ids]
    if any(told.agency in _OURS or told.type == MOVED for told in going):
        return Refusal("event_ids", sentences.MOVED_OURS)
    if any(told.type in NEVER_HEARD for told in going):  # else one person alone could carry a decision of two elsewhere
        return Refusal("event_ids", sentences.MOVED_DECIDED)
    if one.record["to_case"] is None and not any(event_types()[told.type].opens_case for told in going):
        return Refusal("event_ids", sentences.MOVED_WITHOUT_REPORT)
    return None


def move(one: Reading, standing: Standing, book: Book) -> Move:
    """Return what a request comes to; it was not refused."""
    going = _going(standing, one.record["event_ids"])
    done = Move(standing.case, one.record["to_case"] or case_id(one.event_id))
    ids = {told.event_id: _id(one, "told again", told.event_id) for told in going}
    done.drafts += [_withdrawal(one, standing.case, told) for told in (*_concluded(standing, going), *going)]
    done.drafts.append(_arrival(one, standing.case, done.target, ids))
    for told in going:
        draft = _told_again(told, standing, done.target, ids, book)
        done.drafts.append(draft)
        if told.type != CORRECTED and agencies()[told.agency].kind != "system":
            done.notices.append((told, draft))
    staying = [told for told in standing.told if told.event_id in standing.effective() - ids.keys()]
    done.aliases = sorted({_alias(told) for told in going if told.reference} - {_alias(told) for told in staying})
    corrections = [told for told in standing.told if told.type == CORRECTED and told.event_id not in ids]
    left = {text for told in (*staying, *corrections) for text in _texts(standing.personal_of(told))}
    done.persons = book.labels_of(standing.case).keys() - left
    return done


def _going(standing: Standing, wanted: Collection[str]) -> list[Told]:
    """Return the events that go, in the order in which they were told, with their corrections that stand."""
    gone = standing.removed()
    return [
        told
        for told in standing.told
        if told.event_id in wanted
        or (told.type == CORRECTED and told.event_id not in gone and _data(told)["event_id"] in wanted)
    ]


def _concluded(standing: Standing, going: Sequence[Told]) -> Iterator[Told]:
    """Yield what triage concluded from a report that goes: it is withdrawn, and concluded again where the report went."""
    reports = {_data(told).get("report_id") for told in going if told.type == "report_received"}
    counting = standing.effective()
    for told in standing.told:
        if told.type == "report_classified" and told.event_id in counting and _data(told)["report_id"] in reports:
            yield told


def _withdrawal(one: Reading, case: str, told: Told) -> Draft:
    record = {"event_id": told.event_id, "reason": "verkeerde-casus"}
    return _own(one, WITHDRAWN, case, _id(one, "withdrawn", told.event_id), record, municipality=told.municipality)


def _arrival(one: Reading, source: str, target: str, ids: Mapping[str, str]) -> Draft:
    """Return the request as the case sees it to which the events go."""
    record = {"event_ids": [*ids.values()], "to_case": target, "from_case": source, "reason": one.record["reason"]}
    return _own(one, MOVED, target, _id(one, "arrived", target), record, municipality=one.record["municipality"])


def _own(
    one: Reading, type_name: str, case: str, event_id: str, data: Mapping[str, Any], *, municipality: str
) -> Draft:
    event_type = event_types()[type_name]
    shared = {"occurred_at": one.record["occurred_at"], "case": None, "reference": None, "municipality": municipality}
    record = {**shared, "recorded_by": one.record["recorded_by"], **data}
    redacted = redact(event_type, record, encode(event_type, record), {})
    return Draft(
        event_id=event_id,
        source=one.source,
        content=hashlib.sha256(redacted.payload).digest(),
        case=case,
        type=type_name,
        agency=one.agency.id,
        municipality=municipality,
        reference=None,
        occurred_at=one.occurred_at,
        recorded_by=one.record["recorded_by"],
        payload=redacted.payload,
        personal=redacted.personal,
    )


def _told_again(told: Told, standing: Standing, target: str, ids: Mapping[str, str], book: Book) -> Draft:
    """Return an event as it is told in the case where it belongs: its persons get the labels of that case."""
    event_type, record = restored(told.payload, standing.personal_of(told))
    record["case"] = None
    known = book.labels_of(target)
    if told.type == CORRECTED:
        of = next(each for each in standing.told if each.event_id == record["event_id"])
        record["event_id"] = ids[record["event_id"]]
        redacted = redact_correction(event_type, record, encode(event_type, record), known, of=event_types()[of.type])
    else:
        redacted = redact(event_type, record, encode(event_type, record), known)
    persons = {name: label for name, label in redacted.persons.items() if name not in known}
    book.meet(target, redacted.persons)
    return Draft(
        event_id=ids[told.event_id],
        source=told.source,
        content=hashlib.sha256(redacted.payload).digest(),
        case=target,
        type=told.type,
        agency=told.agency,
        municipality=told.municipality,
        reference=told.reference,
        occurred_at=told.occurred_at,
        recorded_by=told.recorded_by,
        payload=redacted.payload,
        personal=redacted.personal,
        persons=persons,
    )


def _id(one: Reading, what: str, of: str) -> str:
    return str(uuid5(CASE_NAMESPACE, f"{one.event_id}|{what}|{of}"))


def _alias(told: Told) -> Alias:
    return (told.agency, told.reference or "")


def _data(told: Told) -> Mapping[str, Any]:
    return event_of(told, recorded_at=0).data


def _texts(personal: Any) -> Iterator[str]:
    """Yield all texts in personal values, pseudonyms among them, however deep."""
    if isinstance(personal, str):
        yield personal
    for one in personal.values() if isinstance(personal, Mapping) else personal if isinstance(personal, list) else ():
        yield from _texts(one)

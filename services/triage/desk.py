"""The desk: for each recorded event that asks for it, the answers of triage, as messages."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID, uuid5

from ledger.model import OutboxRow
from ledger.record import Record
from rulebook.event import Event
from services.triage import rules
from services.triage.policy import Policy
from waakvlam.catalogue import event_types
from waakvlam.clock import instant_of
from waakvlam.codec import encode
from waakvlam.envelope import Envelope, to_headers
from waakvlam.topics import agencies

SENDER = "triage"
ANSWERS = frozenset({"report_classified", "case_routed"})
NAMESPACE = UUID("8f0b7f6e-2d0c-5a6b-9c39-5b7a0d1c4e22")


def answers(history: Sequence[Record], record: Record, policy: Policy) -> Iterator[OutboxRow]:
    """Yield what triage says to one record, given the case's history; the same messages however often it is asked.

    Only what was recorded before it, and itself, is looked at: what came later gets answers of its own.
    """
    events = [one.event() for one in history if one.version <= record.version]
    for name, data in said(events[:-1], events[-1], policy):
        yield _message(record, name, data)


def said(before: Sequence[Event], event: Event, policy: Policy) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what triage says to one event, given what was recorded before it: names of event types, and their data."""
    route = rules.route([*before, event], policy)
    if event.type == rules.REPORT:
        yield "report_classified", _classified(event, rules.classify(before, event))
    elif route == rules.route(before, policy):
        return
    if route is not None:
        yield "case_routed", _routed(route)


def answer_id(record: Record, name: str) -> str:
    """Return the id of an answer of this name to a record."""
    return str(uuid5(NAMESPACE, f"{record.event_id}|{name}"))


def _classified(report: Event, told: rules.Classified) -> dict[str, Any]:
    return {
        "report_id": report.data["report_id"],
        "class": told.report_class,
        "earlier_reports": told.earlier_reports,
    }


def _routed(route: rules.Route) -> dict[str, Any]:
    return {"queue": route.queue, "priority": route.priority, "reason": route.reason, "to_agency": route.to_agency}


def _message(record: Record, name: str, data: dict[str, Any]) -> OutboxRow:
    triage, event_type, at = agencies()[SENDER], event_types()[name], instant_of(record.recorded_at)
    shared = {"occurred_at": at, "case": record.case, "municipality": record.municipality}
    envelope = Envelope(
        id=answer_id(record, name),
        source=triage.source,
        type=event_type.ce_type,
        time=at,
        subject=record.case,
    )
    return OutboxRow(
        topic=triage.topic,
        key=record.case.encode(),
        headers=tuple(to_headers(envelope)),
        value=encode(event_type, {**shared, **data}),
    )

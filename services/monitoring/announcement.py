"""Alert rows as events: what the radar tells on the topic `alerts`. Pure.

An announcement has the same id and the same bytes however often it is made: a repeat is a duplicate, never a second alert.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

from ledger.model import OutboxRow
from services.monitoring.records import Step, Told, Turn, Undelivered
from services.monitoring.rule_index import RuleIndex
from waakvlam.catalogue import event_types
from waakvlam.clock import instant_of, iso
from waakvlam.codec import encode
from waakvlam.envelope import Envelope, to_headers
from waakvlam.topics import agencies

SENDER = "radar"
EVENT_OF: Mapping[Step, str] = {
    "raised": "alert_raised",
    "escalated": "alert_escalated",
    "reminded": "alert_reminded",
    "closed": "alert_closed",
}


def event_id(told: Told) -> str:
    """Return the id of the event that tells a step of an alert's n-th row."""
    turn = "" if told.turn is None else f"|{told.turn[0]}|{told.turn[1]}"
    return str(uuid5(UUID(told.alert), f"{told.number}|{told.step}{turn}"))


def announcements(untold: Undelivered, rules: RuleIndex) -> Iterator[OutboxRow]:
    """Yield the messages that tell what is still untold of a row, in their order."""
    turns = {(one.step, one.at): one for one in untold.turns}
    for told in untold.told(0):
        if told.turn is not None:
            data = _turned(untold, turns[told.turn])
        else:
            data = _raised(untold, rules) if told.step == "raised" else _closed(untold)
        yield _message(untold, told, data)


def _message(untold: Undelivered, told: Told, data: Mapping[str, Any]) -> OutboxRow:
    radar, event_type = agencies()[SENDER], event_types()[EVENT_OF[told.step]]
    envelope = Envelope(
        id=event_id(told),
        source=radar.source,
        type=event_type.ce_type,
        time=instant_of(untold.noticed_at),
        subject=untold.case,
    )
    return OutboxRow(
        topic=radar.topic,
        key=untold.case.encode(),
        headers=tuple(to_headers(envelope)),
        value=encode(event_type, data),
    )


def _raised(untold: Undelivered, rules: RuleIndex) -> dict[str, Any]:
    row = untold.row
    rule = rules.find(row.agreement, row.agreement_version, row.rule)
    return {
        **_shared(untold, row.raised_at),
        "because": list(row.because),
        "to": [row.to],
        "title": (rule and rule.title) or row.rule,
        "why": row.why or None,
        "weight": row.weight,
        "legal": rule is not None and rule.legal,
    }


def _turned(untold: Undelivered, turn: Turn) -> dict[str, Any]:
    return {**_shared(untold, turn.at), "to": [turn.to], "step": turn.step}


def _closed(untold: Undelivered) -> dict[str, Any]:
    assert untold.row.closed_at is not None, "only a row that closed is told as closed"
    return {**_shared(untold, untold.row.closed_at), "outcome": untold.row.outcome}


def _shared(untold: Undelivered, occurred_at: int) -> dict[str, Any]:
    row = untold.row
    return {
        "occurred_at": instant_of(occurred_at),
        "case": untold.case,
        "municipality": untold.municipality,
        "alert": row.alert,
        "rule": row.rule,
        "agreement": row.agreement,
        "version": row.agreement_version,
        "instance": row.instance,
        "stage": row.stage,
        "due": iso(row.due),
        "row": row.number,
    }

"""How what was set aside looks: as JSON, and as lines for people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cli.columns import columns
from ledger.aside import UNDECIDED
from ledger.model import DeadLetter, Decision, Parked
from services.intake.fuse import Fuse
from waakvlam.catalogue import event_types
from waakvlam.clock import iso

OVERDUE = "OVERDUE"
NOTHING = "Nothing is set aside."


def letter_json(one: DeadLetter) -> dict[str, Any]:
    """Return a dead letter as JSON values."""
    return {
        "id": one.number,
        "agency": one.agency,
        "event_id": one.event_id,
        "verdict": one.verdict,
        "field": one.field,
        "reason": one.reason,
        "standing": one.standing,
        "topic": one.topic,
        "partition": one.partition,
        "offset": one.offset,
        "sha256": one.content.hex(),
        "bytes": one.size,
        "set_aside_at": iso(one.set_aside_at),
        "due_at": iso(one.due_at),
    }


def parked_json(one: Parked) -> dict[str, Any]:
    """Return a parked event as JSON values."""
    return {
        "id": one.event_id,
        "agency": one.agency,
        "type": one.type,
        "waits_for_case": one.case,
        "waits_for_reference": None if one.case else one.reference,
        "reason": one.reason,
        "sha256": bytes(one.content).hex(),
        "parked_at": iso(one.parked_at),
        "due_at": iso(one.due_at),
    }


def fuse_json(agency: str, fuse: Fuse) -> dict[str, Any]:
    """Return a fuse as JSON values."""
    return {
        "agency": agency,
        "blown": fuse.blown,
        "seen": fuse.seen,
        "set_aside": fuse.window.bit_count(),
        "in_a_row": fuse.in_a_row,
    }


def decisions_json(found: Sequence[Decision]) -> list[dict[str, str]]:
    """Return decisions as JSON values."""
    return [
        {
            "at": iso(one.decided_at),
            "action": one.action,
            "step": one.step,
            "by": one.who,
            "reason": one.reason,
        }
        for one in found
    ]


def fields_of(one: Parked) -> list[str]:
    """Return the names of the fields of an event of this type."""
    event_type = event_types().get(one.type)
    return [] if event_type is None else [field["name"] for field in event_type.schema["fields"]]


def of_letters(found: Sequence[DeadLetter], now: int) -> Iterator[str]:
    """Yield the lines of a list of dead letters."""
    head = ("id", "agency", "verdict", "field", "standing", "event", "set aside at", "decide before")
    rows = [
        (
            str(one.number),
            one.agency,
            one.verdict,
            one.field or "",
            one.standing,
            one.event_id or "",
            _minute(one.set_aside_at),
            _due(one.due_at, now) if one.standing in UNDECIDED else "",
        )
        for one in found
    ]
    yield from columns(head, rows, words=len(head)) if rows else [NOTHING]


def of_parked(found: Sequence[Parked], now: int) -> Iterator[str]:
    """Yield the lines of a list of parked events."""
    head = ("id", "agency", "type", "waits for", "parked at", "decide before")
    rows = [
        (
            one.event_id,
            one.agency,
            one.type,
            f"case {one.case}" if one.case else f"reference {one.reference}",
            _minute(one.parked_at),
            _due(one.due_at, now),
        )
        for one in found
    ]
    yield from columns(head, rows, words=len(head)) if rows else [NOTHING]


def of_fuses(found: Mapping[str, Fuse]) -> Iterator[str]:
    """Yield the lines of the fuses, those that are blown first."""
    rows = [
        (agency, "BLOWN" if one.blown else "whole", str(one.window.bit_count()), str(one.seen), str(one.in_a_row))
        for agency, one in sorted(found.items(), key=lambda item: (not item[1].blown, item[0]))
    ]
    yield from columns(("agency", "fuse", "set aside", "of the last", "in a row"), rows, words=2)


def pairs(told: Mapping[str, Any], margin: str = "") -> list[str]:
    """Return JSON values as lines of name and value, what is within something indented."""
    lines: list[str] = []
    for name, value in told.items():
        if isinstance(value, Mapping):
            lines += [f"{margin}{name}:", *pairs(value, f"{margin}  ")]
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            lines += [f"{margin}{name}:", *(f"{margin}  {_words(one)}" for one in value)]
        elif value is not None:
            lines.append(f"{margin}{name}: {_word(value)}")
    return lines


def _words(values: Mapping[str, Any]) -> str:
    return "  ".join(str(value) for value in values.values() if value)


def _word(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_word, value)) or "-"
    if isinstance(value, Mapping):
        return f"({', '.join(f'{name}: {_word(one)}' for name, one in value.items())})"
    return str(value)


def _minute(at: int) -> str:
    return f"{iso(at)[:16]}Z"


def _due(due_at: int, now: int) -> str:
    return f"{_minute(due_at)}{f' {OVERDUE}' if due_at <= now else ''}"

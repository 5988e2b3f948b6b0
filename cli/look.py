"""`waakvlam case` and `waakvlam why`: what happened in a case, and what must happen next and why."""

from typing import Any

from cli.exits import Ends, Exit
from cli.screen import result
from cli.settings import Settings
from ledger.application import Ledger
from ledger.record import Record
from ledger.timeline import Line, sentences
from ledger.words import moment
from rulebook.agreements import load
from rulebook.event import Event
from rulebook.why import why
from waakvlam.clock import clock_from, iso
from waakvlam.topics import agencies


def show_case(settings: Settings, case: str, *, as_json: bool) -> None:
    """Print a case's timeline, in Dutch."""
    lines = sentences(_history(settings, case), agencies())
    result([_line_json(one) for one in lines], as_json=as_json, lines=[_words(one) for one in lines])


def show_why(settings: Settings, case: str, *, as_json: bool) -> None:
    """Print what must still happen in a case, by when, and why."""
    now = clock_from(settings.clock).micros()
    found = why(load(settings.agreements), [_event(one) for one in _history(settings, case)], now)
    result(found, as_json=as_json, lines=found)


def _history(settings: Settings, case: str) -> list[Record]:
    ledger = Ledger.open(settings.ledger_url, clock=clock_from(settings.clock))
    try:
        history = ledger.history(case)
    finally:
        ledger.close()
    if not history:
        raise Ends(Exit.REFUSED, f"There is no case {case} in this ledger. `waakvlam export` shows which there are.")
    return history


def _event(one: Record) -> Event:
    return Event(
        id=one.event_id,
        type=one.type,
        case=one.case,
        agency=one.agency,
        municipality=one.municipality,
        occurred_at=one.occurred_at,
        recorded_at=one.recorded_at,
        data=one.data(),
    )


def _words(line: Line) -> str:
    marks = "".join(f"\n    {one.text}" for one in line.marks)
    return f"{moment(line.occurred_at)}  {line.text}{marks}"


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "id": line.event_id,
        "type": line.type,
        "occurred_at": iso(line.occurred_at),
        "recorded_at": iso(line.recorded_at),
        "agency": line.agency,
        "text": line.text,
        "marks": [{"kind": one.kind, "text": one.text} for one in line.marks],
    }

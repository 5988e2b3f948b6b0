"""`waakvlam case` and `waakvlam why`: what happened in a case, and what must happen next and why."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from cli.books import ledger_at, rules_in
from cli.exits import Ends, Exit
from cli.follow import records
from cli.screen import result
from cli.sentences import STAGES, agency_names
from cli.settings import Settings
from ledger.application import Ledger
from ledger.numbers import id_beginning, number_of
from ledger.record import Record
from ledger.timeline import Line, sentences
from ledger.words import moment, phase
from rulebook.why import Reason, Why, why
from waakvlam.clock import iso
from waakvlam.topics import agencies

CASES_SHOWN = 5
INSTANTS = frozenset({"due", "deadline", "since", "accepted_until"})
NOTHING_AFTER = "Hierna komt niets meer; wat te laat is, staat hierboven."
NO_TERM = "Er loopt geen termijn."


def show_case(settings: Settings, case: str, *, as_json: bool) -> None:
    """Print a case's timeline, in Dutch."""
    lines = sentences(_history(settings, case), agencies())
    result([_line_json(one) for one in lines], as_json=as_json, lines=[_words(one) for one in lines])


def show_why(settings: Settings, case: str, *, as_json: bool) -> None:
    """Print what is late in a case, worst first, and what comes due next, soonest first, each with its reason."""
    now = settings.time().micros()
    history = _history(settings, case)
    facts = [one.event() for one in history]
    found = why(rules_in(settings.agreements), history[0].case, facts, now, agencies=agency_names())
    state = "gesloten" if found.is_closed else f"open, fase: {phase(found.phase)}"
    after = NOTHING_AFTER if found.open else NO_TERM
    lines = [
        f"Casus {number_of(history[0].case)} ({history[0].case}): {state}",
        "Nu open:",
        *_reasons(found.open, none="niets"),
        "Hierna:",
        *_reasons(found.next, none=after),
    ]
    result(_why_json(history[0].case, found), as_json=as_json, lines=lines)


def _history(settings: Settings, case: str) -> list[Record]:
    with ledger_at(settings.ledger_url, settings.time()) as ledger:
        history = ledger.history(case) or ledger.history(_of_number(ledger, case))
    if not history:
        raise Ends(Exit.REFUSED, f"There is no case {case} in this ledger. `waakvlam export` shows which there are.")
    return history


def _of_number(ledger: Ledger, typed: str) -> str:
    """Return the id of the one case with this number; found by reading through the ledger."""
    beginning = id_beginning(typed)
    if beginning is None:
        return typed
    found = {one.case for _, one in records(ledger) if one.case.startswith(beginning)}
    if len(found) > 1:
        some = ", ".join(sorted(found)[:CASES_SHOWN])
        raise Ends(Exit.REFUSED, f"{len(found)} cases have a number that begins so: {some}. Give more of the number.")
    return found.pop() if found else typed


def _reasons(reasons: Sequence[Reason], *, none: str) -> Iterator[str]:
    if not reasons:
        yield f"  {none}"
    for one in reasons:
        yield f"  {STAGES[one.stage]} {moment(one.due)} · {one.rule} {one.title}"
        yield f"    {one.sentence}"


def _why_json(case: str, found: Why) -> dict[str, Any]:
    reasons = {
        name: [_with_instants(asdict(one)) for one in some]
        for name, some in (("open", found.open), ("next", found.next))
    }
    return {"case": case, "at": iso(found.at), "phase": found.phase, "is_closed": found.is_closed, **reasons}


def _with_instants(told: dict[str, Any]) -> dict[str, Any]:
    return {name: iso(value) if name in INSTANTS and value is not None else value for name, value in told.items()}


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

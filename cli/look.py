"""`waakvlam case`: what happened in a case; and how a case is found in the ledger, by somebody whose look is logged."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from cli.books import ledger_at, rules_in
from cli.exits import Ends, Exit
from cli.follow import records
from cli.looked import Looker
from cli.screen import result
from cli.settings import Settings
from ledger import traces
from ledger.application import Ledger
from ledger.ladders import ladders_of, municipality_of, titles_of
from ledger.numbers import id_beginning
from ledger.record import Record
from ledger.timeline import Line, sentences
from ledger.words import moment
from rulebook.instants import local_day
from services.board.rights import Action
from waakvlam.clock import iso
from waakvlam.topics import agencies

CASES_SHOWN = 5


def show_case(settings: Settings, case: str, looker: Looker, *, as_json: bool) -> None:
    """Print a case's timeline, in Dutch."""
    history = history_of(settings, case, looker)
    lines = sentences(history, agencies(), ladders=_ladders(settings, history))
    known = traces_of(settings, [one.event_id for one in lines])
    told = [{**_line_json(one), "trace_id": known.get(one.event_id)} for one in lines]
    result(told, as_json=as_json, lines=[_words(one) for one in lines])


def _ladders(settings: Settings, history: Sequence[Record]) -> Mapping[str, str]:
    """Return the names of the ladders that hold for a case; none where the agreements are not here to ask."""
    if not settings.agreements.is_dir():
        return {}
    ladders = ladders_of(rules_in(settings.agreements))
    return titles_of(ladders(municipality_of(one.event() for one in history), local_day(settings.time().micros())))


def traces_of(settings: Settings, ids: Collection[str]) -> dict[str, str]:
    """Return the ids of the traces of events, by event id; those without a trace are left out."""
    with ledger_at(settings.ledger_url, settings.time()) as ledger, ledger.reading() as statements:
        return {event_id: one.trace_id for event_id, one in traces.of_events(statements, ids).items()}


def history_of(settings: Settings, case: str, looker: Looker) -> list[Record]:
    """Return the history of a case, named by its id or its short number, once the look is logged; ends when there is none."""
    with ledger_at(settings.ledger_url, settings.time()) as ledger:
        history = ledger.history(case) or ledger.history(_of_number(ledger, case, settings, looker))
    if not history:
        raise Ends(Exit.REFUSED, f"There is no case {case} in this ledger. `waakvlam export` shows which there are.")
    looker.sees(settings, history[0].case)
    return history


def _of_number(ledger: Ledger, typed: str, settings: Settings, looker: Looker) -> str:
    """Return the id of the one case with this number; found by reading through the ledger."""
    beginning = id_beginning(typed)
    if beginning is None:
        return typed
    found = {one.case for _, one in records(ledger) if one.case.startswith(beginning)}
    if len(found) > 1:
        shown = sorted(found)[:CASES_SHOWN]
        looker.sees_list(settings, shown, Action.FIND_CASE)
        some = ", ".join(shown)
        raise Ends(Exit.REFUSED, f"{len(found)} cases have a number that begins so: {some}. Give more of the number.")
    return found.pop() if found else typed


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

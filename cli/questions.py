"""`waakvlam why`: what a case waits for and why, and with --not why a rule does not alert in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cli.agreement_pages import dutch
from cli.books import rules_in
from cli.exits import Ends, Exit
from cli.look import history_of, traces_of
from cli.looked import Looker
from cli.offline import instant
from cli.screen import result
from cli.sentences import STAGES, agency_names
from cli.settings import Settings
from ledger.numbers import number_of
from ledger.words import how_long, last_day, moment, phase, spoken
from rulebook.event import Event
from rulebook.question import Names, Silent
from rulebook.why import Reason, Why, why
from rulebook.why_not import UNKNOWN_RULE, WhyNot, why_not
from rulebook.wording import event as event_name
from waakvlam.clock import iso

NOTHING_AFTER = "Hierna komt niets meer; wat te laat is, staat hierboven."
NO_TERM = "Er loopt geen termijn."
EMPTY = "leeg, alles is ingetrokken; hoort het gezin gevolgd te worden, dan moet de melding opnieuw worden verstuurd"
ALERTS_HERE = "Deze regel geeft hier wel een alarm:"
SILENT_HERE = "Deze regel geeft hier geen alarm:"
OTHERWISE = "En verder:"
REASONS_SHOWN = 12
NO_TRACES: Mapping[str, str] = {}
INSTANTS = frozenset({"at", "due", "deadline", "since", "accepted_until", "until", "next_due"})


@dataclass(frozen=True, slots=True)
class Asked:
    """About which case is asked, as it was known when, and by whom."""

    case: str
    at: str | None
    looker: Looker


def show_why(settings: Settings, asked: Asked, *, as_json: bool) -> None:
    """Print what is late in a case, worst first, and what comes due next, soonest first, each with its reason."""
    now, case, facts = _facts(settings, asked)
    found = why(rules_in(settings.agreements), case, facts, now, agencies=agency_names())
    known = traces_of(settings, [one.event for one in (*found.open, *found.next)])
    lines = [
        f"{_heading(case, now)}: {_state(found)}",
        "Nu open:",
        *_reasons(found.open, now, none="niets", known=known),
        "Hierna:",
        *_reasons(found.next, now, none=NOTHING_AFTER if found.open else NO_TERM, known=known),
    ]
    result(_why_json(case, found, known), as_json=as_json, lines=lines)


def show_why_not(settings: Settings, asked: Asked, rule: str, *, as_json: bool) -> None:
    """Print why a rule does not alert in a case: what is still to come first, then the newest first."""
    now, case, facts = _facts(settings, asked)
    agreements = rules_in(settings.agreements)
    found = why_not(agreements, case, facts, now, rule, names=Names(agency_names(), dutch()))
    if any(one.code == UNKNOWN_RULE for one in found.reasons):
        known = sorted({name for one in agreements.files for name in one.rules})
        raise Ends(Exit.REFUSED, f"No agreement has a rule {rule}. There are: {', '.join(known)}.")
    lines = [f"{_heading(case, now)}, regel {rule} {found.title}".rstrip()]
    if found.open:
        lines += [ALERTS_HERE, *_reasons(found.open, now, none="")]
    if found.reasons:
        lines += [OTHERWISE if found.open else SILENT_HERE, *(f"  {line}" for line in silent(found.reasons))]
    result(_why_not_json(case, found), as_json=as_json, lines=lines)


def _facts(settings: Settings, asked: Asked) -> tuple[int, str, list[Event]]:
    """Return the instant that is asked about, and the case with its facts."""
    at = instant(asked.at, "--at")
    history = history_of(settings, asked.case, asked.looker)
    now = settings.time().micros() if at is None else at
    return now, history[0].case, [one.event() for one in history]


def _heading(case: str, at: int) -> str:
    return f"Casus {number_of(case)} ({case}) op {moment(at)}"


def _state(found: Why) -> str:
    if found.is_emptied:
        return EMPTY
    return "gesloten" if found.is_closed else f"open, fase: {phase(found.phase)}"


def _reasons(reasons: Sequence[Reason], now: int, *, none: str, known: Mapping[str, str] = NO_TRACES) -> Iterator[str]:
    if not reasons:
        yield f"  {none}"
    for one in reasons:
        yield f"  {STAGES[one.stage]} {when(one.due, now)} · {one.rule} {one.title}"
        yield f"    {one.sentence}"
        if one.accepted_until is not None:
            yield f"    Uitstel is geaccepteerd tot en met {last_day(one.accepted_until)}."
        agency = agency_names().get(one.agency, one.agency)
        yield f"    Door: {event_name(one.event_type)} ({agency}, {moment(one.since)}, {one.event})"
        if one.event in known:
            yield f"    Trace: {known[one.event]}"
        yield f"    Afspraak: {one.agreement} versie {one.version}, {one.file} regel {one.line}"
        yield f"    {one.remedy}"


def when(due: int, now: int) -> str:
    """Return when a stage came or comes due, seen from now."""
    if due <= now:
        return f"sinds {spoken(due)}"
    return f"vanaf {spoken(due)} (over {how_long(now, now=due)})"


def silent(reasons: Sequence[Silent]) -> Iterator[str]:
    """Yield the sentences of the first reasons, each with the line of its agreement, and how many more there are."""
    for one in reasons[:REASONS_SHOWN]:
        place = "" if one.file is None else f" [{one.file} regel {one.line}]"
        yield f"{one.sentence}{place}"
    if len(reasons) > REASONS_SHOWN:
        yield f"En nog {len(reasons) - REASONS_SHOWN} van eerder; --json toont alles."


def _why_json(case: str, found: Why, known: Mapping[str, str]) -> dict[str, Any]:
    told = {"case": case, **plain(asdict(found))}
    for one in (*told["open"], *told["next"]):
        one["trace_id"] = known.get(one["event"])
    return told


def _why_not_json(case: str, found: WhyNot) -> dict[str, Any]:
    return {"case": case, "alerts": bool(found.open), **plain(asdict(found))}


def plain(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record as JSON: instants as text, tuples as lists."""
    return {name: _value(name, value) for name, value in told.items()}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, tuple):
        return [plain(one) if isinstance(one, dict) else one for one in value]
    return iso(value) if name in INSTANTS and value is not None else value

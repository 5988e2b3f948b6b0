"""Where a case stands, piece by piece: handovers, safety conditions, monitoring moments, and how its reports came together.

All of it is computed from what is known at an instant, corrections and withdrawals applied; nothing sealed is read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger import words
from ledger.record import Record
from rulebook.event import Event
from rulebook.history import History, effective
from services.board.language import day, listed, moment, say
from waakvlam.catalogue import event_types
from waakvlam.topics import Agency

ANSWERS = {"accepted": "Geaccepteerd", "refused": "Geweigerd", "withdrawn": "Ingetrokken"}
QUESTIONS = {
    "conditions": "Is aan de voorwaarden voldaan?",
    "direct_safety": "Is er directe veiligheid?",
    "stable_safety": "Is er stabiele veiligheid?",
    "recovery": "Wordt er aan herstel gewerkt?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverLine:
    """One offer of the case by one agency to another, and what was answered; `answer` is empty while nobody did."""

    offered: str
    by: str
    to: str
    after: str
    answer: str
    answered: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionLine:
    """One safety condition: by whom, when and by whom it is checked, and how it stands (`state` is for its mark)."""

    number: int
    agency: str
    since: str
    check_on: str
    check_by: str
    state: str
    state_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentLine:
    """One monitoring moment: the questions with their answers, and what was decided."""

    number: str
    at: str
    agency: str
    answers: tuple[tuple[str, str], ...]
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One report of the case, what it is in the case's life, and why it came to this case."""

    at: str
    agency: str
    capacity: str
    kind: str
    link: str


@dataclass(frozen=True, slots=True)
class Standing:
    """All of it."""

    handovers: tuple[HandoverLine, ...]
    conditions: tuple[ConditionLine, ...]
    moments: tuple[MomentLine, ...]
    reports: tuple[ReportLine, ...]


def standing(records: Sequence[Record], agencies: Mapping[str, Agency], *, today: str) -> Standing:
    """Return where a case stands as these records tell; `today` is a date as YYYY-MM-DD."""
    history = History(effective(record.event() for record in records))
    names = {one.id: one.name for one in agencies.values()}
    return Standing(
        handovers=tuple(_handover(one, history, names) for one in reversed(history.of("handover_offered"))),
        conditions=tuple(_condition(n, one, history, names, today) for n, one in enumerate(_conditions(history), 1)),
        moments=tuple(_moment(one, names) for one in reversed(history.of("monitoring_moment_done"))),
        reports=tuple(_reports(records, history, names)),
    )


# Handovers.


def _handover(offer: Event, history: History, names: Mapping[str, str]) -> HandoverLine:
    given = history.of(*(f"handover_{one}" for one in ANSWERS))
    answer = next((one for one in given if _same(one, offer, "handover_id") and one.order > offer.order), None)
    to = offer.data.get("to_agency")
    return HandoverLine(
        offered=moment(offer.occurred_at),
        by=_name(offer.agency, names),
        to=_name(str(to), names) if to else say("niet genoemd"),
        after=_word(offer, "after"),
        answer="" if answer is None else say(ANSWERS[answer.type.removeprefix("handover_")]),
        answered="" if answer is None else _answered(answer, names),
    )


def _answered(answer: Event, names: Mapping[str, str]) -> str:
    when = say("op {moment} door {agency}", moment=moment(answer.occurred_at), agency=_name(answer.agency, names))
    return f"{when}: {_word(answer, 'reason')}" if answer.type == "handover_refused" else when


# Safety conditions.


def _conditions(history: History) -> Iterable[Event]:
    """Return the first event of each condition: that it was set."""
    seen: dict[Any, Event] = {}
    for one in history.of("condition_set"):
        seen.setdefault(one.data.get("condition_id"), one)
    return seen.values()


def _condition(number: int, begun: Event, history: History, names: Mapping[str, str], today: str) -> ConditionLine:
    of_it = [
        one
        for one in history.of("condition_set", "condition_changed", "condition_met", "condition_broken")
        if _same(one, begun, "condition_id")
    ]
    planned = [one for one in of_it if one.data.get("check_on")]
    check = planned[-1] if planned else begun
    looked = next((one for one in reversed(of_it) if one.type in {"condition_met", "condition_broken"}), None)
    state, text = _state(check, looked, today)
    return ConditionLine(
        number=number,
        agency=_name(begun.agency, names),
        since=moment(begun.occurred_at),
        check_on=day(check.data.get("check_on")) or say("niet genoemd"),
        check_by=_word(check, "check_by"),
        state=state,
        state_text=text,
    )


def _state(check: Event, looked: Event | None, today: str) -> tuple[str, str]:
    """Return how a condition stands: what was seen last counts until a new check day was agreed."""
    if looked is not None and looked.order > check.order:
        when = moment(looked.occurred_at)
        if looked.type == "condition_broken":
            return "geschonden", say("Geschonden, gezien op {moment}.", moment=when)
        return "voldaan", say("Eraan voldaan, gezien op {moment}.", moment=when)
    if str(check.data.get("check_on") or today) < today:
        return "voorbij", say("Nog niet gecontroleerd. Die dag is voorbij.")
    return "wacht", say("Nog niet gecontroleerd.")


# Monitoring moments.


def _moment(done: Event, names: Mapping[str, str]) -> MomentLine:
    return MomentLine(
        number=str(done.data.get("moment")),
        at=moment(done.occurred_at),
        agency=_name(done.agency, names),
        answers=tuple((say(text), _word(done, field)) for field, text in QUESTIONS.items()),
        decision=_word(done, "decision"),
    )


# How the reports of a case came together.


def _reports(records: Sequence[Record], history: History, names: Mapping[str, str]) -> Iterable[ReportLine]:
    classes = {one.data.get("report_id"): one for one in history.of("report_classified")}
    counted = {one.id for one in history.of("report_received")}
    before: list[Record] = []
    lines = []
    for record in records:
        if record.event_id in counted:
            report = record.event()
            kind = classes.get(report.data.get("report_id"))
            lines.append(
                ReportLine(
                    at=moment(report.occurred_at),
                    agency=_name(report.agency, names),
                    capacity=_word(report, "reporter_capacity"),
                    kind="" if kind is None else _word(kind, "class"),
                    link=_link(record, before),
                )
            )
        before.append(record)
    return reversed(lines)


def _link(record: Record, before: Sequence[Record]) -> str:
    """Return why a report came to this case, in the order in which intake looks (explicit, file number, persons)."""
    if not before:
        return say("Met deze melding begon de casus.")
    persons = _persons(record)
    known = persons & {label for one in before for label in _persons(one)}
    reasons = []
    if record.reference and any((one.agency, one.reference) == (record.agency, record.reference) for one in before):
        reasons.append(say("dezelfde organisatie gebruikte hetzelfde dossiernummer"))
    if known:
        reasons.append(_known(len(known), len(persons)))
    if not reasons:
        return say("De afzender noemde zelf deze casus.")
    return say("Gekoppeld, want {reasons}.", reasons=listed(reasons))


def _known(known: int, persons: int) -> str:
    if known == 1:
        return say("één persoon uit deze melding was hier al bekend")
    return say("{known} van de {all} personen uit deze melding waren hier al bekend", known=known, all=persons)


def _persons(record: Record) -> set[str]:
    """Return the labels (p1, p2, …) of the persons in a report."""
    persons = record.data().get("persons") if record.type == "report_received" else None
    return {str(one.get("person")) for one in persons or () if isinstance(one, dict)}


# Words.


def _same(one: Event, other: Event, field: str) -> bool:
    return one.data.get(field) is not None and one.data.get(field) == other.data.get(field)


def _name(agency: str, names: Mapping[str, str]) -> str:
    return names.get(agency, agency)


def _word(event: Event, field: str) -> str:
    """Return the word for a code in an event, or what it holds; in Dutch, for that is how it was told."""
    value = event.data.get(field)
    if value in (None, ""):
        return say("niet genoemd")
    known = event_types().get(event.type)
    return words.word_for(known, field, str(value)) if known and field in words.labels_of(known) else str(value)

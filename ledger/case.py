"""A case: what can happen in it, what it then is, and what cannot be. Start reading here.

A case is the story of one family, told by several agencies. Nobody sees the whole; the order in which the agencies tell
it is not the order in which it happened. So a case is computed from all its events in the order of the world
(`occurred_at`), and computing it again gives the same case, whatever came first.

Three parts: what a case is (`Case`), what each event does to it (`evolve`), and what is refused at the door (`decide`).
Facts are recorded whatever the state: a missed term never blocks anything. Only what cannot be is refused, with a
sentence. No clock, no ids, no reading or writing happens here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from ledger.errors import UnknownEvent
from rulebook.event import Event
from rulebook.history import closed_behind, effective, phase_behind
from rulebook.instants import add_months, day_of, parse_day
from rulebook.rules import ASSESSMENT, NEVER_HEARD, Ladder
from waakvlam.catalogue import event_types

# What a case is.


@dataclass(frozen=True, slots=True)
class Handover:
    """A case offered by one agency to another: nobody lets go before somebody has taken hold."""

    offered_by: str
    to_agency: str | None
    answer: str | None = None  # accepted, refused or withdrawn


@dataclass(frozen=True, slots=True)
class Escalation:
    """A case brought higher because those who work on it got stuck."""

    ladder: str
    level: int
    open: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """What we know of a case now; made by `case_of`, never changed in place."""

    phase: str = ASSESSMENT
    closed: bool = False
    is_emptied: bool = True  # nothing of the family itself is known (any more): all was withdrawn, or moved away
    reports: int = 0
    safety_view: str | None = None  # who keeps sight of safety after a handover; nobody named: Veilig Thuis
    has_director: bool = False
    handovers: Mapping[str, Handover] = field(default_factory=dict)
    escalations: Mapping[str, Escalation] = field(default_factory=dict)


def case_of(events: Iterable[Event]) -> Case:
    """Return the case that these events make, corrections and withdrawals applied, in the order of the world."""
    case = Case()
    for event in effective(events):
        case = evolve(case, event)
    return case


# What each event does to it.


def evolve(case: Case, event: Event) -> Case:
    """Return the case after this event. An event that the catalogue does not know raises UnknownEvent."""
    if event.type not in event_types():
        raise UnknownEvent(event.type)
    change = CHANGES.get(event.type)
    changed = change(case, event) if change else case
    phase = phase_behind(event, case.phase, is_first=case.reports == 0, closed=case.closed)
    is_emptied = case.is_emptied and event.type in NEVER_HEARD
    return replace(changed, phase=phase, closed=closed_behind(event, closed=case.closed), is_emptied=is_emptied)


def _reported(case: Case, _: Event) -> Case:
    """A report brings sight of safety to Veilig Thuis when the case is new or was closed."""
    return replace(case, reports=case.reports + 1, safety_view=None if case.closed else case.safety_view)


def _handover_offered(case: Case, event: Event) -> Case:
    offer = Handover(event.agency, event.data.get("to_agency"))
    return replace(case, handovers={**case.handovers, event.data["handover_id"]: offer})


def _handover_accepted(case: Case, event: Event) -> Case:
    return replace(_handover_answered(case, event), safety_view=event.agency)


def _handover_answered(case: Case, event: Event) -> Case:
    number = event.data["handover_id"]
    offer = case.handovers.get(number, Handover(event.agency, None))
    answered = replace(offer, answer=event.type.removeprefix("handover_"))
    return replace(case, handovers={**case.handovers, number: answered})


def _escalated(case: Case, event: Event) -> Case:
    escalation = Escalation(event.data["ladder"], event.data["level"])
    return replace(case, escalations={**case.escalations, event.data["escalation_id"]: escalation})


def _escalation_closed(case: Case, event: Event) -> Case:
    number = event.data["escalation_id"]
    if number not in case.escalations:
        return case
    closed = replace(case.escalations[number], open=False)
    return replace(case, escalations={**case.escalations, number: closed})


CHANGES: Mapping[str, Callable[[Case, Event], Case]] = {
    "report_received": _reported,
    "handover_offered": _handover_offered,
    "handover_accepted": _handover_accepted,
    "handover_refused": _handover_answered,
    "handover_withdrawn": _handover_answered,
    "director_assigned": lambda case, _: replace(case, has_director=True),
    "director_ended": lambda case, _: replace(case, has_director=False),
    "escalation_started": _escalated,
    "escalation_moved": _escalated,
    "escalation_closed": _escalation_closed,
    "case_reopened": lambda case, _: replace(case, safety_view=None),
}


# What cannot be.


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an event is refused at the door: the field it is about and a Dutch sentence for its sender."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a decision needs besides the event: the case's history, who asks, the day, and the ladders in force."""

    history: tuple[Event, ...]
    by_veilig_thuis: bool
    today: date
    ladders: Mapping[str, Ladder]

    def find(self, event_id: str) -> Event | None:
        """Return the event with this id in the case's history."""
        return next((one for one in self.history if one.id == event_id), None)

    def meant(self, event: Event) -> Event:
        """Return what a correction makes of its event; any other event says itself what it means."""
        told = self.find(event.data["event_id"]) if event.type == "event_corrected" else None
        return told.corrected(event) if told else event


def decide(event: Event, asked: Asked) -> Refusal | None:
    """Return why this event cannot be, or nothing. Only the types in NEEDS_HISTORY can be refused."""
    rule = REFUSALS.get(event.type)
    return rule(event, asked) if rule else None


def _answer_by_receiver(event: Event, asked: Asked) -> Refusal | None:
    offer = case_of(asked.history).handovers.get(event.data["handover_id"])
    if offer is None or offer.to_agency in {None, event.agency}:
        return None
    return Refusal("handover_id", "Een andere organisatie kreeg deze overdracht aangeboden; alleen die kan antwoorden.")


def _withdrawn_by_sender(event: Event, asked: Asked) -> Refusal | None:
    offer = case_of(asked.history).handovers.get(event.data["handover_id"])
    if offer is None:
        return None
    if offer.offered_by != event.agency:
        return Refusal("handover_id", "Alleen wie de overdracht aanbood, kan haar intrekken.")
    if offer.answer == "accepted":
        return Refusal("handover_id", "Deze overdracht is al geaccepteerd en kan niet meer worden ingetrokken.")
    return None


def _level_exists(event: Event, asked: Asked) -> Refusal | None:
    if not asked.ladders:
        return None  # no agreement has a ladder to judge by
    ladder = asked.ladders.get(event.data["ladder"])
    if ladder is None:
        known = ", ".join(sorted(asked.ladders))
        return Refusal("ladder", f"Deze escalatieladder kent de regio niet. Bekend: {known}.")
    if event.data["level"] not in {level.nr for level in ladder.levels}:
        return Refusal("level", f"De ladder {ladder.id} heeft geen niveau {event.data['level']}.")
    return None


def _level_not_skipped(event: Event, asked: Asked) -> Refusal | None:
    if refusal := _level_exists(event, asked):
        return refusal
    ladder = asked.ladders.get(event.data["ladder"])
    now = case_of(asked.history).escalations.get(event.data["escalation_id"])
    if ladder is None or now is None or event.data["reason"] in ladder.skip_reasons:
        return None
    for level in ladder.levels:
        if now.level < level.nr < event.data["level"] and not level.may_skip:
            reasons = ", ".join(ladder.skip_reasons) or "geen"
            sentence = (
                f"Niveau {level.nr} ({level.name}) mag niet worden overgeslagen om deze reden. Wel om: {reasons}."
            )
            return Refusal("level", sentence)
    return None


def _not_too_far_ahead(event: Event, asked: Asked) -> Refusal | None:
    until_on = parse_day(event.data["until_on"])
    if until_on is not None and until_on > add_months(day_of(asked.today), 3):
        return Refusal("until_on", "Een stilstand kan hooguit drie maanden vooruit worden geaccepteerd.")
    return None


def _own_event(event: Event, asked: Asked) -> Refusal | None:
    told = asked.find(event.data["event_id"])
    if told is None and not asked.by_veilig_thuis:
        return Refusal("event_id", "Deze gebeurtenis staat niet in deze casus. Stuur eerst de gebeurtenis zelf.")
    if told is not None and told.agency != event.agency and not asked.by_veilig_thuis:
        return Refusal(
            "event_id", "Alleen wie een gebeurtenis vertelde, of Veilig Thuis, kan haar verbeteren of intrekken."
        )
    return None


def _correctable(event: Event, asked: Asked) -> Refusal | None:
    if refusal := _own_event(event, asked):
        return refusal
    told = asked.find(event.data["event_id"])
    if told is not None and told.type in {"event_corrected", "event_withdrawn"}:
        sentence = "Een verbetering of intrekking kan niet worden verbeterd: trek haar in en stuur een nieuwe."
        return Refusal("event_id", sentence)
    return _refused_as_corrected(told, event, asked) if told else None


def _refused_as_corrected(told: Event, correction: Event, asked: Asked) -> Refusal | None:
    """Judge an event by what a correction makes of it: as if told so at first, and as if told so now."""
    meant, place = told.corrected(correction), asked.history.index(told)
    before, after = asked.history[:place], asked.history[place + 1 :]
    return decide(meant, replace(asked, history=before)) or decide(meant, replace(asked, history=before + after))


def _no_ring(event: Event, asked: Asked) -> Refusal | None:
    if refusal := _own_event(event, asked):
        return refusal
    named = event.data["event_id"]
    while (told := asked.find(named)) is not None and told.type == "event_withdrawn":
        named = told.data["event_id"]
        if named == event.id:
            return Refusal("event_id", "Deze intrekkingen verwijzen in een kring naar elkaar.")
    return Refusal("event_id", "Een intrekking kan zichzelf niet intrekken.") if named == event.id else None


REFUSALS: Mapping[str, Callable[[Event, Asked], Refusal | None]] = {
    "handover_accepted": _answer_by_receiver,
    "handover_refused": _answer_by_receiver,
    "handover_withdrawn": _withdrawn_by_sender,
    "escalation_started": _level_exists,
    "escalation_moved": _level_not_skipped,
    "stall_acceptance_proposed": _not_too_far_ahead,
    "stall_accepted": _not_too_far_ahead,
    "event_corrected": _correctable,
    "event_withdrawn": _no_ring,
}
NEEDS_HISTORY = frozenset(REFUSALS)

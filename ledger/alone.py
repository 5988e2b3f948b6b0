"""What nobody does alone: let danger wait, or silence its alarm for longer than a week (decision 16).

Danger is a rule of weight 5. The rule book's engine follows what stands in the ledger; so that one mistaken or hurried
person cannot wave danger away, the ledger's door asks for two:

- a stall is accepted only where another person proposed it: same rule, same instance, until that day or a later one;
- an alert is acknowledged for at most a week ahead, until another person acknowledged it too.

Judged is what an event makes of the case, whatever its type: an acceptance that a correction lengthens, or that comes
back because its withdrawal is withdrawn, is as new. Its second person is whoever tells that event. Making waiting
shorter, or ending it, is always free. No clock, no ids, no reading or writing happens here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ledger.case import Refusal
from ledger.staff import known_as
from rulebook.event import CORRECTED, WITHDRAWN, Event
from rulebook.history import effective, named_event
from rulebook.instants import day_of, parse_day

PROPOSED, ACCEPTED, ACKNOWLEDGED = "stall_acceptance_proposed", "stall_accepted", "alert_acknowledged"
GUARDED = frozenset({ACCEPTED, ACKNOWLEDGED, CORRECTED, WITHDRAWN})
QUIET_DAYS_MAX = 7
FOREVER = 10**9  # a day that never comes

NOBODY = (
    "Dit gaat over gevaar (zwaarte 5) en daarover beslist niemand alleen. Zet in recorded_by wie dit vastlegt, "
    "als nummer van de medewerker, en stuur het opnieuw."
)
NOT_PROPOSED = (
    "Gevaar (zwaarte 5) laat niemand alleen wachten. Laat eerst een collega het uitstel voorstellen "
    "(stall_acceptance_proposed), voor dezelfde regel en instance en tot en met deze dag of later. "
    "Stuur dit daarna opnieuw, vastgelegd door een ander dan wie het voorstelde."
)
TOO_QUIET = (
    f"Een alarm over gevaar (zwaarte 5) maakt niemand alleen langer dan {QUIET_DAYS_MAX} dagen stil. "
    f"Noem voor de volgende stap (next_step_on) een dag binnen {QUIET_DAYS_MAX} dagen. Een latere dag, of geen, kan pas als ook "
    "een collega dit alarm oppakte."
)


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of a case so far, who recorded it (by event id, this event's too), and what is danger here."""

    history: tuple[Event, ...]
    recorded_by: Mapping[str, str | None]
    dangers: frozenset[str]  # the ids of the rules of weight 5
    today: date

    def people_behind(self, event_id: str) -> frozenset[str | None]:
        """Return who had a hand in an event: recorded, corrected, withdrew or brought back. None is nobody knows who."""
        return people_behind(event_id, self.history, self.recorded_by)

    def is_backed(self, person: str, backings: Iterator[Event]) -> bool:
        """Tell whether one of these events is wholly of others than this person."""
        return any(people.isdisjoint({None, person}) for people in (self.people_behind(one.id) for one in backings))

    def person_of(self, event: Event) -> str | None:
        """Return who tells the event that is judged."""
        return _person(event.id, self.recorded_by)

    def is_danger(self, alert: object) -> bool:
        """Tell whether an alert is about danger; one that was not raised here yet may be, so it is taken for it."""
        raised = [one for one in self.history if one.type == "alert_raised" and one.data.get("alert") == alert]
        return not raised or any(one.data.get("rule") in self.dangers for one in raised)


def people_behind(
    event_id: str, history: Iterable[Event], recorded_by: Mapping[str, str | None]
) -> frozenset[str | None]:
    """Return who had a hand in an event: recorded, corrected, withdrew or brought back. None is nobody knows who."""
    told = [one for one in history if one.type in {CORRECTED, WITHDRAWN}]
    asked, people = [event_id], {_person(event_id, recorded_by)}
    met = {event_id}
    while asked:
        named = asked.pop()
        for one in told:
            if named_event(one) == named and one.id not in met:
                met.add(one.id)
                asked.append(one.id)
                people.add(_person(one.id, recorded_by))
    return frozenset(people)


def _person(event_id: str, recorded_by: Mapping[str, str | None]) -> str | None:
    """Return a worker's id, so that other capitals are no other person."""
    found = recorded_by.get(event_id)
    return known_as(found) if found else None


def refusal(event: Event, told: Told) -> Refusal | None:
    """Return why one person alone cannot tell this event, or nothing. Only the types in GUARDED can be refused."""
    if event.type not in GUARDED or not told.dangers:
        return None
    before = effective(told.history)
    standing = {one.id: one for one in before}
    for one in effective((*told.history, event)):
        rule = RULES.get(one.type)
        if rule and (refused := rule(one, standing.get(one.id), event, before, told)):
            return Refusal("event_id", refused.sentence) if event.type == WITHDRAWN else refused
    return None


def _accepted_by_two(
    one: Event, standing: Event | None, event: Event, before: list[Event], told: Told
) -> Refusal | None:
    until = parse_day(one.data["until_on"])
    if one.data["rule"] not in told.dangers or until is None:
        return None  # without a day it has no effect
    if standing and _about(standing) == _about(one) and until <= (parse_day(standing.data["until_on"]) or 0):
        return None
    person = told.person_of(event)
    if person is None:
        return Refusal("recorded_by", NOBODY)
    proposals = (
        each
        for each in before
        if each.type == PROPOSED and _about(each) == _about(one) and (parse_day(each.data["until_on"]) or 0) >= until
    )
    return None if told.is_backed(person, proposals) else Refusal("until_on", NOT_PROPOSED)


def _quiet_by_two(one: Event, standing: Event | None, event: Event, before: list[Event], told: Told) -> Refusal | None:
    alert, until = one.data["alert"], _quiet_until(one)
    if until <= day_of(told.today) + QUIET_DAYS_MAX or not told.is_danger(alert):
        return None
    if standing and standing.data["alert"] == alert and until <= _quiet_until(standing):
        return None
    person = told.person_of(event)
    if person is None:
        return Refusal("recorded_by", f"{TOO_QUIET} {NOBODY}")
    others = (
        each for each in before if each.type == ACKNOWLEDGED and each.data["alert"] == alert and each.id != one.id
    )
    return None if told.is_backed(person, others) else Refusal("next_step_on", TOO_QUIET)


def _about(stall: Event) -> tuple[object, object]:
    return stall.data["rule"], stall.data["instance"]


def _quiet_until(acknowledgement: Event) -> int:
    until = parse_day(acknowledgement.data.get("next_step_on"))
    return FOREVER if until is None else until


Rule = Callable[[Event, Event | None, Event, list[Event], Told], Refusal | None]
RULES: Mapping[str, Rule] = {ACCEPTED: _accepted_by_two, ACKNOWLEDGED: _quiet_by_two}

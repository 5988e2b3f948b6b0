"""The rules of triage: pure functions of a case's events up to the moment that one of them was recorded.

Two questions. What is this report in the life of the case (`classify`)? And how soon must whom look at the case (`route`)? Codes that
we do not know, and what is not said, count as the more dangerous of what they may mean.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rulebook.event import Event
from rulebook.history import PHASE_TYPES, History, effective
from services.triage.policy import Policy, Sign
from waakvlam.clock import instant_of

REPORT, ASSESSED, DANGER = "report_received", "safety_assessed", "acute_danger_found"
CHANGES_KNOWLEDGE = frozenset({"event_corrected", "event_withdrawn"})
TRIGGERS = frozenset({REPORT, ASSESSED, DANGER}) | CHANGES_KNOWLEDGE
# All that the answers depend on: whatever else is in a case, they are the same without it.
LOOKED_AT = TRIGGERS | PHASE_TYPES

URGENCIES = ("red", "orange", "green")
YOUNGEST_IN: Mapping[str, int] = {"unborn": 0, "0_3": 0, "4_11": 4, "12_17": 12, "18_64": 18, "65_plus": 65}


@dataclass(frozen=True, slots=True)
class Route:
    """Where a case stands in the work, and the weightiest reason for it."""

    priority: int
    queue: str
    reason: str
    to_agency: str | None


@dataclass(frozen=True, slots=True)
class Classified:
    """What a report is in the life of its case, and how many reports went before it."""

    report_class: str
    earlier_reports: int


@dataclass(frozen=True, slots=True)
class Situation:
    """What the signs of the policy look at."""

    acute: bool
    urgency: str | None
    report_class: str
    earlier_reports: int
    youngest_child: int | None
    municipality: str


# What is this report?


def classify(history: Iterable[Event], report: Event) -> Classified:
    """Tell what a report is, given all events of the case that were recorded before it."""
    known = effective(history)
    earlier = [event for event in known if event.type == REPORT]
    if not earlier:
        return Classified("first", 0)
    before = [event for event in known if event.order < report.order]
    phase = History(before).phase
    if phase == "closed":
        report_class = "repeat_all_known" if _all_known(earlier, report) else "repeat_some_known"
    elif phase == "assessment":
        report_class = "after_assessment" if _all_assessed(before) else "during_assessment"
    else:
        report_class = "during_monitoring"
    return Classified(report_class, len(earlier))


def _all_assessed(events: Sequence[Event]) -> bool:
    """Tell whether every report so far was assessed; a report told late counts as not yet looked at."""
    assessed = {event.data.get("report_id") for event in events if event.type == ASSESSED}
    reported = {event.data.get("report_id") for event in events if event.type == REPORT}
    return bool(reported) and reported <= assessed


def _all_known(earlier: Iterable[Event], report: Event) -> bool:
    """Tell whether all persons of a report stood in earlier ones; a report that names nobody may be about anybody."""
    known = {person for event in earlier for person in _names(event)}
    named = _names(report)
    return bool(named) and named <= known


def _names(report: Event) -> set[str]:
    return {str(person.get("person")) for person in report.data.get("persons", ())}


# How soon must whom look?


def route(history: Iterable[Event], policy: Policy) -> Route | None:
    """Tell where a case stands in the work after these events; nothing while there is no report."""
    situation = situation_of(effective(history))
    if situation is None:
        return None
    met = sorted((sign for sign in policy.signs if _is_met(sign, situation)), key=lambda sign: sign.priority)
    queue = next(sign.queue for sign in met if sign.queue is not None)
    return Route(met[0].priority, queue, met[0].reason, policy.whose_turn(situation.municipality))


def situation_of(events: Sequence[Event]) -> Situation | None:
    """Return what is known now about the danger in a case, from its effective events in order; nothing without a report."""
    acute, urgency, begin, last = False, None, 0, None
    past = History()
    for place, event in enumerate(events):
        if event.type == REPORT:
            if past.closed:  # a new chapter: what was judged before does not speak about now
                acute, urgency, begin = False, None, place
            acute = acute or event.data.get("acute") is not False
            last = event
        elif event.type == DANGER:
            acute = True
        elif event.type == ASSESSED:
            acute = event.data.get("acute_unsafe") is not False
            urgency = event.data.get("urgency")
            urgency = urgency if urgency in URGENCIES else "red"
        past.add(event)
    if last is None:
        return None
    told = classify([event for event in events if event.order < last.order], last)
    youngest = _youngest_child(event for event in events[begin:] if event.type == REPORT)
    return Situation(acute, urgency, told.report_class, told.earlier_reports, youngest, last.municipality)


def _is_met(sign: Sign, situation: Situation) -> bool:
    when = sign.when
    return (
        (when.acute is None or when.acute == situation.acute)
        and (when.urgency is None or situation.urgency in when.urgency)
        and (when.report_class is None or situation.report_class in when.report_class)
        and (when.earlier_reports is None or situation.earlier_reports >= when.earlier_reports)
        and (
            when.child_under is None
            or (situation.youngest_child is not None and situation.youngest_child < when.child_under)
        )
    )


def _youngest_child(reports: Iterable[Event]) -> int | None:
    """Return how young the youngest child may be, in years; nothing where no report names a child."""
    ages = [
        _age_at_least(person, instant_of(report.occurred_at).year)
        for report in reports
        for person in report.data.get("persons", ())
        if person.get("child") is not False
    ]
    return min(ages, default=None)


def _age_at_least(person: Mapping[str, object], year: int) -> int:
    """Return the least age that a person may have: in the year of a birthday nobody knows whether it was celebrated."""
    born = person.get("birth_year")
    if isinstance(born, int):
        return max(0, year - born - 1)
    return YOUNGEST_IN.get(str(person.get("age_group")), 0)

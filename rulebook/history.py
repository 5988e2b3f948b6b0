"""K(T): what is known of a case at an instant, in order, with what rules ask of it (rule book section 1)."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from rulebook.event import CHANGING, CORRECTED, WITHDRAWN, Event, Order
from rulebook.instants import day_end, parse_day
from rulebook.matcher import Matcher
from rulebook.rules import (
    ASSESSMENT,
    CLOSED,
    DIRECT_SAFETY,
    MARKERS,
    NEVER_HEARD,
    PILOT_LIGHT,
    RECOVERY,
    STABLE_SAFETY,
)

in_order = attrgetter("order")

EMPTIED = "emptied"  # not a phase: stands in its place for a case of which nothing of the family is known any more

PHASE_SET_BY = {
    "handover_accepted": DIRECT_SAFETY,
    "direct_safety_reached": STABLE_SAFETY,
    "stable_safety_reached": RECOVERY,
    "safety_lost": DIRECT_SAFETY,
    "vt_closed": PILOT_LIGHT,
    "case_closed": CLOSED,
    "case_reopened": ASSESSMENT,
}
PHASE_TYPES = frozenset(PHASE_SET_BY) | {"report_received"}


def phase_behind(event: Event, phase: str, *, is_first: bool, closed: bool) -> str:
    """Return the phase of a case behind an event, from what it was before (4.4).

    Of reports only the case's first, or one that finds it closed, sets a phase: a follow-up report changes none.
    """
    if event.type == "report_received":
        return ASSESSMENT if is_first or closed else phase
    return PHASE_SET_BY.get(event.type, phase)


def closed_behind(event: Event, *, closed: bool) -> bool:
    """Return whether a case is closed behind an event, from whether it was before."""
    return event.type == "case_closed" if event.type in MARKERS else closed


def effective(facts: Iterable[Event], corrected: dict[tuple[str, str], Event] | None = None) -> list[Event]:
    """Return K: the events of one case after its corrections and withdrawals, in order.

    `corrected` keeps what each correction made of its event, so that asking twice gives the same events.
    """
    kept = {} if corrected is None else corrected
    told = list(facts)
    gone = removed(told)
    corrections: dict[str | None, Event] = {}
    for event in told:
        if event.type == CORRECTED and event.id not in gone:
            target = named_event(event)
            winner = corrections.get(target)
            if winner is None or (winner.recorded_at, winner.id) < (event.recorded_at, event.id):
                corrections[target] = event
    known = []
    for event in told:
        if event.type in CHANGING or event.id in gone:
            continue
        correction = corrections.get(event.id)
        known.append(event if correction is None else _corrected(event, correction, kept))
    known.sort(key=in_order)
    return known


def _corrected(event: Event, correction: Event, kept: dict[tuple[str, str], Event]) -> Event:
    key = (event.id, correction.id)
    if key not in kept:
        kept[key] = event.corrected(correction)
    return kept[key]


def removed(told: Iterable[Event]) -> set[str | None]:
    """Return the ids that withdrawals remove. One that is itself removed removes nothing.

    Withdrawals that name each other in a ring are refused at the door; if they come all the same, none of the ring
    removes anything: when in doubt, nothing that was told disappears.
    """
    against: dict[str | None, list[Event]] = {}
    for event in told:
        if event.type == WITHDRAWN:
            against.setdefault(named_event(event), []).append(event)
    stands: dict[str, bool] = {}
    undecided = [event for events in against.values() for event in events]
    while undecided:
        left = []
        for event in undecided:
            verdicts = [stands.get(other.id) for other in against.get(event.id, ())]
            if any(verdicts):
                stands[event.id] = False
            elif all(verdict is False for verdict in verdicts):
                stands[event.id] = True
            else:
                left.append(event)
        if len(left) == len(undecided):
            break
        undecided = left
    return {named_event(event) for events in against.values() for event in events if stands.get(event.id)}


def named_event(event: Event) -> str | None:
    """Return the id that a correction or withdrawal names; anything but text names nothing."""
    named = event.data.get("event_id")
    return named if isinstance(named, str) else None


class History:
    """The effective events of one case in order; grows by `add`, made anew when what was told changes."""

    def __init__(self, known: Sequence[Event] = ()) -> None:
        self.events: list[Event] = []
        self.last: Event | None = None  # in the order
        self.by_type: dict[str, list[Event]] = {}
        self.acknowledgements: dict[Any, list[Event]] = {}
        self.accepted_until: dict[tuple[Any, Any], int] = {}
        self.closed = False
        self.phase = ASSESSMENT
        self.has_child = False
        self._markers: list[Order] = []
        self._closed_behind: list[bool] = []
        self._closings: list[Order] = []
        for event in known:
            self.add(event)

    @property
    def municipality(self) -> str | None:
        """The case's municipality: that of its first report; none while there is none."""
        reports = self.by_type.get("report_received")
        return reports[0].municipality if reports else None

    @property
    def is_emptied(self) -> bool:
        """Tell whether nothing of the family itself is known (any more): all was withdrawn, or moved to another case.

        What Waakvlam concluded and what people did about its alerts may be left. Such a case is no open case (decision 31).
        """
        return all(name in NEVER_HEARD for name in self.by_type)

    def of(self, *types: str) -> list[Event]:
        """Return the events of these types, in order."""
        if len(types) == 1:
            return self.by_type.get(types[0], [])
        found = [event for name in types for event in self.by_type.get(name, ())]
        found.sort(key=in_order)
        return found

    def matching(self, matcher: Matcher) -> list[Event]:
        """Return the events that a matcher means, in order."""
        return [event for event in self.of(*matcher.by_type) if matcher.matches(event)]

    def add(self, event: Event) -> None:
        """Put an event at the end of the order."""
        self.events.append(event)
        self.last = event
        self.by_type.setdefault(event.type, []).append(event)
        if event.type in PHASE_TYPES:
            self._mark(event)
        self._note(event)

    def insert(self, event: Event) -> None:
        """Put an event, which neither opens nor closes a case nor sets its phase, at its place in the order."""
        assert event.type not in PHASE_TYPES, "a late event of these types needs the history made anew"
        insort(self.events, event, key=in_order)
        self.last = self.events[-1]
        insort(self.by_type.setdefault(event.type, []), event, key=in_order)
        self._note(event)

    def closed_before(self, event: Event) -> bool:
        """Tell whether the case is closed at the place of an event."""
        place = bisect_left(self._markers, event.order)
        return place > 0 and self._closed_behind[place - 1]

    def first_closing_after(self, event: Event) -> Order | None:
        """Return the place of the first `case_closed` after an event."""
        place = bisect_right(self._closings, event.order)
        return self._closings[place] if place < len(self._closings) else None

    def acknowledged(self, alert: str) -> Iterator[Event]:
        """Yield the acknowledgements that name an alert."""
        yield from self.acknowledgements.get(alert, ())

    def _mark(self, event: Event) -> None:
        is_first = len(self.by_type.get("report_received", ())) == 1
        self.phase = phase_behind(event, self.phase, is_first=is_first, closed=self.closed)
        self.closed = closed_behind(event, closed=self.closed)
        if event.type in MARKERS:
            self._markers.append(event.order)
            self._closed_behind.append(self.closed)
            if self.closed:
                self._closings.append(event.order)

    def _note(self, event: Event) -> None:
        if event.type == "report_received":
            self.has_child = self.has_child or lists_child(event)
        elif event.type == "alert_acknowledged":
            named = event.data.get("alert")
            if isinstance(named, str):
                self.acknowledgements.setdefault(named, []).append(event)
        elif event.type == "stall_accepted":
            self._note_acceptance(event)

    def _note_acceptance(self, event: Event) -> None:
        day = parse_day(event.data.get("until_on"))
        rule, instance = event.data.get("rule"), event.data.get("instance")
        if day is not None and isinstance(rule, str) and isinstance(instance, str):
            until = day_end(day)
            key = (rule, instance)
            self.accepted_until[key] = max(until, self.accepted_until.get(key, until))


def lists_child(report: Event) -> bool:
    """Tell whether a report lists a person who is a child."""
    persons = report.data.get("persons")
    return isinstance(persons, list) and any(isinstance(one, dict) and one.get("child") is True for one in persons)

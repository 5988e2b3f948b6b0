"""Which rules an event can touch, so that only those are counted anew."""

from collections.abc import Iterator, Mapping, Sequence

from rulebook.agreements import Plan
from rulebook.event import Event
from rulebook.history import PHASE_TYPES, History, lists_child
from rulebook.instance import Instance
from rulebook.rules import NEVER_HEARD, Rule

# A rule counts by itself; a silence is a matter of a rule id, for each event asks its own version.
Unit = Rule | str
Living = Mapping[Unit, Mapping[str, Instance]]


def anywhere(event: Event, plan: Plan, history: History, living: Living) -> Iterator[Unit]:
    """Yield every rule that can look at an event, wherever it stands in the order."""
    yield from plan.touched.get(event.type, ())
    yield from by_what_it_says(event, plan, history, living)
    if event.type not in NEVER_HEARD:
        yield from plan.silences


def late(event: Event, plan: Plan, heard: Mapping[str, Event | None]) -> Iterator[Unit]:
    """Yield the rules that look at an event that is not the last in the order.

    A silence is touched only where nothing later was heard. An event that sets a phase never comes here.
    """
    yield from plan.touched.get(event.type, ())
    if event.type in NEVER_HEARD:
        return
    for rule_id in plan.silences:
        last = heard.get(rule_id)
        if last is None or last.order < event.order:
            yield rule_id


def by_several(events: Sequence[Event], plan: Plan) -> set[Rule]:
    """Return the rules that more than one event of an instant touches; where one of them sets a phase, all that are touched.

    Between such events there is no state, so their rules are not followed from one to the next: what one meets, or ends with
    its case, and another replaces, ends as replaced.
    """
    several: set[Rule] = set()
    if len(events) > 1:
        sets_phase = any(event.type in PHASE_TYPES for event in events)
        seen: set[Rule] = set()
        for event in events:
            for rule in plan.touched.get(event.type, ()):
                if sets_phase or rule in seen:
                    several.add(rule)
                seen.add(rule)
    return several


def by_what_it_says(event: Event, plan: Plan, history: History, living: Living) -> Iterator[Unit]:
    """Yield the rules that an event touches by what it says of alerts, of instances or of the family."""
    match event.type:
        case "alert_acknowledged":
            yield from plan.signals
        case "stall_accepted":
            named = event.data.get("instance")
            yield from (unit for unit, instances in living.items() if isinstance(named, str) and named in instances)
        case "report_received" if not history.has_child and lists_child(event):
            yield from plan.conditional

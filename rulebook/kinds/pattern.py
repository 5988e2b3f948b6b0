"""Many signals are one signal (rule book 4.5)."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from rulebook.agreements import Plan
from rulebook.alerts import alert_id
from rulebook.event import Event
from rulebook.history import History, in_order
from rulebook.instance import ACKNOWLEDGED, CASE_CLOSED, SIGNAL, Instance
from rulebook.rules import PatternRule


def instances(history: History, rule: PatternRule, plan: Plan, *, case: str) -> dict[str, Instance]:
    """Return an instance for every signal that started one under this version of the rule."""
    matching = [event for event in history.of(*rule.of.by_type) if rule.of.matches(event)]
    times = [event.occurred_at for event in matching]
    found: dict[str, Instance] = {}
    running: Instance | None = None
    for event in matching:
        if plan.choose(event.day).get(rule.id) is not rule:
            continue
        window = matching[bisect_right(times, event.occurred_at - rule.window) : bisect_right(times, event.occurred_at)]
        if not holds(history, rule, event, window):
            running = None
            continue
        if running is not None and not _has_stopped(history, running, event, case):
            continue
        running = None
        if rule.may_start(event, closed=history.closed_before(event)):
            running = found[event.id] = _instance(history, rule, event, window, case)
    return found


def holds(history: History, rule: PatternRule, event: Event, window: Sequence[Event]) -> bool:
    """Tell whether the pattern holds at an event whose window holds these."""
    if len(window) < rule.count or len({one.agency for one in window}) < rule.agencies:
        return False
    if rule.after is None or rule.within is None:
        return True
    last = preceding(history, rule, event)
    return last is not None and event.occurred_at < rule.within.from_instant(last.occurred_at, rule.source.calendar)


def preceding(history: History, rule: PatternRule, event: Event) -> Event | None:
    """Return the last event before this one of those that a pattern comes after."""
    if rule.after is None:
        return None
    earlier = [one for one in history.of(*rule.after.by_type) if rule.after.matches(one)]
    place = bisect_left(earlier, event.order, key=in_order)
    return earlier[place - 1] if place else None


def _instance(history: History, rule: PatternRule, event: Event, window: Sequence[Event], case: str) -> Instance:
    instance = Instance(rule, event)
    instance.because = tuple(one.id for one in window)
    if history.acknowledgements and any(history.acknowledged(_alert(instance, case))):
        instance.end = ACKNOWLEDGED
    elif history.first_closing_after(event) is not None:
        instance.end = CASE_CLOSED
    return instance


def _has_stopped(history: History, running: Instance, event: Event, case: str) -> bool:
    """Tell whether a running instance was ended by a closing, or acknowledged, before an event."""
    closing = history.first_closing_after(running.start)
    if closing is not None and closing < event.order:
        return True
    if not history.acknowledgements:
        return False
    return any(one.order < event.order for one in history.acknowledged(_alert(running, case)))


def _alert(instance: Instance, case: str) -> str:
    return alert_id(case, instance.rule, instance.key, SIGNAL, instance.start.occurred_at)

"""By this day, named in the event (rule book 4.2)."""

from collections.abc import Hashable

from rulebook.agreements import Plan
from rulebook.event import Event
from rulebook.history import History
from rulebook.instance import REPLACED, Instance, settle
from rulebook.instants import parse_day
from rulebook.rules import DateRule
from rulebook.values import shared


def instances(history: History, rule: DateRule, plan: Plan) -> dict[str, Instance]:
    """Return an instance for every dated start that takes this version; all but the last of each value are replaced."""
    dated = [
        (event, day)
        for event in history.of(*rule.start.by_type)
        if rule.start.matches(event)
        and (day := named_day(rule, event)) is not None
        and rule.may_start(event, closed=history.closed_before(event))
    ]
    if not dated:
        return {}
    last = {shared(event.data, rule.per): event for event, _ in dated}
    stops = [event for event in history.of(*rule.until.by_type) if rule.until.matches(event)]
    found: dict[str, Instance] = {}
    for start, day in dated:
        if plan.choose(start.day).get(rule.id) is not rule:
            continue
        instance = Instance(rule, start, day=day)
        instance.share = shared(start.data, rule.per)
        settle(
            instance,
            satisfied=_first(stops, start, rule.per, instance.share),
            closing=history.first_closing_after(start),
        )
        if last[instance.share] is not start:
            instance.end = REPLACED
        found[start.id] = instance
    return found


def named_day(rule: DateRule, event: Event) -> int | None:
    """Return the day that an event names in the field of a rule, or nothing."""
    return parse_day(event.data.get(rule.due_field))


def _first(stops: list[Event], start: Event, per: str | None, share: Hashable) -> Event | None:
    return next((stop for stop in stops if stop.order > start.order and shared(stop.data, per) == share), None)

"""After this, that must follow in time (rule book 4.1)."""

from collections.abc import Iterable

from rulebook.agreements import Plan
from rulebook.event import Event
from rulebook.history import History
from rulebook.instance import Instance, settle
from rulebook.rules import TermRule
from rulebook.values import shared


def instances(history: History, rule: TermRule, plan: Plan) -> dict[str, Instance]:
    """Return an instance for every start that takes this version of the rule."""
    starts = [event for event in history.of(*rule.start.by_type) if rule.start.matches(event)]
    if not starts:
        return {}
    stops = [event for event in history.of(*rule.until.by_type) if rule.until.matches(event)]
    found: dict[str, Instance] = {}
    for start in starts:
        if plan.choose(start.day).get(rule.id) is not rule:
            continue
        if not rule.may_start(start, closed=history.closed_before(start)):
            continue
        found[start.id] = _instance(history, rule, start, stops)
    return found


def _instance(history: History, rule: TermRule, start: Event, stops: Iterable[Event]) -> Instance:
    instance = Instance(rule, start)
    instance.share = shared(start.data, rule.per)
    before, after = None, None
    for stop in stops:
        if stop is start or shared(stop.data, rule.per) != instance.share:
            continue
        if stop.order < start.order:
            before = stop
        elif after is None:
            after = stop
    if rule.already and before is not None:
        instance.already = True
        instance.satisfied_at = before.occurred_at
    else:
        settle(instance, satisfied=after, closing=history.first_closing_after(start))
    return instance

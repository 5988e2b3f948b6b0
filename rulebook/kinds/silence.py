"""Nothing at all is heard (rule book 4.4). Every event asks its own version of the rule whether it is heard."""

from rulebook.agreements import Plan
from rulebook.event import Event
from rulebook.history import History
from rulebook.instance import Instance
from rulebook.rules import NEVER_HEARD, OPENERS, SilenceRule


def is_heard(event: Event, rule_id: str, plan: Plan) -> bool:
    """Tell whether an event breaks the silence that a rule listens for."""
    if event.type in NEVER_HEARD:
        return False
    rule = plan.choose(event.day).get(rule_id)
    return not (isinstance(rule, SilenceRule) and event.type in rule.ignore)


def instances(history: History, rule_id: str, plan: Plan) -> tuple[dict[str, Instance], Event | None]:
    """Return the instances of all versions of a rule by key, and the last event that was heard."""
    found: dict[str, Instance] = {}
    last: Event | None = None
    for event in history.events:
        if not is_heard(event, rule_id, plan):
            continue
        if last is not None and last.id in found:
            found[last.id].satisfied_at = event.occurred_at
        last = event
        instance = starting(history, event, rule_id, plan)
        if instance is not None:
            found[event.id] = instance
    if last is not None and last.id in found and not is_listening(history, found[last.id].rule):
        del found[last.id]
    return found, last


def starting(history: History, event: Event, rule_id: str, plan: Plan) -> Instance | None:
    """Return the instance that a heard event starts, whatever the phase or state of the case is now."""
    rule = plan.choose(event.day).get(rule_id)
    if not isinstance(rule, SilenceRule) or (rule.if_case is not None and not history.has_child):
        return None
    if event.type not in OPENERS and history.closed_before(event):
        return None
    return Instance(rule, event)


def is_listening(history: History, rule: object) -> bool:
    """Tell whether a rule listens now: the case is open and in one of the rule's phases."""
    return isinstance(rule, SilenceRule) and not history.closed and history.phase in rule.phases

"""What must be open now, computed from nothing: events known at T -> K(T) -> instances -> open alerts.

Nothing is remembered and nothing is skipped, so this is slow and easy to believe. The engine must always agree with it
(tests/property/test_rulebook_laws.py), and a reconciler may ask it whether what is open is what must be open.
"""

from collections.abc import Iterable

from rulebook import kind
from rulebook.agreements import Agreements
from rulebook.alerts import alert_id
from rulebook.event import Event
from rulebook.history import History, effective
from rulebook.instance import Instance
from rulebook.kind import Counting
from rulebook.kinds import silence


def known_at(facts: Iterable[Event], at: int) -> History:
    """Return K(at): the history of one case as it is known at an instant."""
    return History(effective(event for event in facts if event.recorded_at <= at))


def every_instance(
    agreements: Agreements, case: str, facts: Iterable[Event], at: int
) -> tuple[History, list[Instance]]:
    """Return K(at), and every instance that began in it: living, satisfied or ended. Raises CannotCount."""
    history = known_at(facts, at)
    plan = agreements.plan(history.municipality)
    found: list[Instance] = []
    counting = Counting(history, plan, case, horizon=at)
    for rule in plan.counted:
        found += kind.instances(rule, counting).values()
    for rule_id in plan.silences:
        found += silence.instances(history, rule_id, plan)[0].values()
    return history, found


def instances(agreements: Agreements, case: str, facts: Iterable[Event], at: int) -> list[Instance]:
    """Return the living instances of a case at an instant, with their dues. Raises CannotCount."""
    history, found = every_instance(agreements, case, facts, at)
    living = [instance for instance in found if instance.is_live]
    for instance in living:
        instance.count(history.accepted_until.get((instance.rule.id, instance.key)))
    return living


def open_alerts(agreements: Agreements, case: str, facts: Iterable[Event], at: int) -> dict[str, Instance]:
    """Return, by alert id, the instances whose alert must be open at an instant. Raises CannotCount."""
    found: dict[str, Instance] = {}
    for instance in instances(agreements, case, facts, at):
        opened = instance.open_stage(at)
        if opened is not None:
            found[alert_id(case, instance.rule, instance.key, *opened)] = instance
    return found

"""A schedule of contacts (rule book 4.3)."""

from collections.abc import Collection, Iterator

from rulebook.agreements import Plan
from rulebook.errors import CannotCount
from rulebook.event import Event, Order
from rulebook.history import History
from rulebook.instance import ENDED, REPLACED, Instance, settle
from rulebook.rules import MomentsRule
from rulebook.values import is_number


def instances(
    history: History, rule: MomentsRule, plan: Plan, *, horizon: int, wanted: Collection[str]
) -> dict[str, Instance]:
    """Return the moments that live, up to the first whose stages all fall after the horizon, and those wanted."""
    anchors = [
        event
        for event in history.of(*rule.start.by_type)
        if rule.start.matches(event) and rule.may_start(event, closed=history.closed_before(event))
    ]
    if not anchors:
        return {}
    found: dict[str, Instance] = {}
    for start in anchors:
        if plan.choose(start.day).get(rule.id) is not rule:
            continue
        schedule = _Schedule(history, rule, start, is_replaced=start is not anchors[-1])
        for instance in schedule.wanted(wanted):
            found[instance.key] = instance
        for instance in schedule.living(horizon):
            found[instance.key] = instance
    return found


class _Schedule:
    """The moments of one anchor."""

    def __init__(self, history: History, rule: MomentsRule, start: Event, *, is_replaced: bool) -> None:
        self.rule = rule
        self.start = start
        self.is_replaced = is_replaced
        self.done = [
            event
            for event in history.of(*rule.until.by_type)
            if event.order > start.order and rule.until.matches(event)
        ]
        self.closing = history.first_closing_after(start)
        self.ending: Order | None = next(
            (
                event.order
                for event in history.of(*rule.ends.by_type)
                if event.order > start.order and rule.ends.matches(event)
            ),
            None,
        )

    def moment(self, number: int) -> Instance:
        """Return a moment as it stands."""
        instance = Instance(self.rule, self.start, number=number)
        satisfied = next((event for event in self.done if is_number(event.data.get("moment"), number)), None)
        settle(instance, satisfied=satisfied, closing=self.closing)
        if self.is_replaced:
            instance.end = REPLACED
        elif self.ending is not None and (satisfied is None or satisfied.order >= self.ending):
            instance.end = ENDED
        return instance

    def wanted(self, keys: Collection[str]) -> Iterator[Instance]:
        """Yield the moments of this anchor among the keys."""
        for key in keys:
            start, _, number = key.rpartition("#")
            if start == self.start.id and (int(number) <= len(self.rule.at) or self.rule.then_every is not None):
                yield self.moment(int(number))

    def living(self, horizon: int) -> Iterator[Instance]:
        """Yield the moments that live, in order, up to the first whose stages all fall after the horizon."""
        if self.is_replaced or self.ending is not None or self.closing is not None:
            return
        is_past = False
        number = 0
        while True:
            number += 1
            is_listed = number <= len(self.rule.at)
            if not is_listed and self.rule.then_every is None:
                return
            instance = self.moment(number)
            try:
                is_after = all(due > horizon for due in _dues(instance))
            except CannotCount:
                if is_past and not is_listed:
                    return
                if instance.is_live and not is_past:
                    raise
                continue
            is_past = is_past or is_after
            if instance.is_live:
                yield instance
                if is_after and not is_listed:
                    return


def _dues(instance: Instance) -> list[int]:
    return [due for due in instance.originals() if due is not None]

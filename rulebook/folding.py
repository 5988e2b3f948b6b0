"""Fold events into the living instances of a case, looking again only at the rules that an event can touch.

An ordinary event at the end of the order is followed step by step (`_append`). A late one, a correction or a withdrawal
makes the rules it touches be counted anew from the whole history, by the functions of their kind (`rulebook.kinds`). So does
every event for a rule of a kind that has no steps here: only what is `Keyed` is followed, and silences.
"""

from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter

from rulebook import kind, touching
from rulebook.agreements import Agreements
from rulebook.event import CHANGING, Event
from rulebook.history import PHASE_TYPES, History, effective, named_event
from rulebook.instance import CASE_CLOSED, REPLACED, Instance
from rulebook.kind import Counting
from rulebook.kinds import silence
from rulebook.kinds.silence import SilenceRule
from rulebook.matcher import Matcher
from rulebook.plan import Plan
from rulebook.rules import NEVER_HEARD, OPENERS, Keyed, Rule
from rulebook.touching import Unit
from rulebook.values import shared


class Folding:
    """The history of a case and its living instances; notes what changed, for the engine to settle."""

    def __init__(self, agreements: Agreements, case: str) -> None:
        self._agreements = agreements
        self._case = case
        self.facts: list[Event] = []
        self._named: set[object] = set()
        self._corrected: dict[tuple[str, str], Event] = {}
        self.history = History()
        self.plan: Plan = agreements.plan(None)
        self._living: dict[Unit, dict[str, Instance]] = {}
        self._heard: dict[str, Event | None] = {}
        self._again: dict[Unit, None] = {}
        # What the engine settles after each instant: instances that are over, taken over by others, or begun.
        self.over: list[Instance] = []
        self.succeeded: list[tuple[Instance, Instance | None]] = []
        self.begun: list[Instance] = []
        # Schedules without end, and the instant at which the last moment that was counted comes due.
        self.edges: list[tuple[int, Rule]] = []

    def living(self) -> Iterator[Instance]:
        """Yield the instances that are neither ended nor satisfied."""
        for instances in self._living.values():
            yield from instances.values()

    def accepted_until(self, instance: Instance) -> int | None:
        """Return the end of the day until which somebody accepted that an instance stalls."""
        accepted = self.history.accepted_until
        return accepted.get((instance.rule.id, instance.key)) if accepted else None

    def forget_changes(self) -> None:
        """Forget what the engine has settled."""
        self.over.clear()
        self.succeeded.clear()
        self.begun.clear()
        self.edges.clear()

    def fold(self, events: Iterable[Event], horizon: int) -> None:
        """Take in events that became known at one instant. Moments are counted up to the horizon."""
        ordered = list(events)
        if len(ordered) > 1:
            ordered.sort(key=attrgetter("order"))
        self.facts += ordered
        if self._needs_everything(ordered):
            self._make_anew()
        else:
            if self.history.last is None and ordered and ordered[0].type == "report_received":
                self.plan = self._agreements.plan(ordered[0].municipality)
            last, several = self.history.last, touching.by_several(ordered, self.plan)
            for event in ordered:
                is_late = last is not None and event.order < last.order
                for unit in self._touched(event, several, is_late=is_late):
                    self._again[unit] = None
            for event in ordered:
                self._take(event)
        if self._again:
            for unit in self._again:
                self._count_again(unit, horizon)
            self._again.clear()

    def go_on(self, rule: Rule, horizon: int) -> None:
        """Count the moments of a rule up to a later horizon."""
        self._count_again(rule, horizon)

    # What an event can touch.

    def _needs_everything(self, events: list[Event]) -> bool:
        """Tell whether the history must be made anew, because something known has changed."""
        last = self.history.last
        changed = False
        for event in events:
            if event.type in CHANGING:
                self._named.add(named_event(event))
                changed = True
            changed = changed or event.id in self._named
            if event.type in PHASE_TYPES and last is not None and event.order < last.order:
                changed = True
            if event.type == "report_received" and self.history.municipality is None:
                changed = changed or last is not None or event is not events[0]
        return changed

    def _touched(self, event: Event, several: set[Rule], *, is_late: bool) -> Iterator[Unit]:
        """Yield the rules that must be counted anew for an event; the others follow it step by step."""
        if is_late:
            yield from touching.late(event, self.plan, self._heard)
        elif several:
            for rule in self.plan.touched.get(event.type, ()):
                if rule in several or not isinstance(rule, Keyed):
                    yield rule
        else:
            yield from self.plan.recounted.get(event.type, ())
        yield from touching.by_what_it_says(event, self.plan, self.history, self._living)

    # The history made anew.

    def _make_anew(self) -> None:
        """Make the history anew, and count again the rules that look at what has changed."""
        before = self.history.events
        self.history = History(effective(self.facts, self._corrected))
        plan, self.plan = self.plan, self._agreements.plan(self.history.municipality)
        stayed = {id(event) for event in before} & {id(event) for event in self.history.events}
        changed = [event for event in (*before, *self.history.events) if id(event) not in stayed]
        if plan is not self.plan or any(event.type in PHASE_TYPES for event in changed):
            for units in (self._living, self.plan.counted, self.plan.silences):
                self._again.update(dict.fromkeys(units))
            return
        for event in changed:
            self._again.update(dict.fromkeys(touching.anywhere(event, self.plan, self.history, self._living)))

    def _count_again(self, unit: Unit, horizon: int) -> None:
        """Count all instances of a rule from the history, and let them take over from those there were."""
        before = self._living.pop(unit, {})
        after = self._counted(unit, horizon, before)
        now: dict[str, Instance] = {}
        for key, instance in before.items():
            successor = after.get(key)
            if successor is not None and successor.rule is not instance.rule:
                successor = None
            if successor is not None and successor.is_live and successor.start is instance.start:
                instance.because = successor.because
                after[key] = successor = instance
            if successor is not instance:
                instance.is_stale = True
            self.succeeded.append((instance, successor))
        for key, instance in after.items():
            if instance.is_live:
                now[key] = instance
                if key not in before or before[key].rule is not instance.rule:
                    self.begun.append(instance)
        if now:
            self._living[unit] = now
            if not isinstance(unit, str):
                self._note_edge(unit, now)

    def _note_edge(self, rule: Rule, living: Mapping[str, Instance]) -> None:
        edge = kind.of(rule).edge(living.values())
        if edge is not None:
            self.edges.append((edge, rule))

    def _counted(self, unit: Unit, horizon: int, before: Mapping[str, Instance]) -> dict[str, Instance]:
        if isinstance(unit, str):
            if unit not in self.plan.silences:
                self._heard.pop(unit, None)
                return {}
            found, self._heard[unit] = silence.instances(self.history, unit, self.plan)
            return found
        wanted = [instance.key for instance in before.values() if instance.row is not None]
        return kind.instances(unit, Counting(self.history, self.plan, self._case, horizon, wanted))

    # One event after another.

    def _take(self, event: Event) -> None:
        history = self.history
        if history.last is not None and event.order < history.last.order:
            history.insert(event)
            return
        was_closed = history.closed
        keyed = self.plan.keyed.get(event.type, ())
        history.add(event)
        for rule, start, _ in keyed:
            if start is not None and rule.is_dated and rule in self._living and rule not in self._again:
                self._replace(rule, event, was_closed=was_closed)
        for rule, _, until in keyed:
            if until is not None and rule in self._living and rule not in self._again:
                self._satisfy(rule, event)
        if event.type == "case_closed":
            self._close()
        for rule, start, _ in keyed:
            if start is not None and rule not in self._again:
                self._start(rule, event, was_closed=was_closed)
        self._listen(event, was_closed=was_closed)

    def _satisfy(self, rule: Keyed, event: Event) -> None:
        if not rule.until.matches(event):
            return
        living = self._living[rule]
        share = shared(event.data, rule.per)
        for instance in [one for one in living.values() if one.share == share]:
            instance.satisfied_at = event.occurred_at
            self._leave(living, instance)

    def _close(self) -> None:
        for unit, living in self._living.items():
            if isinstance(unit, str) or unit in self._again:
                continue
            for instance in list(living.values()):
                instance.end = CASE_CLOSED
                self._leave(living, instance)

    def _start(self, rule: Keyed, event: Event, *, was_closed: bool) -> None:
        if not rule.start.matches(event) or not rule.may_start(event, closed=was_closed):
            return
        if self.plan.choose(event.day).get(rule.id) is not rule:
            return
        if rule.if_case is not None and not self.history.has_child:
            return
        day = None
        if rule.is_dated:
            day = rule.named_day(event)
            if day is None:
                return
        elif rule.already and self._is_done(rule.until, event, rule.per):
            return
        instance = Instance(rule, event, day=day)
        instance.share = shared(event.data, rule.per)
        self._begin(rule, instance)

    def _replace(self, rule: Keyed, event: Event, *, was_closed: bool) -> None:
        """Let a newer date take the place of the one before, also where the same event would satisfy that one."""
        if not rule.start.matches(event) or not rule.may_start(event, closed=was_closed):
            return
        if rule.named_day(event) is None:
            return
        living = self._living[rule]
        share = shared(event.data, rule.per)
        for instance in [one for one in living.values() if one.share == share]:
            instance.end = REPLACED
            self._leave(living, instance)

    def _is_done(self, until: Matcher, start: Event, per: str | None) -> bool:
        share = shared(start.data, per)
        return any(
            event is not start and until.matches(event) and shared(event.data, per) == share
            for name in until.by_type
            for event in self.history.by_type.get(name, ())
        )

    def _leave(self, living: dict[str, Instance], instance: Instance) -> None:
        del living[instance.key]
        if instance.row is not None:
            self.over.append(instance)

    def _listen(self, event: Event, *, was_closed: bool) -> None:
        """Follow who is heard at the end of the order; whether a rule listens depends on the phase after the event."""
        if event.type in NEVER_HEARD:
            return
        history = self.history
        choice = self.plan.choose(event.day)
        may_begin = not history.closed and (not was_closed or event.type in OPENERS)
        for rule_id in self.plan.silences:
            if rule_id in self._again:
                continue
            rule = choice.get(rule_id)
            version = rule if isinstance(rule, SilenceRule) else None
            if version is not None and event.type in version.ignore:
                if event.type in PHASE_TYPES:
                    self._again[rule_id] = None
                continue
            self._heard[rule_id] = event
            living = self._living.get(rule_id)
            if living:
                for before in list(living.values()):
                    before.satisfied_at = event.occurred_at
                    self._leave(living, before)
            if not may_begin or version is None or history.phase not in version.phases:
                continue
            if version.if_case is None or history.has_child:
                self._begin(rule_id, Instance(version, event))

    def _begin(self, unit: Unit, instance: Instance) -> None:
        self._living.setdefault(unit, {})[instance.key] = instance
        self.begun.append(instance)

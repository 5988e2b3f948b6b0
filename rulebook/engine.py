"""Watch one case: learn what is recorded, let time pass, and tell which alerts are raised and closed.

    watch = CaseWatch(agreements, case)
    watch.learn(events, at)      # all events of the case with recorded_at == at: time passes to `at`, then K changes
    watch.advance(until)         # time passes, `until` included: everything due by then is raised
    watch.next_due               # the next instant at which something will be due if nothing comes
    watch.open_alerts()          # rows that are open now
    watch.instances()            # what must still happen, with its dues

Both return the changes since the last call, in the order of time. Everything is a function of what was learnt and the
agreements (rule book section 1); `rulebook.scratch` computes the same from nothing, and a property test compares them.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from heapq import heappop, heappush

from rulebook import alerts
from rulebook.agreements import Agreements
from rulebook.alerts import AlertRow, Change, Closed, Raised
from rulebook.attention import Attention
from rulebook.event import Event
from rulebook.folding import Folding
from rulebook.instance import Instance
from rulebook.rules import Rule

# Before every instant that can be told.
BEGINNING = -(2**62)


class CaseWatch:
    """The alerts of one case, kept up to date event by event.

    `last_at` is the last instant of a run that has one (a replay): moments are counted up to it. Left out, moments are
    counted as time passes. Events that are learnt after their instant has passed count from now on.
    """

    def __init__(self, agreements: Agreements, case: str, *, last_at: int | None = None) -> None:
        self.case = case
        self.now = BEGINNING
        self._last_at = last_at
        self._folding = Folding(agreements, case)
        self._stages: list[tuple[int, int, Instance]] = []
        # Not by way of this object: without a cycle it is let go as soon as nobody needs it.
        self._attention = Attention(partial(_acknowledged, self._folding))
        self._edges: list[tuple[int, int, Rule]] = []
        self._edge_of: dict[Rule, int] = {}
        self._pushed = 0
        self._changes: list[Change] = []

    # What is asked.

    @property
    def closed(self) -> bool:
        """Whether the case is closed, as far as is known now."""
        return self._folding.history.closed

    @property
    def is_emptied(self) -> bool:
        """Whether nothing of the family itself is known any more, so that there is nobody to watch."""
        return self._folding.history.is_emptied

    @property
    def phase(self) -> str:
        """The phase the case is in, as far as is known now."""
        return self._folding.history.phase

    @property
    def municipality(self) -> str | None:
        """The case's municipality; none while there is no report."""
        return self._folding.history.municipality

    @property
    def next_due(self) -> int | None:
        """The next instant at which an alert will be raised if nothing comes."""
        while self._stages:
            due, _, instance = self._stages[0]
            if instance.may_come_due and due in (instance.warn, instance.breach):
                return due
            heappop(self._stages)
        return None

    @property
    def next_at(self) -> int | None:
        """The next instant at which time alone changes something: an alert, a step of an attention list, a reminder.

        Or at which a schedule without end must be counted further: where a stall of the last moment that was counted is
        accepted, nothing else need come before the next.
        """
        at = (self.next_due, self._attention.next_at, self._edge_at)
        return min((one for one in at if one is not None), default=None)

    @property
    def has_silence_rule(self) -> bool:
        """Whether a silence rule can be chosen for the last that happened; where not, nobody notices that it falls still."""
        last = self._folding.history.last
        if last is None:
            return bool(self._folding.plan.silences)
        return any(rule.is_silence for rule in self._folding.plan.choose(last.day).values())

    def open_alerts(self) -> list[AlertRow]:
        """Return the rows that are open now."""
        return [instance.row for instance in self._folding.living() if instance.row is not None]

    def instances(self) -> list[Instance]:
        """Return what must still happen or was signalled: the instances that are neither ended nor satisfied."""
        return list(self._folding.living())

    def known(self) -> Sequence[Event]:
        """Return the effective events in order: K at this instant."""
        return self._folding.history.events

    def facts(self) -> Sequence[Event]:
        """Return every event that was learnt, corrections and withdrawals too."""
        return self._folding.facts

    # What happens.

    def learn(self, events: Iterable[Event], at: int) -> list[Change]:
        """Take in events that were recorded at one instant; all of them at once, for there is no state between them."""
        at = max(at, self.now)
        self._pass_time(at - 1)
        self.now = at
        folding = self._folding
        folding.fold(events, at if self._last_at is None else self._last_at)
        self._settle()
        self._attention.learned(folding.history.acknowledgements, at)
        self._pass_time(at)
        return self._taken()

    def advance(self, until: int) -> list[Change]:
        """Let time pass up to an instant, included."""
        self._pass_time(until)
        self.now = max(self.now, until)
        return self._taken()

    def _settle(self) -> None:
        """Bring the rows in line with the instances that folding has changed."""
        folding = self._folding
        for instance in folding.over:
            self._succeed(instance, instance)
        for before, after in folding.succeeded:
            if after is not None and after.is_live:
                after.count(folding.accepted_until(after))
                self._schedule(after)
            self._succeed(before, after)
        for instance in folding.begun:
            if instance.row is None and instance.may_come_due:
                self._begin(instance)
        if self._last_at is None:
            for at, rule in folding.edges:
                self._note_edge(at, rule)
        folding.forget_changes()

    def _begin(self, instance: Instance) -> None:
        instance.count(self._folding.accepted_until(instance))
        opened = instance.open_stage(self.now)
        if opened is not None:
            self._raise(instance, *opened)
        self._schedule(instance)

    def _succeed(self, before: Instance, after: Instance | None) -> None:
        """Keep, close or raise, where an instance that had a row is now another or is no longer there."""
        row = before.row
        opened = after.open_stage(self.now) if after is not None else None
        if row is not None and after is not None and opened == (row.stage, row.due):
            before.row, after.row = None, row
            return
        if row is not None:
            before.row = None
            row.closed_at = self.now
            accepted_until = None if after is None else self._folding.accepted_until(after)
            row.outcome = alerts.outcome(row, before, after, accepted_until)
            self._attention.closed(row)
            self._changes.append(Closed(row))
        if after is not None and opened is not None:
            self._raise(after, *opened)

    def _raise(self, instance: Instance, stage: str, due: int) -> None:
        row = alerts.raise_row(self.case, instance, stage, due, self.now)
        instance.row = row
        self._changes.append(Raised(row, alerts.cause_of(instance)))
        self._attention.raised(instance.rule, row)

    def _schedule(self, instance: Instance) -> None:
        due = instance.next_due(self.now)
        if due is not None:
            self._pushed += 1
            heappush(self._stages, (due, self._pushed, instance))

    def _pass_time(self, until: int) -> None:
        """Raise what comes due, and tell who is next, in the order of time."""
        stages, edges, turns, beyond = self._stages, self._edges, self._attention.turns, until + 1
        while True:
            while stages and stages[0][0] <= until and not stages[0][2].may_come_due:
                heappop(stages)
            while turns and turns[0][0] <= until and turns[0][-1].closed_at is not None:
                heappop(turns)
            edge_at = edges[0][0] if edges else beyond
            stage_at = stages[0][0] if stages else beyond
            turn_at = turns[0][0] if turns else beyond
            if edge_at > until and stage_at > until and turn_at > until:
                return
            if edge_at <= stage_at and edge_at <= turn_at:
                self._go_on(*heappop(edges))
            elif stage_at <= turn_at:
                self._come_due(*heappop(stages))
            else:
                self.now = max(self.now, turn_at)
                told = self._attention.pass_turn()
                if told is not None:
                    self._changes.append(told)

    def _go_on(self, at: int, _: int, rule: Rule) -> None:
        """Count a schedule without end further: the last moment that was counted comes due."""
        if self._edge_of.get(rule) != at:
            return
        del self._edge_of[rule]
        self.now = max(self.now, at)
        self._folding.go_on(rule, self.now)
        self._settle()

    @property
    def _edge_at(self) -> int | None:
        """The next instant at which a schedule without end must be counted further."""
        while self._edges and self._edge_of.get(self._edges[0][2]) != self._edges[0][0]:
            heappop(self._edges)
        return self._edges[0][0] if self._edges else None

    def _note_edge(self, at: int, rule: Rule) -> None:
        if self._edge_of.get(rule) != at:
            self._edge_of[rule] = at
            self._pushed += 1
            heappush(self._edges, (at, self._pushed, rule))

    def _come_due(self, due: int, _: int, instance: Instance) -> None:
        self.now = max(self.now, due)
        self._succeed(instance, instance)
        self._schedule(instance)

    def _taken(self) -> list[Change]:
        changes, self._changes = self._changes, []
        return changes


def _acknowledged(folding: Folding, alert: str) -> Iterator[Event]:
    return folding.history.acknowledged(alert)

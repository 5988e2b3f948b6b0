"""One case under watch: its facts, what the engine concludes from them, and its alert rows. Pure.

The engine must be told at once of all that became known at one instant (rulebook 1: there is no state between). A batch
from Kafka may end in the middle of such an instant. So a fact waits here until the horizon has passed its `known_at`;
only then is everything of that instant here for sure. A scan that could not wait may have gone past it by then: the story
is told again from its beginning, with each fact in its own place, and the rows are brought in line with it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby, takewhile
from operator import attrgetter

from rulebook.alerts import Change
from rulebook.engine import CaseWatch
from rulebook.event import Event
from rulebook.history import EMPTIED
from services.monitoring.alert_book import AlertBook
from services.monitoring.records import CaseRow, Fact, NumberedRow, Step, Told, Turn
from services.monitoring.rule_index import RuleIndex

WEIGHT_MAX = 5
PRIORITY_DEFAULT = 3
STEP_OF: Mapping[str, Step] = {
    "alert_raised": "raised",
    "alert_escalated": "escalated",
    "alert_reminded": "reminded",
    "alert_closed": "closed",
}


class Watch:
    """What is held in memory of a case. It can be dropped at any time and built again from its stored facts and rows.

    `book` and `recorded` gather what is to be stored: rows and turns that are new or changed, and steps of rows that came back
    from the ledger; `stored` empties them. Where the engine fails on a case, `broken` says why and the watch stands still:
    it must be dropped, so that it is built and tried again later. The other cases go on.
    """

    def __init__(self, rules: RuleIndex, case: str, partition: int, book: AlertBook | None = None) -> None:
        self._rules = rules
        self._engine = CaseWatch(rules.agreements, case)
        self._waiting: list[Fact] = []
        self._opened_at: int | None = None
        self._last_at = 0
        self._municipality = ""
        self._priority = PRIORITY_DEFAULT
        self.case = case
        self.partition = partition
        self.book = book or AlertBook(rules)
        self.version = self.learned = self.advanced_to = 0
        self.recorded: list[Told] = []
        self.broken: Exception | None = None

    @classmethod
    def rebuilt(
        cls,
        rules: RuleIndex,
        row: CaseRow,
        facts: Sequence[Fact],
        *,
        rows: Iterable[NumberedRow],
        turns: Iterable[Turn],
        certain_to: int,
    ) -> "Watch":
        """Build from the facts what a case's row says: as much learned, advanced as far.

        The book then holds what in the stored alert rows does not follow from the facts: nothing, where all is right.
        """
        watch = cls(rules, row.case, row.partition, AlertBook(rules, rows, turns))
        for fact in facts:
            watch._keep(fact)
        watch.advanced_to = row.advanced_to
        watch._tell_again([fact for fact in facts if fact.version <= row.learned], certain_to)
        return watch

    def stored(self) -> None:
        """Forget what has been stored by now."""
        self.book.stored()
        self.recorded = []

    def take(self, version: int, event: Event) -> Fact:
        """Keep the next event of the case until it can be learned; return it as the fact that is to be stored."""
        if version != self.version + 1:
            raise ValueError(f"fact {version} of case {self.case} cannot follow fact {self.version}")
        fact = Fact(version, event)
        self._keep(fact)
        return fact

    def learn(self, horizon: int, *, certain_to: int | None = None) -> None:
        """Tell the engine all that became known up to the horizon."""
        facts = list(takewhile(lambda fact: fact.known_at <= horizon, self._waiting))
        certain_to = horizon if certain_to is None else certain_to
        if facts and facts[0].known_at <= self.advanced_to:
            self._tell_again(facts, certain_to)
        else:
            self._learn(facts, certain_to)

    def advance(self, until: int, *, certain_to: int | None = None) -> None:
        """Tell the engine all that became known up to an instant, and that nothing else came.

        Where that is sure only up to `certain_to`, what is concluded after it is marked as told early.
        """
        certain_to = until if certain_to is None else certain_to
        self.learn(until, certain_to=certain_to)
        if until > self.advanced_to and self._tried(lambda: self._note(self._engine.advance(until), certain_to)):
            self.advanced_to = until

    def row(self) -> CaseRow:
        """Return where the case stands, as it is to be stored."""
        engine = self._engine
        waiting_for = [self._waiting[0].known_at] if self._waiting and not self.broken else []
        due, next_at = (None, None) if self.broken else (engine.next_due, engine.next_at)
        open_rows = self.book.open_rows()
        is_emptied = engine.is_emptied and self.learned > 0 and not self.broken
        return CaseRow(
            case=self.case,
            partition=self.partition,
            municipality=engine.municipality or self._municipality,
            phase=EMPTIED if is_emptied else engine.phase,
            is_open=not (engine.closed or is_emptied),
            opened_at=self._opened_at or 0,
            last_at=self._last_at,
            version=self.version,
            learned=self.learned,
            advanced_to=self.advanced_to,
            next_due=due,
            wake_at=min([*waiting_for, *([] if next_at is None else [next_at])], default=None),
            weight=max([row.weight for row in open_rows], default=WEIGHT_MAX + 1 - self._priority),
            priority=self._priority,
            open_alerts=len(open_rows),
            uncovered=not engine.has_silence_rule,
            broken=self.broken is not None,
        )

    def _keep(self, fact: Fact) -> None:
        self._waiting.append(fact)
        self.version = fact.version

    def _learn(self, facts: Sequence[Fact], certain_to: int) -> None:
        for known_at, group in groupby(facts, key=lambda fact: fact.known_at):
            together = list(group)
            events = [fact.event for fact in together]
            if not self._tried(lambda: self._note(self._engine.learn(events, known_at), certain_to)):  # noqa: B023 - called at once
                return
            self.advanced_to = max(self.advanced_to, known_at)
            self._learned(together)

    def _tell_again(self, facts: Sequence[Fact], certain_to: int) -> None:
        """Tell the story from its beginning, with these facts too: each at the instant at which it became known."""
        events = [*self._engine.facts(), *(fact.event for fact in facts)]
        events.sort(key=attrgetter("recorded_at"))
        until = max(self.advanced_to, events[-1].recorded_at) if events else self.advanced_to
        self._engine = CaseWatch(self._rules.agreements, self.case)
        story = _story(self._engine, events, until)
        if self._tried(lambda: self.book.settle(story, at=until, certain_to=certain_to)):
            self.advanced_to = until
            self._learned(facts)

    def _note(self, changes: Iterable[Change], certain_to: int) -> None:
        self.book.note(changes, certain_to=certain_to)

    def _learned(self, facts: Sequence[Fact]) -> None:
        del self._waiting[: len(facts)]
        self.learned = facts[-1].version if facts else self.learned
        for fact in facts:
            self._notice(fact.event)

    def _tried(self, work: Callable[[], None]) -> bool:
        """Do the engine's work; whatever goes wrong holds this case alone."""
        if self.broken is None:
            try:
                work()
            except Exception as error:  # noqa: BLE001 - one case must not keep the radar from looking at all others
                self.broken = error
        return self.broken is None

    def _notice(self, event: Event) -> None:
        """Take from an event what the radar shows and ranks by; conclusions are the engine's."""
        self._last_at = max(self._last_at, event.occurred_at)
        if self._opened_at is None:
            self._opened_at, self._municipality = event.occurred_at, event.municipality
        if event.type == "case_routed" and isinstance(priority := event.data.get("priority"), int):
            self._priority = min(max(priority, 1), WEIGHT_MAX)
        elif (step := STEP_OF.get(event.type)) and (alert := str(event.data.get("alert"))) in self.book:
            turn = (int(event.data["step"]), event.occurred_at) if step in ("escalated", "reminded") else None
            self.recorded.append(Told(alert, int(event.data.get("row", 1)), step, event.recorded_at, turn))


def _story(engine: CaseWatch, events: Sequence[Event], until: int) -> Iterable[Change]:
    for known_at, group in groupby(events, key=attrgetter("recorded_at")):
        yield from engine.learn(group, known_at)
    yield from engine.advance(until)

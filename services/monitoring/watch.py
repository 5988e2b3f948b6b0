"""One case under watch: its facts, what the engine concludes from them, and its alert rows, numbered. Pure.

The engine must be told at once of all that became known at one instant (rulebook 1: there is no state between). A batch
from Kafka may end in the middle of such an instant. So a fact waits here until the horizon has passed its `known_at`;
only then is everything of that instant here for sure.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, takewhile

from rulebook.alerts import AlertRow, Change, Closed, Raised
from rulebook.engine import CaseWatch
from rulebook.event import Event
from services.monitoring.records import CaseRow, Fact, NumberedRow, Step, Told
from services.monitoring.rule_index import RuleIndex

WEIGHT_MAX = 5
PRIORITY_DEFAULT = 3
STEP_OF: Mapping[str, Step] = {"alert_raised": "raised", "alert_closed": "closed"}


class Watch:
    """What is held in memory of a case. It can be dropped at any time and built again from its stored facts.

    `changed` and `recorded` gather what is to be stored: rows that were raised or closed, and steps of rows that came back
    from the ledger; `stored` empties them. Where the engine fails on a case, `broken` says why and the watch stands still:
    it must be dropped, so that it is built and tried again later. The other cases go on.
    """

    def __init__(self, rules: RuleIndex, case: str, partition: int) -> None:
        self._rules = rules
        self._engine = CaseWatch(rules.agreements, case)
        self._waiting: list[Fact] = []
        self._rows: dict[str, NumberedRow] = {}  # the last row of each alert
        self._open: dict[str, NumberedRow] = {}
        self._opened_at: int | None = None
        self._last_at = 0
        self._municipality = ""
        self._priority = PRIORITY_DEFAULT
        self.case = case
        self.partition = partition
        self.version = self.learned = self.advanced_to = 0
        self.changed: dict[tuple[str, int], NumberedRow] = {}
        self.recorded: list[Told] = []
        self.broken: Exception | None = None

    @classmethod
    def rebuilt(cls, rules: RuleIndex, row: CaseRow, facts: Sequence[Fact]) -> "Watch":
        """Build from the facts what the row says: as much learned, advanced as far. `changed` holds every alert row."""
        watch = cls(rules, row.case, row.partition)
        for fact in facts:
            watch._keep(fact)
        watch._learn([fact for fact in facts if fact.version <= row.learned])
        watch._advance(row.advanced_to)
        return watch

    def stored(self) -> None:
        """Forget what has been stored by now."""
        self.changed = {}
        self.recorded = []

    def take(self, version: int, event: Event) -> Fact:
        """Keep the next event of the case until it can be learned; return it as the fact that is to be stored."""
        if version != self.version + 1:
            raise ValueError(f"fact {version} of case {self.case} cannot follow fact {self.version}")
        known_at = event.recorded_at
        if known_at <= self.advanced_to:  # a scan that could not wait went past it: it becomes known after that scan
            known_at = self.advanced_to + 1
            event = _known_later(event, known_at)
        fact = Fact(version, known_at, event)
        self._keep(fact)
        return fact

    def learn(self, horizon: int) -> None:
        """Tell the engine all that became known up to the horizon."""
        self._learn(list(takewhile(lambda fact: fact.known_at <= horizon, self._waiting)))

    def advance(self, until: int) -> None:
        """Tell the engine all that became known up to an instant, and that nothing else came."""
        self.learn(until)
        self._advance(until)

    def row(self) -> CaseRow:
        """Return where the case stands, as it is to be stored."""
        engine = self._engine
        waiting_for = [self._waiting[0].known_at] if self._waiting and not self.broken else []
        due = None if self.broken else engine.next_due
        return CaseRow(
            case=self.case,
            partition=self.partition,
            municipality=engine.municipality or self._municipality,
            phase=engine.phase,
            is_open=not engine.closed,
            opened_at=self._opened_at or 0,
            last_at=self._last_at,
            version=self.version,
            learned=self.learned,
            advanced_to=self.advanced_to,
            next_due=due,
            wake_at=min([*waiting_for, *([] if due is None else [due])], default=None),
            weight=max([row.weight for row in self._open.values()], default=WEIGHT_MAX + 1 - self._priority),
            priority=self._priority,
            open_alerts=len(self._open),
            uncovered=not engine.has_silence_rule,
            broken=self.broken is not None,
        )

    def _keep(self, fact: Fact) -> None:
        self._waiting.append(fact)
        self.version = fact.version

    def _learn(self, facts: Sequence[Fact]) -> None:
        for known_at, group in groupby(facts, key=lambda fact: fact.known_at):
            together = list(group)
            events = [fact.event for fact in together]
            if not self._tried(lambda: self._engine.learn(events, known_at)):  # noqa: B023 - called at once
                return
            del self._waiting[: len(together)]
            self.advanced_to = max(self.advanced_to, known_at)
            self.learned = together[-1].version
            for event in events:
                self._notice(event)

    def _advance(self, until: int) -> None:
        if until > self.advanced_to and self._tried(lambda: self._engine.advance(until)):
            self.advanced_to = until

    def _tried(self, work: Callable[[], Iterable[Change]]) -> bool:
        """Do the engine's work; whatever goes wrong holds this case alone."""
        if self.broken is None:
            try:
                self._note(work())
            except Exception as error:  # noqa: BLE001 - one case must not keep the radar from looking at all others
                self.broken = error
        return self.broken is None

    def _note(self, changes: Iterable[Change]) -> None:
        for change in changes:
            last = self._rows.get(change.row.alert)
            if isinstance(change, Raised):
                row = self._numbered(change.row, 1 if last is None else last.number + 1)
                self._open[row.alert] = row
            elif isinstance(change, Closed):
                assert last is not None, "an alert that closes was raised"
                row = replace(last, closed_at=change.row.closed_at, outcome=change.row.outcome)
                self._open.pop(row.alert, None)
            else:
                continue
            self._rows[row.alert] = row
            self.changed[row.alert, row.number] = row

    def _numbered(self, row: AlertRow, number: int) -> NumberedRow:
        return NumberedRow(
            alert=row.alert,
            number=number,
            rule=row.rule,
            agreement=row.agreement,
            agreement_version=row.version,
            instance=row.instance,
            stage=row.stage,
            due=row.due,
            raised_at=row.raised_at,
            closed_at=None,
            outcome=None,
            because=tuple(row.because),
            to=row.told[0].to,
            weight=self._rules.weight(row.agreement, row.version, row.rule),
        )

    def _notice(self, event: Event) -> None:
        """Take from an event what the radar shows and ranks by; conclusions are the engine's."""
        self._last_at = max(self._last_at, event.occurred_at)
        if self._opened_at is None:
            self._opened_at, self._municipality = event.occurred_at, event.municipality
        if event.type == "case_routed" and isinstance(priority := event.data.get("priority"), int):
            self._priority = min(max(priority, 1), WEIGHT_MAX)
        elif (step := STEP_OF.get(event.type)) and (alert := str(event.data.get("alert"))) in self._rows:
            self.recorded.append(Told(alert, int(event.data.get("row", 1)), step, event.recorded_at))


def _known_later(event: Event, known_at: int) -> Event:
    return Event(
        id=event.id,
        type=event.type,
        case=event.case,
        agency=event.agency,
        municipality=event.municipality,
        occurred_at=event.occurred_at,
        recorded_at=known_at,
        data=event.data,
    )

"""The radar: every case under watch. Folds what the ledger tells, and looks at what is due though nothing was told.

Both do the same with a case (learn what is known, conclude, store) and store in one transaction: facts, the case's row, rows of
alerts, and for a batch the positions up to which it was read. What is held in memory only saves work: a watch that is not what the
table says is dropped and built again from the facts, so a crash, a repeat or another worker can never leave a wrong conclusion.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ledger import logs
from ledger import record as ledger_record
from ledger.database import Statements
from ledger.errors import Damaged
from ledger.record import Record
from ledger.streams.records import Batch, Place
from rulebook.event import Event
from services.monitoring import alert_view, anchor
from services.monitoring.horizon import Horizon
from services.monitoring.records import CaseRow, Fact
from services.monitoring.rule_index import RuleIndex
from services.monitoring.view import RadarView, is_same
from services.monitoring.watch import Watch
from waakvlam.clock import Clock

log = logs.logger(__name__)

CASES_IN_MEMORY_MAX = 50_000

History = Callable[[str], Sequence[Record]]


@dataclass(slots=True)
class _Story:
    """What a batch holds of one case."""

    partition: int
    records: list[Record]


class Radar:
    """All cases of the partitions that this process reads."""

    def __init__(
        self,
        view: RadarView,
        rules: RuleIndex,
        *,
        history: History,
        horizon: Horizon,
        clock: Clock,
        cases_in_memory_max: int = CASES_IN_MEMORY_MAX,
    ) -> None:
        self.view = view
        self.horizon = horizon
        self._rules = rules
        self._history = history
        self._clock = clock
        self._watches: OrderedDict[str, Watch] = OrderedDict()
        self._watches_max = cases_in_memory_max
        self._positions: dict[Place, int] = {}
        self._lock, self._next_in_line = threading.Lock(), threading.Lock()

    def positions(self, places: Iterable[Place]) -> dict[Place, int]:
        """Return where to read on in places that are ours from now on."""
        with self._alone():
            stored = {Place(*place): at for place, at in self.view.positions(places).items()}
            self._positions = stored
            self.horizon.assigned({place.partition: stored.get(place, 0) for place in places})
            return dict(stored)

    @contextmanager
    def writing(self) -> Iterator[Statements]:
        """Open a transaction on the view that no other thread of this process is in the way of."""
        with self._alone(), self.view.transaction() as t:
            yield t

    def fold(self, batch: Batch) -> None:
        """Take in a batch of the ledger's records: all its effects and its positions, or nothing."""
        stories, seen_to = _stories(batch)
        read = {place.partition for place in batch.records}
        with self._alone(), self._forgetting(stories, read), self.view.transaction() as t:
            moved = self._move(t, batch)
            rows = self.view.cases(t, stories)
            watches = self._watched(t, rows, {case: story.partition for case, story in stories.items()})
            known = self._known_again(t, watches, stories)
            facts = [
                fact
                for watch in watches
                for fact in self._taken(watch, stories[watch.case].records, known.get(watch.case, {}))
            ]
            for place, position in moved.items():
                self.horizon.read(place.partition, position=position, recorded_at=seen_to[place])
            for watch in watches:
                watch.learn(self._known_to(watch.partition))
            self.view.add_facts(t, facts)
            self._store(t, rows, watches)
            anchor.store(t, anchor.of(batch))
        self._positions |= moved

    def scan(self, look_to: Mapping[int, int], *, limit: int) -> int:
        """Look at cases with something due, or to be learned, by now: the worst first; return how many there were.

        `look_to` says for each partition up to when to conclude. What lies beyond its horizon is concluded early.
        """
        with self._alone():
            with self.view.reading() as t:
                found = [row for part, until in look_to.items() for row in self.view.waking(t, part, until, limit)]
            found.sort(key=lambda row: (-row.weight, row.wake_at))
            self._look(found[:limit], look_to)
            return len(found[:limit])

    def mend(self, case: str, partition: int) -> None:
        """Make a case anew from the ledger: what was missed is fetched, what does not follow from the facts is closed."""
        with self._alone(), self.view.transaction() as t:
            self._forget([case])
            row = self.view.cases(t, [case]).get(case)
            history = self._history(case)
            known_to = self._known_to(partition)
            facts = _whole(self.view.facts(t, [case]).get(case, []), history)
            until = max(known_to, row.advanced_to if row else 0)
            learned = sum(fact.known_at <= until for fact in facts)
            stand = replace(row or CaseRow.unknown(case, partition), learned=learned, advanced_to=until)
            watch = self._rebuilt(t, [(stand, facts)])[0]
            self.view.add_facts(t, facts)
            self._store(t, {} if row is None else {case: row}, [watch])

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Wait for our turn. Who has just had one does not get the next while somebody waits: looks do not keep a batch waiting."""
        with self._next_in_line:
            self._lock.acquire()
        try:
            yield
        finally:
            self._lock.release()

    def _look(self, found: Sequence[CaseRow], look_to: Mapping[int, int]) -> None:
        rows = {row.case: row for row in found}
        with self._forgetting(rows), self.view.transaction() as t:
            watches = self._watched(t, rows, {row.case: row.partition for row in found})
            for watch in watches:
                until = look_to[watch.partition]
                watch.advance(until, certain_to=min(until, self._known_to(watch.partition)))
            self._store(t, rows, watches)

    def _move(self, t: Statements, batch: Batch) -> dict[Place, int]:
        offsets = batch.next_offsets()
        for place, new in offsets.items():
            self.view.move(t, place.topic, place.partition, old=self._positions.get(place), new=new)
        return offsets

    def _known_again(
        self, t: Statements, watches: Iterable[Watch], stories: Mapping[str, _Story]
    ) -> dict[str, dict[int, Event]]:
        """Return the stored facts of cases of which a record comes again."""
        again = [one.case for one in watches if any(new.version <= one.version for new in stories[one.case].records)]
        stored = self.view.facts(t, again) if again else {}
        return {case: {fact.version: fact.event for fact in facts} for case, facts in stored.items()}

    def _taken(self, watch: Watch, records: Iterable[Record], known: dict[int, Event]) -> Iterator[Fact]:
        """Yield the facts that are new; what was missed is fetched from the ledger, what was seen is passed over.

        Raises Damaged when what comes again is not what was seen: the ledger has another past by now.
        """
        for record in records:
            event = event_of(record)
            if not is_same(known.setdefault(record.version, event), event):
                raise Damaged(
                    f"version {record.version} of case {watch.case} comes again as another event. {anchor.WHAT_TO_DO}"
                )
            if record.version > watch.version + 1:
                for missed in self._history(watch.case):
                    if watch.version < missed.version < record.version:
                        yield watch.take(missed.version, event_of(missed))
            if record.version > watch.version + 1:
                raise Damaged(f"case {watch.case}: the ledger does not have version {watch.version + 1}")
            if record.version > watch.version:
                yield watch.take(record.version, event)

    def _known_to(self, partition: int) -> int:
        known_to = self.horizon.of(partition)
        return -1 if known_to is None else known_to

    def _store(self, t: Statements, rows: Mapping[str, CaseRow], watches: Sequence[Watch]) -> None:
        changed = [(rows.get(watch.case), watch.row()) for watch in watches]
        self.view.write(t, changed)
        pairs = [(row, watch) for watch, (_, row) in zip(watches, changed, strict=True)]
        alerts = [(row, alert) for row, watch in pairs for alert in watch.book.changed.values()]
        turns = [(row, turn) for row, watch in pairs for turn in watch.book.turns]
        if alerts or turns:
            alert_view.write(t, alerts, turns, noticed_at=self._clock.micros())
        recorded = [told for watch in watches for told in watch.recorded]
        if recorded:
            alert_view.confirm(t, recorded)
        for watch in watches:
            watch.stored()
            if watch.broken:
                log.error("case_broken", case=watch.case, exc_info=watch.broken)
                self._watches.pop(watch.case, None)

    # What is held in memory.

    def _watched(self, t: Statements, rows: Mapping[str, CaseRow], cases: Mapping[str, int]) -> list[Watch]:
        """Return the watches of these cases, each as its row says; those that memory does not hold are built from facts."""
        missing = [case for case in cases if case in rows and not self._holds(rows[case])]
        facts = self.view.facts(t, missing) if missing else {}
        for watch in self._rebuilt(t, [(rows[case], facts.get(case, [])) for case in missing]):
            self._watches[watch.case] = watch
            watch.stored()
        for case, partition in cases.items():
            if case not in rows:
                self._watches[case] = Watch(self._rules, case, partition)
            self._watches.move_to_end(case)
        watches = [self._watches[case] for case in cases]
        while len(self._watches) > max(self._watches_max, len(cases)):
            self._watches.popitem(last=False)
        return watches

    def _rebuilt(self, t: Statements, stands: Sequence[tuple[CaseRow, Sequence[Fact]]]) -> list[Watch]:
        """Return watches that stand where these rows of cases say, built from facts and from the stored alert rows."""
        cases = [row.case for row, _ in stands]
        alerts = alert_view.of_cases(t, cases) if cases else {}
        turns = alert_view.turns_of_cases(t, alerts) if alerts else {}
        return [
            Watch.rebuilt(
                self._rules,
                row,
                facts,
                rows=alerts.get(row.case, {}).values(),
                turns=turns.get(row.case, ()),
                certain_to=self._known_to(row.partition),
            )
            for row, facts in stands
        ]

    def _holds(self, row: CaseRow) -> bool:
        held = self._watches.get(row.case)
        return held is not None and (held.version, held.learned, held.advanced_to) == (
            row.version, row.learned, row.advanced_to
        )  # fmt: skip

    @contextmanager
    def _forgetting(self, cases: Iterable[str], read: Iterable[int] = ()) -> Iterator[None]:
        """Forget what memory holds of these cases when storing fails: the tables are the truth.

        Of partitions of which a batch was `read` nothing is known until `positions` is asked again: memory went on past records
        that may not be stored, and a look would take them for silence.
        """
        try:
            yield
        except BaseException:
            self._forget(cases)
            for partition in read:
                self.horizon.halt(partition)
            raise

    def _forget(self, cases: Iterable[str]) -> None:
        for case in cases:
            self._watches.pop(case, None)


def event_of(record: Record) -> Event:
    """Return a record of the ledger as the rule book sees it."""
    return Event(
        id=record.event_id,
        type=record.type,
        case=record.case,
        agency=record.agency,
        municipality=record.municipality,
        occurred_at=record.occurred_at,
        recorded_at=record.recorded_at,
        data=record.data(),
    )


def _whole(facts: Iterable[Fact], history: Iterable[Record]) -> list[Fact]:
    """Return the facts of a case with what is lost of them, and what is new, from the ledger."""
    known = {fact.version: fact for fact in facts}
    for record in history:
        if record.version not in known:
            known[record.version] = Fact(record.version, event_of(record))
    return [known[one] for one in sorted(known)]


def _stories(batch: Batch) -> tuple[dict[str, _Story], dict[Place, int]]:
    """Return a batch by case, and for each place the last recorded_at that it holds."""
    stories: dict[str, _Story] = {}
    seen_to: dict[Place, int] = {}
    for place, arrived in batch.records.items():
        for one in arrived:
            record = ledger_record.decode(one.value or b"")
            seen_to[place] = max(record.recorded_at, seen_to.get(place, 0))
            if not record.caseless:
                stories.setdefault(record.case, _Story(place.partition, [])).records.append(record)
    return stories, seen_to

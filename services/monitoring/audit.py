"""The auditor: looks at ALL cases, again and again, and asks whether the radar's tables say what follows from the ledger.

Two questions, each in pages. Does the radar hold every event that the ledger holds (also of a case that it never heard of)? What
is new in the ledger is asked at once, and all of it again every so many rounds. Does every case's row, and every alert's, equal
what the engine makes of its facts from nothing? A case of which not a byte changed since it was found right is not derived again
before the next day: that would give the same. What differs is mended and counted. A round that found nothing moves the
heartbeat; a round that found something, or an open case that nobody watches, does not.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ledger import record as ledger_record
from ledger.streams.records import Place
from services.monitoring import anchor, holdings
from services.monitoring.anchor import Notifications
from services.monitoring.examined import Examined
from services.monitoring.holdings import Held
from services.monitoring.radar import Radar
from services.monitoring.records import CaseRow, Fact, NumberedRow, Turn
from services.monitoring.rule_index import RuleIndex
from services.monitoring.view import RadarView
from services.monitoring.watch import Watch

CASES_PER_PAGE = 200
ROUNDS_PER_SWEEP = 60
NOTIFICATIONS_PER_PAGE = 2_000

# What may differ; each is counted from 0 on.
KINDS = (
    "missing_events", "facts", "broken", "case", "alert_missing", "alert_unfounded", "alert_state", "turn_missing",
    "without_deadline", "not_looked_at",
)  # fmt: skip

PartitionOf = Callable[[str], int | None]


@dataclass(slots=True)
class Round:
    """One round over all cases: how far it is, and what it found so far."""

    began_at: Mapping[int, int]  # of each partition, up to when it was known when the round began
    is_anew: bool = True  # each case is derived anew, also where not a byte of it changed since it was found right
    after: str = ""
    looked_at: int = 0
    derived: int = 0
    found: dict[str, int] = field(default_factory=dict)
    is_done: bool = False

    def note(self, kind: str, count: int = 1) -> None:
        """Count a difference."""
        assert kind in KINDS
        self.found[kind] = self.found.get(kind, 0) + count


class Auditor:
    """Goes round over the cases of the partitions that are ours."""

    def __init__(
        self, radar: Radar, rules: RuleIndex, *, notifications: Notifications, partition_of: PartitionOf
    ) -> None:
        self._radar = radar
        self._view: RadarView = radar.view
        self._rules = rules
        self._notifications = notifications
        self._partition_of = partition_of
        self._examined = Examined()
        self._going: Round | None = None
        self._swept_to = 0
        self._rounds = 0
        self._partitions: set[int] = set()

    def step(self, going: Round, known_to: Mapping[int, int]) -> None:
        """Look at the next page of what is new in the ledger, and at the next page of the cases.

        Raises Damaged when the ledger is not the one that was read.
        """
        with self._view.reading() as t:
            held = anchor.furthest(t, known_to)
        anchor.check(held, self._notifications)
        if set(known_to) != self._partitions:
            self._partitions, self._swept_to = set(known_to), 0
        self._sweep(going, known_to)
        self._compare_page(going, known_to)

    def catch_up(self, torn: Mapping[Place, int]) -> None:
        """Fetch from the ledger what Kafka no longer holds, before anything is concluded from its absence.

        `torn` says from which offset each place is read on. Without this a radar that was put back from a backup would take
        the silence of a topic that was cut off for the silence of a family. A case that it never heard of is found by a round.
        """
        for place in torn:
            self._radar.horizon.halt(place.partition)
        partitions, after = {place.partition for place in torn}, 0
        while page := self._notifications(after, NOTIFICATIONS_PER_PAGE):
            newest = {one.case: one.version for one in (ledger_record.decode(each.body) for each in page)}
            with self._view.reading() as t:
                rows = self._view.cases(t, newest)
            for row in rows.values():
                if row.partition in partitions and row.version < newest[row.case]:
                    self._radar.mend(row.case, row.partition)
            after = page[-1].position
        for place, position in torn.items():
            self._radar.horizon.go_on(place.partition, position=position)

    # Does the radar hold all that the ledger holds?

    def _sweep(self, going: Round, known_to: Mapping[int, int]) -> None:
        page = self._notifications(self._swept_to, NOTIFICATIONS_PER_PAGE)
        newest: dict[str, tuple[int, int]] = {}
        swept_to = self._swept_to
        for notification in page:
            record = ledger_record.decode(notification.body)
            if not record.caseless:
                partition = self._partition_of(record.case)
                if partition is None or (partition in known_to and record.recorded_at > known_to[partition]):
                    break  # nobody can say yet that it should be here
                if partition in known_to:
                    newest[record.case] = (record.version, partition)
            swept_to = notification.position
        with self._view.reading() as t:
            rows = self._view.cases(t, newest)
        for case, (version, partition) in newest.items():
            if case not in rows or rows[case].version < version:
                going.note("missing_events")
                self._radar.mend(case, partition)
        self._swept_to = swept_to

    # Do the tables say what follows from the facts?

    def _compare_page(self, going: Round, known_to: Mapping[int, int]) -> None:
        if going is not self._going:
            self._going = going
            self._examined.begin(anew=going.is_anew)
        with self._view.reading() as t:
            held = holdings.page(t, known_to, going.after, CASES_PER_PAGE)
        for one in held:
            self._compare(one, going)
        going.looked_at += len(held)
        going.is_done = len(held) < CASES_PER_PAGE
        if held:
            going.after = held[-1].case
        if going.is_done:
            self._look_at_what_is_left(going)
            self._examined.end()
            self._rounds += 1
            if self._rounds % ROUNDS_PER_SWEEP == 0:
                self._swept_to = 0

    def _compare(self, one: Held, going: Round) -> None:
        stamp = one.stamp()
        if self._examined.is_unchanged(one.case, stamp):
            return
        going.derived += 1
        row = one.row()
        found = differences(self._rules, row, one.told(), one.rows(), one.all_turns())
        for kind in found:
            going.note(kind)
        if found:
            self._radar.mend(row.case, row.partition)
        else:
            self._examined.note(one.case, stamp)

    def _look_at_what_is_left(self, going: Round) -> None:
        """A round also fails on cases without a row, cases nobody watches, and looks that were due all the while."""
        with self._view.reading() as t:
            strays = {case: self._partition_of(case) for case in self._view.strays(t, CASES_PER_PAGE)}
        for case, partition in strays.items():
            if partition is not None and partition in going.began_at:
                going.note("missing_events")
                self._radar.mend(case, partition)
        tally = self._view.tally(going.began_at)
        if tally.without_deadline:
            going.note("without_deadline", tally.without_deadline)
        with self._view.reading() as t:
            late = [row for part, until in going.began_at.items() for row in self._view.waking(t, part, until, 1)]
        if late:
            going.note("not_looked_at", len(late))


def differences(
    rules: RuleIndex,
    row: CaseRow,
    facts: Sequence[Fact],
    stored: Mapping[tuple[str, int], NumberedRow],
    turns: Sequence[Turn],
) -> list[str]:
    """Return what of a case, as it is stored, does not follow from its facts."""
    if [fact.version for fact in facts] != list(range(1, row.version + 1)):
        return ["facts"]
    anew = Watch.rebuilt(rules, row, facts, rows=stored.values(), turns=turns, certain_to=row.advanced_to)
    if anew.broken or row.broken:
        return ["broken"]
    book, found = anew.book, []
    if anew.row() != row:
        found.append("case")
    if book.changed.keys() - stored.keys():
        found.append("alert_missing")
    if book.unfounded:
        found.append("alert_unfounded")
    if (book.changed.keys() & stored.keys()) - book.unfounded:
        found.append("alert_state")
    if book.turns:
        found.append("turn_missing")
    return found

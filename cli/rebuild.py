"""`waakvlam rebuild`: a view made anew from the ledger beside the live one, compared with it, and put in its place.

Services may run meanwhile. At the switch the live view's write lock is held for a moment: what came in until then is taken
over, and a service that has the old view in mind is stopped by its next write (`Fenced`) and started again by its supervisor.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from cli.books import ledger_at, without_password
from cli.crew import worked
from cli.exits import Ends, Exit
from cli.partitions import partitions_of
from cli.rebuilding import Outcome, cases_in, events_in, measured
from cli.screen import progress, result
from cli.settings import Settings
from ledger import histories
from ledger.application import Ledger
from ledger.beside import Beside, beside
from ledger.database import open_database
from ledger.errors import Conflict, Fault
from ledger.streams.tail import partition_of
from rulebook import agreements
from services.board import anew as board
from services.board import comparing as board_comparing
from services.board import store, stretches
from services.monitoring import anchor, anew_view, tables
from services.monitoring import comparing as radar_comparing
from services.monitoring import rebuilding as radar
from services.monitoring.rule_index import RuleIndex
from services.monitoring.view import RadarView
from services.triage import anew as triage
from services.triage import views as triage_views

VIEWS = ("radar", "board", "triage")
CASES_AT_ONCE = 50
LOG_PAGE = 10_000
FEW = 2_000  # events that may be left for the moment in which the live view is held


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for."""

    views: tuple[str, ...]
    compare_only: bool
    workers: int


def rebuild(settings: Settings, wish: Wish, *, as_json: bool) -> None:
    """Make the views anew, one after the other; ends with DIFFERS when they are only compared and one is not right."""
    outcomes = []
    with ledger_at(settings.ledger_url, settings.time()) as ledger:
        for name in wish.views:
            url = settings.places()[f"WAAKVLAM_{name.upper()}"]
            try:
                outcomes.append(_MAKERS[name](settings, wish, ledger, url))
            except Conflict as error:
                raise Ends(Exit.REFUSED, f"{name}: {error}. Nothing was changed.") from error
            except Fault as error:
                raise Ends(Exit.REFUSED, _unreadable(name, url, error)) from error
    told = [one.as_json() for one in outcomes]
    result(told, as_json=as_json, lines=[line for one in outcomes for line in one.lines()])
    if wish.compare_only and any(one.differs for one in outcomes):
        raise Ends(Exit.DIFFERS, "A live view is not what the ledger says. Run it again without --compare-only.")


def _unreadable(name: str, url: str, error: Fault) -> str:
    return (
        f"The live view of {name} at {without_password(url)} cannot be read ({error}). Stop the service, move the file "
        "away, and run this again: it makes a new one. Nothing was changed."
    )


# The radar.


def _radar(settings: Settings, wish: Wish, ledger: Ledger, url: str) -> Outcome:
    outcome, known_to = Outcome("radar"), ledger.promise_time()
    with (
        closing(RadarView(open_database(url), goes_back=not wish.compare_only)) as live,
        beside(url, "radar", tables=tables.TABLES, names=tables.DERIVED, also=("positions",)) as new,
    ):
        partitions = partitions_of(settings, live)
        task = radar.Task(settings.ledger_url, new.url, settings.agreements, known_to.time, settings.time().micros())
        with closing(open_database(new.url, lasting=False)) as database:
            anew_view.prepare(database)
        with measured(outcome, events_in(ledger)) as bar:
            for events in worked(radar.Builder.of, task, _placed(ledger, partitions), workers=wish.workers):
                bar.add(events)
        with closing(RadarView(open_database(new.url))) as made, closing(radar.Builder.of(task)) as builder:
            follow = _Following(ledger, known_to.position, builder, partitions)
            follow.up()
            _compare_radar(outcome, live, made, settings, ledger, partitions)
            if not wish.compare_only:
                _switch_radar(new, follow)
                outcome.is_switched = True
    return outcome


def _placed(ledger: Ledger, partitions: int) -> Iterator[dict[str, int]]:
    """Yield all cases of a ledger, some at once, each with its partition: processes that help need not know Kafka for it."""
    for cases in cases_in(ledger, CASES_AT_ONCE):
        yield _in_partitions(cases, partitions)


def _in_partitions(cases: Iterable[str], partitions: int) -> dict[str, int]:
    return {case: partition_of(case.encode(), partitions) or 0 for case in cases}


class _Following:
    """Takes over what came into the ledger since: the cases that it touches are made once more."""

    def __init__(self, ledger: Ledger, position: int, builder: radar.Builder, partitions: int) -> None:
        self._ledger = ledger
        self._partitions = partitions
        self._position = position
        self._builder = builder

    def up(self, *, until_few: bool = True) -> None:
        """Follow until little is left, or nothing."""
        while True:
            known_to = self._ledger.promise_time()
            with self._ledger.reading() as t:
                page = histories.log(t, after=self._position, limit=LOG_PAGE, bodies=False)
            if page:
                cases = sorted({one.stream for one in page})
                self._builder.build_again(_in_partitions(cases, self._partitions), known_to=known_to.time)
                self._position = page[-1].position
            if len(page) < (FEW if until_few else 1):
                return


def _compare_radar(
    outcome: Outcome, live: RadarView, new: RadarView, settings: Settings, ledger: Ledger, partitions: int
) -> None:
    read_to = _radar_read_to(live, ledger, partitions)
    progress("radar: comparing with the live view …")
    comparison = radar_comparing.Comparison(
        live,
        new,
        RuleIndex(agreements.load(settings.agreements)),
        history=ledger.history,
        read_to=lambda partition: read_to.get(partition, 0),
        partition_of=lambda case: partition_of(case.encode(), partitions) or 0,
    )
    for found in comparison.pages():
        outcome.cases, outcome.behind, outcome.found = found.cases, found.behind, found.found


def _radar_read_to(live: RadarView, ledger: Ledger, partitions: int) -> dict[int, int]:
    """Return of each partition when the furthest record was recorded that the live view has read there."""
    found: dict[int, int] = {}
    for partition in range(partitions):
        with live.reading() as t:
            held = anchor.furthest(t, [partition])
        anchor.check(held, lambda after, limit: ledger.notifications(after=after, limit=limit))
        if held:
            found[partition] = anchor.recorded_at(
                held, lambda after, limit: ledger.notifications(after=after, limit=limit)
            )
    return found


def _switch_radar(new: Beside, follow: _Following) -> None:
    with new.switching() as t:
        follow.up(until_few=False)
        new.switch(t)
        # Read one record again in each partition: a service that runs finds that its position moved, and begins anew.
        t.execute("UPDATE positions SET position = position - 1 WHERE position > 0")


# The board.


def _board(settings: Settings, wish: Wish, ledger: Ledger, url: str) -> Outcome:
    outcome = Outcome("board")
    with (
        closing(store.Store(open_database(url)).database) as live,
        beside(url, "board", tables=store.TABLES, names=board.DERIVED) as new,
        closing(open_database(new.url, lasting=False)) as database,
    ):
        builder, head = board.Builder(database), ledger.head()
        task = stretches.Task(settings.ledger_url, settings.time().micros())
        with measured(outcome, head) as bar:
            for stretch in worked(stretches.Reading.of, task, stretches.spans(head), workers=wish.workers):
                builder.take(stretch)
                bar.add(stretch.events)
            builder.store()
            builder.finish()
        before = board_comparing.versions_in(live)
        read = partial(_read, stretches.Reading(ledger), builder)
        position = read(head)
        progress("board: comparing with the live view …")
        found = board_comparing.compare(live, database, before)
        outcome.cases, outcome.behind, outcome.found = found.cases, found.behind, found.found
        if not wish.compare_only:
            with new.switching() as t:
                read(position)
                stand = int(t.value("SELECT seq FROM board_stand WHERE one = 1") or 0)
                told = builder.told()
                new.switch(t)
                board.go_on(t, told, stand=stand)
            outcome.is_switched = True
    return outcome


def _read(reading: stretches.Reading, builder: board.Builder, after: int) -> int:
    """Read from a position to the ledger's end, and store that; return its position."""
    while True:
        stretch = reading.build(stretches.Span(after))
        if not stretch.events:
            builder.store()
            return after
        builder.take(stretch)
        after = stretch.position


# Triage.


def _triage(settings: Settings, wish: Wish, ledger: Ledger, url: str) -> Outcome:
    outcome, owed = Outcome("triage"), triage.Owed()
    partitions = partitions_of(settings, None)
    with closing(open_database(url)) as live:
        triage_views.Progress(live)
        task = triage.Task(
            settings.ledger_url,
            settings.agreements / "triage.yaml",
            settings.time().micros(),
        )
        with measured(outcome, events_in(ledger)) as bar:
            for found in worked(triage.Checker.of, task, _placed(ledger, partitions), workers=wish.workers):
                owed.add(found)
                bar.add(found.events)
        outcome.cases, lost = owed.cases, owed.lost()
        outcome.behind = len(owed.open) - lost
        outcome.found["answers", "missing"] += lost
        if lost and not wish.compare_only:
            triage_views.empty(live)
            outcome.is_switched = True
    return outcome


_Maker = Callable[[Settings, Wish, Ledger, str], Outcome]
_MAKERS: dict[str, _Maker] = {"radar": _radar, "board": _board, "triage": _triage}

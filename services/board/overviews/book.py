"""The one place that reads what the overviews show: from the board's view, from the ledger's doors, and the time."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from ledger.database import Statements
from ledger.delivery import delivery
from rulebook.agreements import Agreements
from rulebook.instants import date_of, day_start, local_day
from rulebook.rules import Keyed
from rulebook.terms import Term
from services.board import marks, weeks
from services.board.counting import LATENESS, LATER
from services.board.kept import KeptBook
from services.board.language import day, say, spoken_now, term_length
from services.board.overviews import governors, mirror, numbers, region, team
from services.board.overviews.sheet import Sheet
from services.board.store import Store
from waakvlam.topics import agencies, municipalities

MINUTE = 60 * 1_000_000
OWN = "system"
ALL_LATENESS = (*(name for name, _ in LATENESS), LATER)


class Doors(Protocol):
    """What is asked of the ledger."""

    def reading(self) -> AbstractContextManager[Statements]:
        """Open a transaction that only reads."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the overviews need of the agreements: the title of each rule, and within how long a handover is answered."""

    titles: Mapping[str, str]
    handover: Sequence[Term] = ()

    @classmethod
    def of(cls, agreements: Agreements) -> "Rules":
        """Return it of the newest version of each rule."""
        rules = [rule for file in agreements.files for rule in file.rules.values()]
        answers = {
            rule.breach
            for rule in rules
            if isinstance(rule, Keyed)
            and isinstance(rule.breach, Term)
            and "handover_offered" in rule.start.by_type
            and "handover_accepted" in rule.until.by_type
        }
        return cls({rule.id: rule.title for rule in rules}, sorted(answers, key=lambda one: (one.unit, one.number)))

    def handover_norm(self) -> str:
        """Write within how long a handover must be answered; empty when no agreement says so."""
        return f" {say('of')} ".join(say("binnen {term}", term=term_length(one)) for one in self.handover)


class Overviews:
    """The pages of figures, each as it stands now. `places` are the municipalities that somebody may see, None for all."""

    def __init__(self, store: Store, ledger: Doors, rules: Rules, kept: KeptBook, *, now: Callable[[], int]) -> None:
        self._store = store
        self._ledger = ledger
        self._rules = rules
        self._kept = kept
        self._now = now
        self._region: dict[str, tuple[int, Sheet]] = {}  # by language
        self._governors: dict[str, tuple[int, Sheet]] = {}
        self._agencies = {one.id: one.name for one in agencies().values()}

    def team(self, places: frozenset[str] | None = None) -> Sheet:
        """Return the page of a team."""
        which = weeks.last_weeks(self._now())
        with self._store.database.reading() as t:
            rows = numbers.open_alerts(t)
            reminded, waiting = numbers.reminders(t), numbers.handovers_waiting(t)
            handed = numbers.handed_over(t)
            judged = marks.judged(t, day_start(which[0]), day_start(which[-1] + 7))
        return team.team(
            team.Team(
                rows=[one for one in rows if places is None or one.municipality in places],
                reminded=reminded,
                waiting=[one for one in waiting if places is None or one.municipality in places],
                handed=handed,
                judged=[one for one in judged if places is None or one.municipality in places],
                rules=self._rules.titles,
                municipalities=municipalities(),
                agencies=self._agencies,
                now=self._now(),
            )
        )

    def region(self) -> Sheet:
        """Return the page of the region; it is of whole weeks, so it is made once a minute."""
        minute = self._now() // MINUTE
        made, sheet = self._region.get(spoken_now(), (-1, None))
        if sheet is None or made != minute:
            sheet = self._new_region()
            self._region[spoken_now()] = minute, sheet
        return sheet

    def _new_region(self) -> Sheet:
        which = weeks.last_weeks(self._now())
        begin, end = day_start(which[0]), day_start(which[-1] + 7)
        with self._store.database.reading() as t:
            return region.region(
                region.Region(
                    weeks=which,
                    by_rule=numbers.weekly(t, "stall.rule", which),
                    by_municipality=numbers.weekly(t, "stall.municipality", which),
                    by_agency=numbers.weekly(t, "stall.agency", which),
                    handovers=numbers.handovers_answered(t, begin, end),
                    norm=self._rules.handover_norm(),
                    rules=self._rules.titles,
                    municipalities=municipalities(),
                    agencies=self._agencies,
                )
            )

    def mirrors(self, *, exact: bool) -> Sheet:
        """Return the list of all agencies."""
        which = weeks.last_weeks(self._now())
        with self._store.database.reading() as t:
            told = {name: numbers.weekly(t, f"told.{name}", which) for name in ALL_LATENESS}
            heard = numbers.heard(t)
        with self._ledger.reading() as t:
            standings = numbers.standings(t, self._now())
        briefs = []
        for one in agencies().values():
            if one.kind == OWN:
                continue
            counts = {name: sum(some.get(one.id, {}).values()) for name, some in told.items()}
            quick = sum(counts[name] for name in mirror.QUICK)
            waiting = standings.get(one.id, 0)
            briefs.append(
                mirror.Brief(
                    agency=one.id,
                    name=one.name,
                    told=sum(counts.values()),
                    quick=quick,
                    heard_at=heard.get(one.id),
                    waiting=waiting,
                )
            )
        return mirror.agencies(briefs, now=self._now(), exact=exact)

    def mirror(self, agency: str, *, exact: bool) -> Sheet | None:
        """Return the page of one agency; None when there is no such agency."""
        known = agencies().get(agency)
        if known is None or known.kind == OWN:
            return None
        which = weeks.last_weeks(self._now())
        with self._store.database.reading() as t:
            told = {name: numbers.weekly(t, f"told.{name}", which) for name in ALL_LATENESS}
            heard_at = numbers.heard(t).get(agency)
        with self._ledger.reading() as t:
            delivered = delivery(t, agency, since=day_start(which[0]), now=self._now())
        return mirror.mirror(
            mirror.Mirror(
                agency=agency,
                name=known.name,
                weeks=which,
                told=mirror.told_by_lateness(told, agency),
                heard_at=heard_at,
                delivery=delivered,
                now=self._now(),
                exact=exact,
            )
        )

    def governors(self) -> Sheet:
        """Return the page of those who govern; made once for each count."""
        found = self._kept.read()
        counted_at, sheet = self._governors.get(spoken_now(), (-1, None))
        if sheet is None or counted_at != found.counted_at:
            until = day(date_of(local_day(found.counted_at))) if found.counted_at else ""
            of = governors.Kept(figures=found.figures, until=until or "", municipalities=municipalities())
            sheet = governors.governors(of)
            self._governors[spoken_now()] = found.counted_at, sheet
        return sheet

"""What the rulebook says of a case: why its alerts are open, in words, and what will be due next.

It asks the engine that also raises the alerts, so the two never disagree. A list asks for many cases at once, so the
sentences are kept per alert for as long as its case has not changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from ledger import logs
from ledger.ladders import ladders_of, municipality_of, titles_of
from ledger.record import Record
from ledger.timeline import Line, sentences
from ledger.words import PHASES, ROLES
from rulebook import why
from rulebook.agreements import Agreements, load
from rulebook.engine import CaseWatch
from rulebook.errors import RulebookError
from rulebook.instance import Instance
from rulebook.instants import local_day
from rulebook.question import Names
from rulebook.remedy import remedy
from rulebook.settled import Settled, settled
from rulebook.wording import Words
from services.board.ports import Deadline, Histories, Open, Outlook, Rulebook
from services.board.store import AlertRow, Store
from waakvlam.topics import agencies, municipalities

log = logs.logger(__name__)
KEPT_MAX = 20_000


class Engine:
    """The rulebook in earnest."""

    def __init__(self, agreements: Agreements, names: Mapping[str, str]) -> None:
        self.agreements = agreements
        self._ladders = ladders_of(agreements)
        self._names = names

    @classmethod
    def load(cls, folder: Path, *, names: Mapping[str, str]) -> "Engine":
        """Read the agreements of a folder; raises AgreementError with file, line, field and reason."""
        return cls(load(folder), names)

    def look(self, records: Sequence[Record], *, now: int) -> Outlook:
        """Return what the agreements say of a case now."""
        watch = CaseWatch(self.agreements, records[0].case)
        try:
            for at, some in groupby(records, key=lambda record: record.recorded_at):
                watch.learn([record.event() for record in some], at)
            watch.advance(max(now, watch.now))
        except RulebookError as error:
            log.warning("terms_not_counted", case=records[0].case, error=type(error).__name__)
            return Outlook(deadlines=None, sentences={})
        living = watch.instances()
        told = {(one.rule.id, one.key): why.sentence(one, self._names) for one in living}
        found = [_deadline(one, now, told[one.rule.id, one.key]) for one in living]
        return Outlook(
            deadlines=tuple(sorted((one for one in found if one is not None), key=lambda one: (one.due, one.rule))),
            sentences=told,
            open=tuple(_open(one) for one in living if one.row is not None),
            ends={(one.rule.id, one.key): one.breach for one in living if one.breach is not None},
            ladders=titles_of(self._ladders(municipality_of(one.event() for one in records), local_day(now))),
        )

    def settled(self, records: Sequence[Record], *, now: int) -> tuple[Settled, ...]:
        """Return what came to its end in a case, the newest first; nothing where terms cannot be counted."""
        words = Words(roles=ROLES, phases=PHASES, municipalities=municipalities())
        facts = [record.event() for record in records]
        try:
            return settled(self.agreements, records[0].case, facts, now, names=Names(self._names, words))
        except RulebookError as error:
            log.warning("endings_not_told", case=records[0].case, error=type(error).__name__)
            return ()


@dataclass(frozen=True, slots=True)
class Ground:
    """Why an alert is open: a sentence, and the events behind it as lines of the timeline."""

    sentence: str
    lines: tuple[Line, ...] = ()
    ends: int | None = None  # when it is too late, where that is still to come or was


class Reasons:
    """The ground of each alert on a list, kept until its case changes."""

    def __init__(self, store: Store, ledger: Histories, rulebook: Rulebook) -> None:
        self._store = store
        self._ledger = ledger
        self._rulebook = rulebook
        self._kept: dict[str, tuple[int, Ground]] = {}

    def of(self, rows: Sequence[AlertRow], *, now: int) -> dict[str, Ground]:
        """Return the ground of each of these alerts, by the event that raised it."""
        versions = self._store.versions_of({row.case_id for row in rows})
        stale: dict[str, list[AlertRow]] = {}
        for row in rows:
            if self._kept.get(row.raised, (0, None))[0] != versions.get(row.case_id):
                stale.setdefault(row.case_id, []).append(row)
        if len(self._kept) > KEPT_MAX:
            self._kept.clear()
        for case, some in stale.items():
            if records := self._ledger.history(case):
                look, known = self._rulebook.look(records, now=now), {one.event_id: one for one in records}
                for row in some:
                    ends = look.ends.get((row.rule, row.instance))
                    told = Ground(look.sentence(row.rule, row.instance), behind(row, known, look.ladders), ends)
                    self._kept[row.raised] = (versions.get(case, 0), told)
        return {row.raised: self._kept[row.raised][1] for row in rows if row.raised in self._kept}


def behind(row: AlertRow, known: Mapping[str, Record], ladders: Mapping[str, str]) -> tuple[Line, ...]:
    """Return the events because of which an alert was raised, as lines, oldest first; `ladders` are titles by id."""
    ids = row.because or (row.instance.split("#", 1)[0],)
    records = [known[one] for one in ids if one in known]
    return tuple(sentences(records, agencies(), ladders=ladders))


def _open(instance: Instance) -> Open:
    assert instance.row is not None, "only what is open is asked for"
    rule = instance.rule
    return Open(instance.row, rule.title, rule.weight, legal=rule.legal)


def _deadline(instance: Instance, now: int, sentence: str) -> Deadline | None:
    """Return the last instant at which it can still be done in time; nothing for what is too late already."""
    rule, source = instance.rule, instance.rule.source
    for stage, due in (("breach", instance.breach), ("warn", instance.warn)):
        if due is not None and due > now:
            return Deadline(
                rule=rule.id,
                title=rule.title,
                stage=stage,
                due=due,
                legal=rule.legal,
                why=sentence,
                remedy=remedy(instance),
                source=f"{source.title or source.agreement}, versie {source.version}",
            )
    return None

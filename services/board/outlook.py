"""What the rulebook says of a case: why its alerts are open, in words, and what will be due next.

It asks the engine that also raises the alerts, so the two never disagree. A list asks for many cases at once, so the
sentences are kept per alert for as long as its case has not changed.
"""

import logging
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from ledger.record import Record
from rulebook import why
from rulebook.agreements import Agreements, load
from rulebook.engine import CaseWatch
from rulebook.errors import RulebookError
from rulebook.instance import Instance
from services.board.ports import Deadline, Histories, Outlook, Rulebook
from services.board.store import AlertRow, Store

log = logging.getLogger(__name__)
KEPT_MAX = 20_000


class Engine:
    """The rulebook in earnest."""

    def __init__(self, agreements: Agreements, names: Mapping[str, str]) -> None:
        self._agreements = agreements
        self._names = names

    @classmethod
    def load(cls, folder: Path, *, names: Mapping[str, str]) -> "Engine":
        """Read the agreements of a folder; raises AgreementError with file, line, field and reason."""
        return cls(load(folder), names)

    def look(self, records: Sequence[Record], *, now: int) -> Outlook:
        """Return what the agreements say of a case now."""
        watch = CaseWatch(self._agreements, records[0].case)
        try:
            for at, some in groupby(records, key=lambda record: record.recorded_at):
                watch.learn([record.event() for record in some], at)
            watch.advance(max(now, watch.now))
        except RulebookError as error:
            log.warning("The terms of a case cannot be counted (%s).", type(error).__name__)
            return Outlook(deadlines=None, sentences={})
        living = watch.instances()
        found = [one for one in (_deadline(instance, now) for instance in living) if one is not None]
        return Outlook(
            deadlines=tuple(sorted(found, key=lambda one: (one.due, one.rule))),
            sentences={(one.rule.id, one.key): why.sentence(one, self._names) for one in living},
        )


class Reasons:
    """The sentence of each alert on a list, kept until its case changes."""

    def __init__(self, store: Store, ledger: Histories, rulebook: Rulebook) -> None:
        self._store = store
        self._ledger = ledger
        self._rulebook = rulebook
        self._kept: dict[str, tuple[int, str]] = {}

    def of(self, rows: Sequence[AlertRow], *, now: int) -> dict[str, str]:
        """Return the sentence of each of these alerts, by the event that raised it."""
        versions = self._store.versions_of({row.case_id for row in rows})
        stale = {row.case_id for row in rows if self._kept.get(row.raised, (0, ""))[0] != versions.get(row.case_id)}
        looks = {
            case: self._rulebook.look(records, now=now) for case in stale if (records := self._ledger.history(case))
        }
        if len(self._kept) > KEPT_MAX:
            self._kept.clear()
        for row in rows:
            if row.case_id in looks:
                self._kept[row.raised] = (
                    versions.get(row.case_id, 0),
                    looks[row.case_id].sentence(row.rule, row.instance),
                )
        return {row.raised: self._kept[row.raised][1] for row in rows if row.raised in self._kept}


def _deadline(instance: Instance, now: int) -> Deadline | None:
    """Return the last instant at which it can still be done in time; nothing for what is too late already."""
    rule = instance.rule
    for stage, due in (("breach", instance.breach), ("warn", instance.warn)):
        if due is not None and due > now:
            return Deadline(rule.id, rule.title, stage, due, legal=rule.legal)
    return None

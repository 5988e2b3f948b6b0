"""What will be due in a case: the rulebook's own answer, from the case's history and the agreements."""

import logging
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from ledger.record import Record
from rulebook.agreements import Agreements, load
from rulebook.engine import CaseWatch
from rulebook.errors import RulebookError
from rulebook.event import from_json
from rulebook.instance import Instance
from services.board.ports import Deadline

log = logging.getLogger(__name__)


class RulebookDeadlines:
    """Asks the engine that also raises the alerts, so the two never disagree."""

    def __init__(self, agreements: Agreements) -> None:
        self._agreements = agreements

    @classmethod
    def load(cls, folder: Path) -> "RulebookDeadlines":
        """Read the agreements of a folder; raises AgreementError with file, line, field and reason."""
        return cls(load(folder))

    def of(self, records: Sequence[Record], *, now: int) -> tuple[Deadline, ...] | None:
        """Return what will be due, soonest first; nothing at all when it cannot be counted."""
        watch = CaseWatch(self._agreements, records[0].case)
        try:
            for at, some in groupby(records, key=lambda record: record.recorded_at):
                watch.learn([from_json(record.line()) for record in some], at)
            watch.advance(max(now, watch.now))
        except RulebookError as error:
            log.warning("The terms of a case cannot be counted (%s).", type(error).__name__)
            return None
        found = (_deadline(instance, now) for instance in watch.instances())
        return tuple(sorted((one for one in found if one is not None), key=lambda one: (one.due, one.rule)))


def _deadline(instance: Instance, now: int) -> Deadline | None:
    """Return the last instant at which it can still be done in time; nothing for what is too late already."""
    rule = instance.rule
    for stage, due in (("breach", instance.breach), ("warn", instance.warn)):
        if due is not None and due > now:
            return Deadline(rule.id, rule.title, stage, due, rule.legal)
    return None

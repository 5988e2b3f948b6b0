"""A board's view and ledger as large as a region's: families that were really played, copied many times under other ids.

The histories of the cases that have an open alert are in a real ledger, event for event, each event with an id of its own;
the other open cases stand in the view alone, for no page of the list reads them.
"""

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import cycle, groupby, islice
from pathlib import Path
from uuid import UUID, uuid5

from bench.intake import AGREEMENTS, UNTIL, played
from ledger.application import Ledger
from ledger.model import Draft
from ledger.record import Record
from ledger.record import decode as decode_record
from rulebook.agreements import Agreements
from rulebook.engine import CaseWatch
from rulebook.instance import Instance
from services.board.store import AlertRow, Fold, Store
from waakvlam.clock import FixedClock

CROWD = UUID("5f8e0c5e-7d41-5a0d-9a94-3a3e35f0b2c7")
DAYS = 120  # how long the region is played
FAMILIES = 300
AT_ONCE = 200  # cases in one transaction
__all__ = ["AGREEMENTS", "UNTIL", "Pattern", "fill", "patterns", "raised_now"]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One case that was played: its history, and the instances of which an alert is open."""

    records: tuple[Record, ...]
    open: tuple[Instance, ...]


def patterns(folder: Path, agreements: Agreements) -> list[Pattern]:
    """Return the played cases that have an open alert."""
    played(folder, families=FAMILIES, start=UNTIL - DAYS * 86_400_000_000)
    with closing(Ledger.open(f"sqlite:///{folder / 'played.db'}", clock=FixedClock(UNTIL))) as ledger:
        told = [decode_record(one.body) for one in ledger.notifications(after=0, limit=1_000_000)]
    told = sorted((one for one in told if not one.caseless), key=lambda one: (one.case, one.version))
    found = []
    for case, records in groupby(told, key=lambda one: one.case):
        history = tuple(records)
        watch = CaseWatch(agreements, case)
        for at, some in groupby(history, key=lambda one: one.recorded_at):
            watch.learn([one.event() for one in some], at)
        watch.advance(UNTIL)
        opened = tuple(one for one in watch.instances() if one.row is not None)
        if opened:
            found.append(Pattern(history, opened))
    return found


def fill(store: Store, ledger: Ledger, found: Iterable[Pattern], *, cases: int, alerts: int) -> int:
    """Write so many cases and alerts into view and ledger; return how many events the ledger then has."""
    raised, number, events = 0, 0, 0
    copies = cycle(found)
    while raised < alerts:
        some = [(_case(number + one), pattern) for one, pattern in enumerate(islice(copies, AT_ONCE))]
        number += len(some)
        with ledger.writing() as w:
            for case, pattern in some:
                w.append([_draft(case, one) for one in pattern.records])
                events += len(pattern.records)
        with store.database.transaction() as t:
            fold = Fold(t)
            for case, pattern in some:
                for instance in pattern.open[: max(0, alerts - raised)]:
                    fold.raise_alert(_row(case, pattern, instance))
                    raised += 1
            fold.finish({case: len(pattern.records) for case, pattern in some}, {})
    with store.database.transaction() as t:
        Fold(t).finish({_case(one): 1 for one in range(number, cases)}, {})
    return events


def raised_now(store: Store, pattern: Pattern, number: int) -> None:
    """Fold one more alert into the view, as the reader does when it comes over the bus."""
    with store.database.transaction() as t:
        fold = Fold(t)
        row = _row(_case(0), pattern, pattern.open[0])
        fold.raise_alert(
            replace(row, raised=str(uuid5(CROWD, f"new {number}")), alert=str(uuid5(CROWD, f"a {number}")))
        )
        fold.finish({}, {})


def _case(number: int) -> str:
    return str(uuid5(CROWD, str(number)))


def _event(case: str, event_id: str) -> str:
    return str(uuid5(UUID(case), event_id))


def _draft(case: str, record: Record) -> Draft:
    return Draft(
        event_id=_event(case, record.event_id),
        source=record.source,
        content=hashlib.sha256(record.payload).digest(),
        case=case,
        type=record.type,
        agency=record.agency,
        municipality=record.municipality,
        reference=record.reference,
        occurred_at=record.occurred_at,
        recorded_by=record.recorded_by,
        payload=record.payload,
    )


def _row(case: str, pattern: Pattern, instance: Instance) -> AlertRow:
    row, rule = instance.row, instance.rule
    assert row is not None, "only open alerts are copied"
    ids: Mapping[str, str] = {one.event_id: _event(case, one.event_id) for one in pattern.records}
    start, _, moment = row.instance.partition("#")
    return AlertRow(
        raised=_event(case, row.alert),
        alert=_event(case, f"alert {row.alert}"),
        case_id=case,
        municipality=pattern.records[0].municipality,
        rule=row.rule,
        agreement=row.agreement,
        agreement_version=row.version,
        instance=f"{ids.get(start, start)}{'#' if moment else ''}{moment}",
        stage=row.stage,
        due=row.due,
        raised_at=row.raised_at,
        turn=row.to,
        because=tuple(ids.get(one, one) for one in row.because),
        title=rule.title,
        why="",
        weight=rule.weight,
        legal=rule.legal,
    )

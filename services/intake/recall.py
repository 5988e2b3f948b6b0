"""After a restore: what was recorded after the backup is recorded again as it was, by what `case-events` still says of it.

Intake reads the agencies' topics again, but in the steps in which it once read them, each at its own `recorded_at`. So
positions, versions and times come out as they were; answers that triage and the radar gave since then still fit, and
nobody is told anything twice. Only what was sealed is sealed anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile

from ledger import record as ledger_record
from ledger.application import Ledger
from ledger.record import Record
from ledger.streams.records import Arrived, Batch, Place
from services.intake.pipeline import Pipeline
from waakvlam.clock import FixedClock

Heard = Mapping[Place, Sequence[Arrived]]
Told = tuple[int, Record]  # with its position


@dataclass(frozen=True, slots=True)
class Recalled:
    """How many records stand again as they were, and how many that were told could not be recorded in that way."""

    count: int
    left: int


def told_after(records: Sequence[Arrived], head: int) -> list[Told]:
    """Return what `case-events` says of the positions that follow a head, without a gap, in order."""
    by_position = {int(dict(one.headers)["position"]): one.value or b"" for one in records}
    later = sorted(one for one in by_position if one > head)
    whole = [at for number, at in takewhile(lambda pair: pair[1] == head + 1 + pair[0], enumerate(later))]
    return [(at, ledger_record.decode(by_position[at])) for at in whole]


def missing_after(records: Sequence[Arrived], head: int) -> tuple[int, int]:
    """Return how many positions after a head `case-events` no longer tells of, up to the last that it does, and the first of them.

    Kafka drops what is older than its time of keeping, of each partition by itself. (0, 0) when nothing is missing.
    """
    there = {int(dict(one.headers)["position"]) for one in records}
    missing = [at for at in range(head + 1, max(there, default=head)) if at not in there]
    return len(missing), missing[0] if missing else 0


def recall(ledger: Ledger, pipeline: Pipeline, clock: FixedClock, told: Sequence[Told], heard: Heard) -> Recalled:
    """Record again what was told, from what is heard: what each topic holds from the ledger's own positions on.

    `clock` is that of the ledger and the pipeline. Where the topics do not tell the same any more it stops: the rest is
    for intake, to be recorded as new.
    """
    count = 0
    pipeline.positions(list(heard))
    for step, batch in _steps(told, heard):
        if not batch.records:
            break
        clock.at, before = step[0][1].recorded_at, ledger.head()
        pipeline.handle(batch)
        made = [(one.position, _seen(one.body)) for one in ledger.notifications(after=before, limit=len(step) + 1)]
        if made != [(position, _of(record)) for position, record in step]:
            break
        count += len(step)
    return Recalled(count, len(told) - count)


def _steps(told: Sequence[Told], heard: Heard) -> Iterator[tuple[list[Told], Batch]]:
    """Yield what was recorded at one instant, with what must be read for it: all that came before it on its places, too."""
    where = {
        _sent(one): (place, number) for place, some in heard.items() for number, one in reversed(list(enumerate(some)))
    }
    read = dict.fromkeys(heard, 0)
    for _, group in groupby(told, key=lambda one: one[1].recorded_at):
        step, reach = list(group), dict[Place, int]()
        for _, record in step:
            if found := where.get((record.source, record.event_id)):
                reach[found[0]] = max(reach.get(found[0], 0), found[1] + 1)
        new = {place: heard[place][read[place] : end] for place, end in reach.items() if end > read[place]}
        read |= {place: reach[place] for place in new}
        yield step, Batch(new)


def _sent(one: Arrived) -> tuple[str, str]:
    headers = dict(one.headers)
    return headers.get("ce_source", b"").decode(errors="replace"), headers.get("ce_id", b"").decode(errors="replace")


def _seen(body: bytes) -> tuple[str, str, int, int]:
    return _of(ledger_record.decode(body))


def _of(record: Record) -> tuple[str, str, int, int]:
    return record.event_id, record.case, record.version, record.recorded_at

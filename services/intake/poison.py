"""One record on which our own code fails: intake stops and names it; two persons can let it be passed over.

A failure of ours is no fault of the sender's, so nothing is decided about the record by itself: it stays where it is,
and intake stops loudly rather than lose it or guess. The message names the place, so that operators have a way round.
"""

import traceback
from collections.abc import Sequence
from pathlib import Path

from ledger import memos
from ledger.database import Statements
from ledger.errors import Fault
from ledger.streams.records import Arrived
from services.intake import sentences
from services.intake.rules import Rejected, id_if_any
from waakvlam.topics import Agency

Spot = tuple[str, int, int]  # topic, partition, offset
_NOTE = "places/to-set-aside"


class Poisoned(Fault):
    """Our code fails on one record."""

    @classmethod
    def at(cls, raw: Arrived, error: BaseException) -> "Poisoned":
        """Name the record and where our code fails; the error's own text stays out, it may quote the record."""
        frame = traceback.extract_tb(error.__traceback__)[-1]
        topic, partition, offset = spot_of(raw)
        return cls(
            f"intake cannot take in {topic}/{partition}/{offset}: {type(error).__name__} "
            f"in {Path(frame.filename).name}:{frame.lineno}. It stops rather than lose it. Mend the code; or, to go on "
            f"before that, two persons give: waakvlam intake set-aside {topic} {partition} {offset} --by ID --reason WHY"
        )


def spot_of(raw: Arrived) -> Spot:
    """Return where a record stands."""
    return (raw.topic, raw.partition, raw.offset)


def to_pass_over(statements: Statements) -> frozenset[Spot]:
    """Return the places of which two persons agreed that they are set aside unread."""
    found = memos.read(statements, [_NOTE]).get(_NOTE, [])
    return frozenset((topic, partition, offset) for topic, partition, offset in found)


def pass_over(statements: Statements, spots: Sequence[Spot]) -> None:
    """Write down which places are to be set aside unread, instead of those that were."""
    memos.write(statements, {_NOTE: sorted(spots)})


def unread(raw: Arrived, agency: Agency) -> Rejected:
    """Return a record that is set aside unread; its id only where that much can be read."""
    try:
        event_id = id_if_any(raw)
    except Exception:  # noqa: BLE001 - the id itself may be what our code stumbles over
        event_id = None
    return Rejected(raw, agency, event_id, "value", sentences.OUR_FAULT)

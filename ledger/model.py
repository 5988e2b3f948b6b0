"""The plain records that pass between the ledger and those who write to it and read from it.

All instants are whole microseconds since 1970 UTC (`…_at`). Nothing here opens anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Alias = tuple[str, str]  # (agency id, the agency's own file number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An event that is to be appended: all of a record but what the ledger itself gives it.

    The ledger adds version, `previous`, `recorded_at` and the sealing. In the same transaction it writes the event's
    line in the register of ids, the case's head, and the `persons` and `aliases` given here.
    """

    event_id: str
    source: str  # the sender (CloudEvents source)
    content: bytes  # SHA-256 of the value as it was received, to tell a repeat from a conflict
    case: str  # for an event without a case: the agency's own stream
    type: str
    agency: str
    municipality: str
    reference: str | None
    occurred_at: int
    recorded_by: str | None
    payload: bytes  # the CLEAR event: persons as p1, p2, …; personal texts null
    personal: Mapping[str, Any] = field(default_factory=dict)  # to be sealed; JSON values; empty = nothing to seal
    persons: Mapping[str, str] = field(default_factory=dict)  # pseudonym -> label; known ones may be repeated
    aliases: Sequence[Alias] = ()  # file numbers that belong to this case from now on; known ones may be repeated


@dataclass(frozen=True, slots=True)
class Known:
    """What the register of ids holds about an event that was seen before."""

    source: str
    content: bytes
    case: str | None
    position: int | None
    verdict: str  # accepted, or what `remember` and `park` were told
    version: int | None = None  # the record's version in its case
    recorded_at: int | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """Where a case's chain stands."""

    version: int  # of the newest record
    digest: bytes  # of the newest record's bytes
    last_at: int  # recorded_at of the newest record
    municipality: str  # of the first record


@dataclass(frozen=True, slots=True)
class PersonMatch:
    """A case in which a person is known."""

    case: str
    last_at: int  # recorded_at of the newest record of that case


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """An event that waits for its case. Headers and value are kept byte for byte, sealed while they wait."""

    event_id: str
    source: str
    content: bytes
    agency: str
    reference: str | None
    case: str | None  # the case that holds it up; None while it has none
    type: str
    reason: str
    parked_at: int
    due_at: int  # when people must look at it
    key: bytes | None
    headers: Sequence[tuple[str, bytes]]
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """What came over the wire, byte for byte."""

    key: bytes | None
    headers: Sequence[tuple[str, bytes]]
    value: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """What could not be taken in, as operators see it: everything but what came over the wire, which is sealed."""

    agency: str
    event_id: str | None  # where one could be read
    case: str | None  # where it was refused by the history of a case
    verdict: str
    field: str | None
    reason: str  # the sentence that the sender got
    topic: str  # where it was read; what waited for its case has partition and offset -1
    partition: int
    offset: int
    content: bytes  # SHA-256 of the value
    size: int  # of the value, in bytes
    shape: str  # JSON: names of fields and kinds of values, never a value
    set_aside_at: int
    due_at: int  # when people must have decided
    standing: str = "open"  # or: asked (a replay was asked for), taken_in, discarded
    number: int = 0  # given by the ledger; by this operators name it


@dataclass(frozen=True, slots=True)
class Standing:
    """How much of what one agency sent waits to be decided on: `kind` is `parked` or `dead_letters`."""

    kind: str
    agency: str
    count: int
    overdue: int
    oldest_at: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided, or what came of it."""

    item: str  # what it is about: dead-letter/12, parked/<event id>, fuse/<agency>, place/<topic>/<partition>/<offset>
    action: str
    step: str  # proposed, confirmed, done
    who: str  # opaque id of a person; `waakvlam` for what the system did
    reason: str
    decided_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A message that is published after the commit (a receipt, a dead letter)."""

    topic: str
    key: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()
    value: bytes | None
    id: int = 0  # given by the outbox, ascending in order of commit


@dataclass(frozen=True, slots=True)
class Notification:
    """One record in the order in which the ledger took them. Positions start at 1 and have no gaps."""

    position: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Promise:
    """Every event at a later position than `position` has `recorded_at` > `time`; every earlier one has <= `time`."""

    time: int
    position: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers for gauges and summaries."""

    events: int
    cases: int
    persons: int
    aliases: int
    parked: int
    parked_overdue: int
    outbox: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that verification found to be wrong."""

    case: str | None
    version: int | None
    position: int | None
    reason: str

"""The relay: the ledger's records to `case-events`, in the ledger's order, and its clock to `ledger-clock`.

It pages the notification log and keeps its position in the ledger. A crash between delivery and position repeats some
records, byte for byte; readers drop what they have by (case, version). Nothing is ever skipped: the position moves only
after delivery. One relay publishes at a time; when another moved its position, as at a change of workers, it goes on
where that one was, and stops (Fenced) when that happens time after time.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ledger import ledger_clock, memos, record, tables, traces
from ledger.application import Ledger
from ledger.database import Statements
from ledger.errors import Damaged, Fenced
from ledger.ledger_clock import LedgerClock
from ledger.model import Notification
from ledger.tracing import OFF, POSITION, Step, Tracing
from waakvlam.clock import Clock, SystemClock
from waakvlam.trace import HEADER, Trace

TOPIC = "case-events"
PAGE = 2_000
IDLE_SECONDS = 0.1
OVERTAKEN_MAX = 3
STEP = "relay publish"
_PUBLISHED = "relay/published"
NO_TRACES: Mapping[int, Trace] = {}
_PLACE = ("relay", 0)  # where its own position stands among the read positions


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A record that goes to Kafka."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


class Sender(Protocol):
    """What the relay needs of Kafka; both raise when the broker does not confirm."""

    async def deliver(self, rows: Sequence[Published]) -> dict[int, int]:
        """Deliver the records; return for each partition written to the offset that follows its last record."""

    async def ends_of(self, topic: str) -> dict[int, int]:
        """Return for each partition of a topic the offset that its next record will get."""


@dataclass(slots=True)
class Relay:
    """Publishes page by page; `step` is called again and again.

    `real_seconds` is a clock of the machine that never stands still, for the pace of the ledger's clock alone.
    """

    ledger: Ledger
    sender: Sender
    clock_seconds: float = 0.5
    real_seconds: Callable[[], float] = time.monotonic
    tracing: Tracing = OFF
    real: Clock = field(default_factory=SystemClock)
    position: int = 0
    promised_at: int = 0
    _stored: int | None = None
    _ends: dict[int, int] = field(default_factory=dict)
    _is_begun: bool = False
    _struck_at: float = float("-inf")
    _overtaken: int = 0

    async def step(self) -> float:
        """Publish the next page, and the clock when it is due; return the seconds until there may be more to do."""
        try:
            seconds = await self._go_on()
        except Fenced:
            self._overtaken += 1
            if self._overtaken > OVERTAKEN_MAX:
                raise
            self.forget()
            return IDLE_SECONDS
        self._overtaken = 0
        return seconds

    async def _go_on(self) -> float:
        if not self._is_begun:
            await self._begin()
        published = await self._publish_page()
        if published == PAGE and self.real_seconds() - self._struck_at < self.clock_seconds:
            return 0.0
        if self.real_seconds() - self._struck_at >= self.clock_seconds:
            await self._strike()
        return 0.0 if published == PAGE else IDLE_SECONDS

    def behind(self) -> int:
        """Return how many records of the ledger are not yet published."""
        return max(0, self.ledger.head() - self.position)

    def forget(self) -> None:
        """Begin anew at the next step: another worker may have published in the meantime."""
        self._is_begun = False

    async def _begin(self) -> None:
        found = await asyncio.to_thread(self.ledger.positions, [_PLACE])
        self._stored = found.get(_PLACE)
        self.position = self._stored or 0
        self._ends = dict(await self.sender.ends_of(TOPIC))
        self._is_begun = True

    async def _publish_page(self) -> int:
        page = await asyncio.to_thread(self._next_page)
        if not page:
            return 0
        rows, steps = await asyncio.to_thread(self._rows, page)
        self._ends.update(await self.sender.deliver(rows))
        for one in steps:
            one.end(at=self.real.micros())
        await asyncio.to_thread(self._move, page[-1].position, len(page))
        return len(page)

    async def _strike(self) -> None:
        """Say up to when case-events is complete: promise first, then publish all that the promise covers."""
        promise = await asyncio.to_thread(self.ledger.promise_time)
        while self.position < promise.position:
            if not await self._publish_page():
                raise Damaged(
                    f"the ledger gave positions up to {promise.position}, and nothing stands after {self.position}: records "
                    "were taken away. Run `waakvlam fsck` on an export and compare with a backup before anything else"
                )
        stroke = LedgerClock(time=promise.time, position=promise.position, ends=dict(self._ends))
        await self.sender.deliver([Published(topic=ledger_clock.TOPIC, key=None, value=ledger_clock.encode(stroke))])
        self.promised_at = promise.time
        self._struck_at = self.real_seconds()

    def _next_page(self) -> list[Notification]:
        return self.ledger.notifications(after=self.position, limit=PAGE)

    def _rows(self, page: Sequence[Notification]) -> tuple[list[Published], list[Step]]:
        with self.ledger.reading() as statements:
            known = traces.between(statements, after=self.position, through=page[-1].position)
        began = self.real.micros()
        steps = {
            position: self.tracing.begin(STEP, one, at=began, kind="producer", told={POSITION: position})
            for position, one in known.items()
        }
        going = {at: step.trace for at, step in steps.items() if step.trace}
        return published(page, going), list(steps.values()) if self.tracing.is_on else []

    def _move(self, position: int, published: int) -> None:
        with self.ledger.writing() as w:
            before = published_so_far(w.statements)
            w.move_position(*_PLACE, self._stored, position)
            memos.write(w.statements, {_PUBLISHED: before + published})
        self._stored = self.position = position


def published_so_far(statements: Statements) -> int:
    """Return how many records the relay has counted as delivered; before it counted, those up to its position."""
    found = memos.read(statements, [_PUBLISHED])
    return int(found.get(_PUBLISHED, tables.positions_of(statements, [_PLACE]).get(_PLACE, 0)))


def published(page: Sequence[Notification], known: Mapping[int, Trace] = NO_TRACES) -> list[Published]:
    """Return the notifications as they stand on case-events: the ledger's bytes, keyed by case; traces are by position."""
    return [_published(one, record.decode(one.body), known.get(one.position)) for one in page]


def _published(notification: Notification, told: record.Record, trace: Trace | None) -> Published:
    headers = [
        ("position", str(notification.position).encode()),
        ("type", told.type.encode()),
        ("version", str(told.version).encode()),
    ]
    if trace:
        headers.append((HEADER, trace.header.encode()))
    return Published(topic=TOPIC, key=told.case.encode(), value=notification.body, headers=headers)

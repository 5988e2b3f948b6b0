"""What the radar did not see in time: after an outage one message tells from when to when, and what fell due meanwhile.

Each time that a look is complete, the instant up to which all was seen is stored, with the real time. Where real time went on
for more than a minute and that instant did not, monitoring was down, or what it listens to stood still. It is stored every
five seconds, so what is admitted after monitoring died may begin that much early, never late. The message is made
when everything that fell due in it has been raised, is stored with the new instant in one transaction, and is delivered as an
event of no case: delivered first and marked after, with an id computed from what it says.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid5

from ledger import logs
from ledger.database import Statements
from ledger.metrics import Meters
from ledger.model import OutboxRow
from ledger.record import CASE_NAMESPACE, stream_of
from services.monitoring import blind_view
from services.monitoring.announcement import SENDER
from services.monitoring.radar import Radar
from waakvlam.catalogue import event_types
from waakvlam.clock import Clock, instant_of
from waakvlam.codec import encode
from waakvlam.envelope import Envelope, to_headers
from waakvlam.topics import agencies

log = logs.logger(__name__)

BLIND_AFTER_SECONDS = 60.0
STORED_EVERY_SECONDS = 5.0
CASES_NAMED_MAX = 500
REST_SECONDS = 2.0

Send = Callable[[Sequence[OutboxRow]], Awaitable[object]]
Mine = Callable[[], Collection[int]]


@dataclass(frozen=True, slots=True)
class Blind:
    """A time in which nothing was seen, and what belongs to it: alerts by rule, and their cases, the heaviest first."""

    begin: int
    end: int
    by_rule: Mapping[str, int]
    cases: Sequence[str]
    case_count: int

    @property
    def id(self) -> str:
        """The id of the event that tells it."""
        return str(uuid5(CASE_NAMESPACE, f"radar_was_blind|{self.begin}|{self.end}|{self.due}"))

    @property
    def due(self) -> int:
        """How many alerts belong to it."""
        return sum(self.by_rule.values())

    def record(self) -> dict[str, Any]:
        """Return what the event says."""
        return {
            "occurred_at": instant_of(self.end),
            "municipality": "",
            "blind_from": instant_of(self.begin),
            "blind_until": instant_of(self.end),
            "due": self.due,
            "by_rule": [{"rule": rule, "count": self.by_rule[rule]} for rule in sorted(self.by_rule)],
            "cases": list(self.cases),
            "case_count": self.case_count,
        }


class Sight:
    """Keeps up to when all was seen, and notices when that stood still for too long.

    `real_seconds` never stands still (`time.monotonic`); the real clock is asked only for what was before this process.
    """

    def __init__(self, radar: Radar, *, real: Clock, real_seconds: Callable[[], float], meters: Meters) -> None:
        self._radar = radar
        self._real = real
        self._real_seconds = real_seconds
        self._blind_total = meters.counter("waakvlam_radar_blind_total")
        self._seen: dict[int, tuple[int, float]] = {}
        self._stored_at = float("-inf")

    def seen(self, seen_to: Mapping[int, int]) -> None:
        """Take note that of each of these partitions everything up to an instant was seen, and what was due is raised."""
        now = self._real_seconds()
        before = {part: self._seen[part] for part in seen_to if part in self._seen}
        blinded = {part for part, (at, moved) in before.items() if seen_to[part] > at and _is_long(now - moved)}
        is_new = before.keys() != seen_to.keys()
        self._seen = {
            part: before[part] if part in before and before[part][0] >= at else (at, now)
            for part, at in seen_to.items()
        }
        if blinded or is_new or now - self._stored_at >= STORED_EVERY_SECONDS:
            self._store(blinded, unseen=seen_to.keys() - before.keys())
            self._stored_at = now

    def _store(self, blinded: set[int], *, unseen: Collection[int]) -> None:
        """Store how far was seen and, with it, that nothing was seen since the last time, where that is so."""
        now, now_seconds = self._real.micros(), self._real_seconds()
        with self._radar.writing() as t:
            before = blind_view.seen(t, self._seen)
            blinded |= {part for part in unseen if part in before and self._was_away(before[part], part, now)}
            blind = self._blind(t, {part: before[part][0] for part in blinded if part in before})
            moved = {part: (at, now - round((now_seconds - moved) * 1e6)) for part, (at, moved) in self._seen.items()}
            blind_view.store_seen(t, moved)
            if blind:
                blind_view.add(t, blind.id, encode(event_types()["radar_was_blind"], blind.record()), at=now)
        if blind:
            self._blind_total.inc()
            told = blind.record()
            log.error(
                "radar_was_blind",
                blind_from=told["blind_from"].isoformat(),
                blind_until=told["blind_until"].isoformat(),
                due=told["due"],
                cases=told["case_count"],
            )

    def _was_away(self, before: tuple[int, int], part: int, now: int) -> bool:
        """Tell whether nothing was seen for long before this process. A clock that was set back meanwhile cannot say so: then it was."""
        return self._seen[part][0] > before[0] and (_is_long((now - before[1]) / 1e6) or now < before[1])

    def _blind(self, t: Statements, since: Mapping[int, int]) -> Blind | None:
        if not since:
            return None
        begin, end = min(since.values()), min(self._seen[part][0] for part in since)
        if not _is_long((end - begin) / 1e6):  # a clock that was set back stands still too: then nothing can be missed
            return None
        return Blind(
            begin,
            end,
            by_rule=blind_view.rules_between(t, since, begin, end),
            cases=blind_view.cases_between(t, since, begin, end, limit=CASES_NAMED_MAX),
            case_count=blind_view.case_count_between(t, since, begin, end),
        )


class Admitting:
    """Tells that the radar was blind: delivered first, marked after."""

    def __init__(self, radar: Radar, send: Send, *, mine: Mine) -> None:
        self._radar = radar
        self._send = send
        self._mine = mine

    async def step(self) -> float:
        """Tell what is untold of it."""
        untold = await asyncio.to_thread(self._untold) if self._mine() else []
        if untold:
            await self._send([_message(*one) for one in untold])
            await asyncio.to_thread(self._mark, [event_id for event_id, *_ in untold])
        return REST_SECONDS

    def _untold(self) -> list[tuple[str, bytes, int]]:
        with self._radar.view.reading() as t:
            return blind_view.untold(t)

    def _mark(self, ids: Sequence[str]) -> None:
        with self._radar.writing() as t:
            blind_view.mark_told(t, ids)


def _is_long(seconds: float) -> bool:
    return seconds > BLIND_AFTER_SECONDS


def _message(event_id: str, value: bytes, at: int) -> OutboxRow:
    radar = agencies()[SENDER]
    envelope = Envelope(
        id=event_id, source=radar.source, type=event_types()["radar_was_blind"].ce_type, time=instant_of(at)
    )
    return OutboxRow(
        topic=radar.topic, key=stream_of(SENDER).encode(), headers=tuple(to_headers(envelope)), value=value
    )

"""What monitoring does again and again: look at what is due, tell the world, count, and audit itself.

Each is a step of a loop that returns how many real seconds it may rest. A step asks the tables what is left to do and may be run at any
time, so after a crash or an outage there is nothing special to do.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from ledger import logs
from ledger.errors import Conflict
from ledger.metrics import Meters
from ledger.model import OutboxRow
from services.monitoring import alert_view
from services.monitoring.audit import KINDS, Auditor, Round
from services.monitoring.following import Following
from services.monitoring.heartbeat import Heartbeat
from services.monitoring.horizon import Horizon
from services.monitoring.radar import Radar
from services.monitoring.records import Tally, Undelivered
from services.monitoring.rule_index import RuleIndex
from waakvlam.clock import Clock

log = logs.logger(__name__)

CASES_PER_LOOK = 100  # a batch that comes in meanwhile waits for one look at most
ROWS_PER_DELIVERY = 500
TALLY_SECONDS = 1.0
AUDIT_PAGE_SECONDS = 0.05
AUDIT_ROUND_SECONDS = 5.0
ROWS_TOLD_AGAIN = 2_000
PARTS_OF_TIME_FOR_COUNTING = 20
HOUR_MICROS = 3_600_000_000
LATE_MICROS = {name: hours * HOUR_MICROS for name, hours in {"hour": 1, "day": 24, "week": 168, "month": 720}.items()}
PARTS_OF_TIME_FOR_AUDITING = 4  # rested for each that was worked; at first, until a round was sound, one
REST_SECONDS_MAX = (
    20.0  # however long the work took: it may have waited for a database, and without it the heart stands still
)
DERIVED_ANEW_EVERY_MICROS = 86_400_000_000

Send = Callable[[Sequence[OutboxRow]], Awaitable[object]]
Mine = Callable[[], Collection[int]]


class Looking:
    """The scan: looks at what is due up to the horizon; when the ledger's clock stands still too long, up to now."""

    def __init__(
        self,
        radar: Radar,
        *,
        mine: Mine,
        clock: Clock,
        meters: Meters,
        patience_seconds: float,
        rest_seconds: float,
        seen: Callable[[Mapping[int, int]], None] = lambda _: None,
    ) -> None:
        self._radar = radar
        self._horizon: Horizon = radar.horizon
        self._mine = mine
        self._clock = clock
        self._early_scans = meters.counter("waakvlam_radar_early_scans_total")
        self._patience = patience_seconds
        self._rest = rest_seconds
        self._seen = seen
        self._was_early: frozenset[int] = frozenset()
        self.looked_to: int | None = None  # the instant up to which all is known, and all that was due is raised

    async def step(self, *, changed: Callable[[], None] = lambda: None) -> float:
        """Take one look, and say so where it changed something; go on at once while there is more than it could take."""
        known_to = {part: at for part in self._mine() if (at := self._horizon.of(part)) is not None}
        early = self._early()
        is_all_known = bool(known_to) and len(known_to) == len(self._mine()) and not early
        complete_to = min(known_to.values()) if is_all_known else None
        is_caught_up = is_all_known and self._horizon.is_caught_up()
        look_to = known_to | dict.fromkeys(early, self._clock.micros())
        try:
            looked_at = await asyncio.to_thread(self._radar.scan, look_to, limit=CASES_PER_LOOK)
        except Conflict as somebody_else:
            log.warning("look_repeated", exc_info=somebody_else)
            return self._rest
        if looked_at:
            changed()
        if looked_at == CASES_PER_LOOK:
            return 0.0
        self.looked_to = complete_to or self.looked_to
        if is_caught_up:
            await asyncio.to_thread(self._seen, known_to)
        return self._rest

    def _early(self) -> frozenset[int]:
        """Return the partitions that cannot be waited for. A clock that was set back tells nothing new: then we wait for it."""
        now = self._clock.micros()
        early = frozenset(
            part
            for part in self._mine()
            if self._horizon.stood_still(part) > self._patience and now > (self._horizon.of(part) or 0)
        )
        if early:
            self._early_scans.inc(len(early))
        if early and not self._was_early:
            log.error("ledger_clock_stopped", partitions=len(early))
        if self._was_early and not early:
            log.info("ledger_clock_runs")
        self._was_early = early
        return early


class Telling:
    """Delivers what is untold of alert rows, and marks it only then: a crash in between repeats it under the same id."""

    def __init__(
        self,
        radar: Radar,
        rules: RuleIndex,
        send: Send,
        *,
        mine: Mine,
        clock: Clock,
        real: Clock,
        meters: Meters,
        follow: Following | None = None,
    ) -> None:
        self._radar = radar
        self._follow = follow or Following()
        self._rules = rules
        self._send = send
        self._mine = mine
        self._clock = clock
        self._real = real
        self._told = meters.counter("waakvlam_radar_alerts_told_total")
        self._delay = meters.histogram("waakvlam_radar_alert_delay_seconds")
        self._since_due = meters.histogram("waakvlam_radar_due_delivered_seconds")

    async def step(self) -> float:
        """Tell the next rows, the heaviest first."""
        rows = await asyncio.to_thread(self._untold)
        if rows:
            telling = await asyncio.to_thread(self._follow.begin, rows, self._rules)
            await self._send(telling.messages)
            telling.end(at=self._real.micros())
            await asyncio.to_thread(self._mark, rows)
        return 0.0 if len(rows) == ROWS_PER_DELIVERY else 0.5

    def _untold(self) -> list[Undelivered]:
        with self._radar.view.reading() as t:
            return alert_view.undelivered(t, self._mine(), ROWS_PER_DELIVERY)

    def _mark(self, rows: Sequence[Undelivered]) -> None:
        now, at = self._clock.micros(), self._real.micros()
        steps = [step for one in rows for step in one.told(at)]
        with self._radar.writing() as t:
            alert_view.mark_sent(t, steps)
        for step in steps:
            self._told.labels(step=step.step).inc()
        for one in rows:
            if one.is_new:
                self._delay.observe(max(0, now - one.row.raised_at) / 1e6)
                self._since_due.observe(max(0, now - one.row.due) / 1e6)


class Counting:
    """Says how things stand, for gauges; and tells again what was told but never came back from the ledger."""

    def __init__(
        self,
        radar: Radar,
        *,
        looked_to: Callable[[], int | None],
        mine: Mine,
        clock: Clock,
        real: Clock,
        meters: Meters,
        heartbeat: Heartbeat,
        real_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._radar = radar
        self._real_seconds = real_seconds
        self._looked_to = looked_to
        self._mine = mine
        self._clock = clock
        self._real = real
        self._meters = meters
        self._heartbeat = heartbeat

    async def step(self) -> float:
        """Count all cases and alerts of ours; the moment up to which they were looked at is told last."""
        looked_to, began = self._looked_to(), self._real_seconds()
        tally = await asyncio.to_thread(self._radar.view.tally, self._mine())
        overdue = await asyncio.to_thread(self._overdue)
        took = self._real_seconds() - began
        self._show(tally)
        for name, number in overdue.items():
            self._meters.gauge("waakvlam_radar_overdue_alerts").labels(longer_than=name).set(number)
        if looked_to is not None:
            self._meters.gauge("waakvlam_radar_horizon_timestamp_seconds").set(looked_to / 1e6)
        is_seeing = self._radar.horizon.is_known(self._mine())
        self._heartbeat.counted(without_deadline=tally.without_deadline, is_seeing=is_seeing)
        again = await asyncio.to_thread(self._tell_again)
        if again:
            log.warning("alerts_told_again", count=again)
        return min(max(TALLY_SECONDS, took * PARTS_OF_TIME_FOR_COUNTING), REST_SECONDS_MAX)

    def _show(self, tally: Tally) -> None:
        waited = self._clock.micros() - tally.unconfirmed_since if tally.unconfirmed_since is not None else 0
        cases = self._meters.gauge("waakvlam_radar_cases")
        cases.labels(state="open").set(tally.open_cases)
        cases.labels(state="closed").set(tally.cases - tally.open_cases - tally.emptied)
        cases.labels(state="emptied").set(tally.emptied)
        for name, number in {
            "waakvlam_radar_open_cases_without_deadline": tally.without_deadline,
            "waakvlam_radar_cases_without_agreement": tally.uncovered,
            "waakvlam_radar_cases_broken": tally.broken,
            "waakvlam_radar_open_alerts": tally.open_alerts,
            "waakvlam_radar_undelivered_alerts": tally.undelivered,
            "waakvlam_radar_unconfirmed_alerts": tally.unconfirmed,
            "waakvlam_radar_unconfirmed_oldest_seconds": max(0, waited) / 1e6,
        }.items():
            self._meters.gauge(name).set(number)

    def _overdue(self) -> dict[str, int]:
        now = self._clock.micros()
        with self._radar.view.reading() as t:
            return alert_view.overdue(t, self._mine(), {name: now - span for name, span in LATE_MICROS.items()})

    def _tell_again(self) -> int:
        with self._radar.writing() as t:
            return alert_view.tell_again(t, self._mine(), now=self._real.micros(), limit=ROWS_TOLD_AGAIN)


class Auditing:
    """Goes round over all cases, slowly, and tells the heartbeat what it found, page by page."""

    def __init__(
        self,
        auditor: Auditor,
        horizon: Horizon,
        *,
        mine: Mine,
        real: Clock,
        meters: Meters,
        heartbeat: Heartbeat,
        real_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._auditor = auditor
        self._horizon = horizon
        self._mine = mine
        self._real = real
        self._real_seconds = real_seconds
        self._heartbeat = heartbeat
        self._passed = meters.gauge("waakvlam_radar_audited_timestamp_seconds")
        self._differences = meters.counter("waakvlam_radar_differences_total")
        for kind in KINDS:  # from 0: a counter that begins at its first difference has not risen
            self._differences.labels(kind=kind)
        self._going: Round | None = None
        self._partitions: set[int] = set()  # over which the last round went
        self._derived_at: int | None = None  # when the last round began that derived every case anew

    async def step(self) -> float:
        """Take the next page of the round."""
        mine = set(self._mine())
        known_to = {part: at for part in mine if (at := self._horizon.of(part)) is not None}
        if self._going is None or self._going.began_at.keys() != known_to.keys():
            self._going = self._begun(known_to)
        if not known_to:
            return AUDIT_ROUND_SECONDS
        going, is_whole, began = self._going, mine == known_to.keys(), self._real_seconds()
        await asyncio.to_thread(self._auditor.step, going, known_to)
        self._heartbeat.audited(is_amiss=bool(going.found) or not is_whole, is_done=going.is_done)
        if not going.is_done:
            parts = PARTS_OF_TIME_FOR_AUDITING if self._heartbeat.is_sound else 1
            took = self._real_seconds() - began
            return min(max(AUDIT_PAGE_SECONDS, parts * took), REST_SECONDS_MAX)
        self._going = None
        self._conclude(going, is_whole=is_whole)
        return AUDIT_ROUND_SECONDS

    def _begun(self, known_to: Mapping[int, int]) -> Round:
        """Begin a round. Over other partitions than before nothing is known to be sound: that of others says nothing of these."""
        if known_to.keys() != self._partitions:
            self._partitions, self._derived_at = set(known_to), None
            self._heartbeat.is_sound = False
        now = self._real.micros()
        is_anew = self._derived_at is None or not 0 <= now - self._derived_at < DERIVED_ANEW_EVERY_MICROS
        self._derived_at = now if is_anew else self._derived_at
        return Round(known_to, is_anew=is_anew)

    def _conclude(self, going: Round, *, is_whole: bool) -> None:
        if not is_whole:
            log.warning("audit_in_part")
        for kind, count in going.found.items():
            self._differences.labels(kind=kind).inc(count)
            log.error("audit_differs", kind=kind, count=count, cases=going.looked_at)
        if is_whole and not going.found:
            self._passed.set(self._real.micros() / 1e6)

"""The one place that makes monitoring's real things: agreements, radar view, ledger, pump, clock, sender, loops."""

import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing

from ledger import ledger_clock, traces
from ledger.application import Ledger
from ledger.database import open_database
from ledger.following import follow, stepping
from ledger.metrics import Meters, registry
from ledger.relay import TOPIC as CASE_EVENTS
from ledger.streams import Batch, Hosting, Loop, Parts, Pump, Sender, run
from ledger.streams.pump import Positions
from ledger.streams.records import Place
from ledger.streams.tail import Tail, partition_of
from ledger.tracing import Tracing
from rulebook import agreements
from services.monitoring import anchor
from services.monitoring.agents import Auditing, Counting, Looking, Mine, Telling
from services.monitoring.announcement import SENDER
from services.monitoring.audit import Auditor
from services.monitoring.blindness import Admitting, Sight
from services.monitoring.collecting import collect_rarely
from services.monitoring.folded import tell_folded
from services.monitoring.following import Following
from services.monitoring.heartbeat import Heartbeat
from services.monitoring.horizon import Horizon
from services.monitoring.outward import Outward
from services.monitoring.radar import Radar
from services.monitoring.rule_index import RuleIndex
from services.monitoring.settings import MonitoringSettings
from services.monitoring.view import RadarView
from waakvlam.clock import SystemClock
from waakvlam.topics import agencies
from waakvlam.trace import Trace

NAME = "monitoring"


def serve(settings: MonitoringSettings) -> int:
    """Run monitoring until it is told to stop; return the exit code of the process."""
    hosting = Hosting(
        name=NAME,
        bootstrap=settings.bootstrap,
        folder=settings.data,
        port=settings.monitoring_port,
        host=settings.health_host,
        topics=[CASE_EVENTS, ledger_clock.TOPIC, agencies()[SENDER].topic],
        security=settings.kafka_login(),
    )
    collect_rarely()
    with (
        closing(Ledger.open(settings.ledger, clock=settings.time(), limits=settings.limits())) as ledger,
        closing(RadarView(open_database(settings.radar, limits=settings.limits()))) as view,
    ):
        return run(hosting, lambda: _parts(settings, ledger, view))


def _parts(settings: MonitoringSettings, ledger: Ledger, view: RadarView) -> Parts:
    clock, security = settings.time(), settings.kafka_login()
    meters = registry(NAME, clock)
    trail = follow(settings.traces, NAME, meters)
    rules, horizon = RuleIndex(agreements.load(settings.agreements)), Horizon(time.monotonic)
    radar = _radar(settings, ledger, view, rules, horizon)
    sender, heartbeat = Sender(settings.bootstrap, security=security), Heartbeat(SystemClock(), meters)
    auditor = _auditor(radar, rules, ledger)

    def fold(batch: Batch) -> None:
        radar.fold(batch)
        tell_folded(batch, clock, meters)
        pump.loop.call_soon_threadsafe(looking.wake)

    def hear(value: bytes) -> None:
        stroke = ledger_clock.decode(value)
        horizon.promised(stroke.time, stroke.ends)

    pump = Pump(
        settings.bootstrap,
        NAME,
        [CASE_EVENTS],
        positions=_positions(radar, ledger),
        handle=stepping(trail.tracing, "radar fold", fold),
        torn=auditor.catch_up,
        meters=meters,
        security=security,
    )
    tail = Tail(settings.bootstrap, ledger_clock.TOPIC, hear, security=security)
    alerting = _following(trail.tracing, ledger)
    looking, *others = _loops(
        settings, radar, auditor, rules, sender, pump, meters=meters, heartbeat=heartbeat, alerting=alerting
    )
    services = [sender, tail, pump, looking, *others]
    return Parts(services, pump.is_ready, meters.registry, is_beating=heartbeat.is_beating, at_the_end=trail.close)


def _radar(settings: MonitoringSettings, ledger: Ledger, view: RadarView, rules: RuleIndex, horizon: Horizon) -> Radar:
    return Radar(
        view,
        rules,
        history=ledger.history,
        horizon=horizon,
        clock=settings.time(),
        cases_in_memory_max=settings.monitoring_cases_in_memory,
    )


def _following(tracing: Tracing, ledger: Ledger) -> Following:
    def traces_of(ids: Collection[str]) -> Mapping[str, Trace]:
        with ledger.reading() as statements:
            return traces.of_events(statements, ids)

    return Following(tracing, traces_of)


def _loops(  # noqa: PLR0913 - all that is made, for all that is done with it
    settings: MonitoringSettings,
    radar: Radar,
    auditor: Auditor,
    rules: RuleIndex,
    sender: Sender,
    pump: Pump,
    *,
    meters: Meters,
    heartbeat: Heartbeat,
    alerting: Following,
) -> tuple[Loop, ...]:
    """Return what is done again and again, the looking first."""
    clock, real = settings.time(), SystemClock()
    sight = Sight(radar, real=real, real_seconds=time.monotonic, meters=meters)

    def mine() -> Collection[int]:
        return {place.partition for place in pump.assigned()}

    tells = Telling(radar, rules, sender.send_all, mine=mine, clock=clock, real=real, meters=meters, follow=alerting)
    telling = Loop("Telling", tells.step)
    looks = Looking(
        radar,
        mine=mine,
        clock=clock,
        meters=meters,
        patience_seconds=settings.monitoring_patience_seconds,
        rest_seconds=settings.monitoring_scan_seconds,
        seen=sight.seen,
    )
    counts = _counting(settings, radar, looks, mine, meters, heartbeat)
    audits = Auditing(auditor, radar.horizon, mine=mine, real=real, meters=meters, heartbeat=heartbeat)
    return (
        Loop("Looking", lambda: looks.step(changed=telling.wake)),
        telling,
        Loop("Counting", counts.step),
        Loop("Auditing", audits.step),
        Loop("Admitting", Admitting(radar, sender.send_all, mine=mine).step),
        Loop("Outward", Outward(heartbeat, settings.heartbeat_url.get_secret_value(), meters=meters).step),
    )


def _counting(
    settings: MonitoringSettings, radar: Radar, looks: Looking, mine: Mine, meters: Meters, heartbeat: Heartbeat
) -> Counting:
    return Counting(
        radar,
        looked_to=lambda: looks.looked_to,
        mine=mine,
        clock=settings.time(),
        real=SystemClock(),
        meters=meters,
        heartbeat=heartbeat,
        real_seconds=time.monotonic,
    )


def _auditor(radar: Radar, rules: RuleIndex, ledger: Ledger) -> Auditor:
    return Auditor(
        radar,
        rules,
        notifications=lambda after, limit: ledger.notifications(after=after, limit=limit),
        partition_of=lambda case: partition_of(case.encode(), radar.horizon.partition_count()),
    )


def _positions(radar: Radar, ledger: Ledger) -> Positions:
    """Return what tells where to read on, once the ledger was found to be the one that was read until there."""

    def positions(places: Sequence[Place]) -> Mapping[Place, int]:
        with radar.view.reading() as t:
            held = anchor.furthest(t, [place.partition for place in places])
        anchor.check(held, lambda after, limit: ledger.notifications(after=after, limit=limit))
        return radar.positions(places)

    return positions

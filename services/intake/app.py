"""The one place that makes intake's real things: ledger, keys, agreements, pump, relay, post."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing

from ledger.application import Ledger
from ledger.dangers import dangers_of
from ledger.following import follow
from ledger.keys import open_keys
from ledger.ladders import ladders_of
from ledger.ledger_clock import TOPIC as LEDGER_CLOCK
from ledger.metrics import Meters, registry
from ledger.notary import TOPIC as CHECKPOINTS
from ledger.notary import Notary
from ledger.relay import TOPIC as CASE_EVENTS
from ledger.relay import Relay
from ledger.sealing import KeyStore
from ledger.streams import Batch, Hosting, Loop, Parts, Place, Pump, Sender, run
from ledger.streams.pump import Handle
from ledger.tracing import OFF, Tracing
from rulebook import agreements
from services.intake import missing, silent
from services.intake.deadlines import calendar_of
from services.intake.gauges import tell_ledger
from services.intake.pipeline import Pipeline
from services.intake.post import Post
from services.intake.recall import Heard, Recalled, Told, recall
from services.intake.reconciler import Reconciler
from services.intake.reminders import remind
from services.intake.replays import Replays
from services.intake.settings import IntakeSettings
from waakvlam.clock import Clock, FixedClock, SystemClock
from waakvlam.topics import agencies

NAME = "intake"
OPERATORS_EVERY_SECONDS = 2.0
REMINDERS_EVERY_SECONDS = 30.0
RECONCILED_EVERY_SECONDS = 60.0
SILENCE_EVERY_SECONDS = 300.0
MISSING_EVERY_SECONDS = 10.0
GAUGES_EVERY_SECONDS = 10.0
IDLE_SECONDS = 0.5
BEHIND = [agencies()["radar"].topic]  # thousands of alerts at once must not keep agencies waiting (decision 17)
PUBLISHER = Place(agencies()["radar"].topic, 0)


def serve(settings: IntakeSettings) -> int:
    """Run intake until it is told to stop; return the exit code of the process."""
    read = [one.topic for one in agencies().values()]
    written = [name for one in agencies().values() for name in (one.receipts, one.dead_letters)]
    hosting = Hosting(
        name=NAME,
        bootstrap=settings.bootstrap,
        folder=settings.data,
        port=settings.intake_port,
        host=settings.health_host,
        topics=[*read, *written, CASE_EVENTS, LEDGER_CLOCK, CHECKPOINTS],
        security=settings.kafka_login(),
    )
    clock = settings.time()
    keys = open_keys(settings, clock)
    with (
        closing(keys),
        closing(Ledger.open(settings.ledger, clock=clock, keys=keys, limits=settings.limits())) as ledger,
    ):
        ledger.set_schemas_down()
        return run(hosting, lambda: _parts(settings, ledger, keys))


def recall_told(settings: IntakeSettings, keys: KeyStore, told: Sequence[Told], heard: Heard) -> Recalled:
    """Record again, as it was, what was recorded after the backup that was put back."""
    clock = FixedClock(0)
    with closing(Ledger.open(settings.ledger, clock=clock, keys=keys, limits=settings.limits())) as ledger:
        return recall(ledger, _pipeline(settings, ledger, registry(NAME), clock), clock, told, heard)


def _parts(settings: IntakeSettings, ledger: Ledger, keys: KeyStore) -> Parts:
    meters = registry(NAME, settings.time())
    trail = follow(settings.traces, NAME, meters)
    pipeline = _pipeline(settings, ledger, meters, settings.time(), trail.tracing)
    security = settings.kafka_login()
    out, letters = (Sender(settings.bootstrap, security=security) for _ in range(2))
    notary = Notary(ledger, settings.time(), settings.log_keys(), meters=meters)
    relay = Relay(ledger, out, clock_seconds=settings.intake_clock_seconds, tracing=trail.tracing)

    def is_first() -> bool:
        """Tell whether this worker is the one that publishes: of several, the one that reads this place."""
        return PUBLISHER in pump.assigned()

    relaying = Loop("Relay", _if(is_first, relay.step, otherwise=relay.forget))
    signing = Loop("Notary", _if(is_first, notary.step, otherwise=notary.forget))
    posting = Loop("Post", _if(is_first, Post(ledger, letters.send_all).step))

    def handle(batch: Batch) -> dict[Place, int]:
        held = pipeline.handle(batch)
        for one in (relaying, posting):
            pump.loop.call_soon_threadsafe(one.wake)
        return held

    pump = _pump(settings, pipeline, handle, meters)
    looks = [
        Loop("Operators", _refreshing(pipeline, pump)),
        Loop("Replays", _if(is_first, _replaying(Replays(ledger, pipeline, keys)))),
        Loop("Gauges", _gauging(ledger, relay, meters)),
        *_watching(settings, ledger, meters, is_first),
    ]
    services = [out, letters, relaying, posting, signing, pump, *looks]
    return Parts(services, pump.is_ready, meters.registry, at_the_end=trail.close)


def _pump(settings: IntakeSettings, pipeline: Pipeline, handle: Handle, meters: Meters) -> Pump:
    return Pump(
        settings.bootstrap,
        NAME,
        [one.topic for one in agencies().values()],
        positions=pipeline.positions,
        handle=handle,
        meters=meters,
        security=settings.kafka_login(),
        behind=BEHIND,
    )


def _watching(settings: IntakeSettings, ledger: Ledger, meters: Meters, is_first: Callable[[], bool]) -> list[Loop]:
    """Return what looks now and then whether something does not happen that should."""
    return [
        Loop("Reminders", _if(is_first, _reminding(ledger))),
        Loop("Missing", _if(is_first, _missing(settings, ledger, meters))),
        Loop("Reconciler", _if(is_first, _reconciling(settings, ledger, meters))),
        Loop("Silence", _if(is_first, _listening(settings, ledger, meters))),
    ]


def _pipeline(
    settings: IntakeSettings, ledger: Ledger, meters: Meters, clock: Clock, tracing: Tracing = OFF
) -> Pipeline:
    agreed = agreements.load(settings.agreements)
    return Pipeline(
        ledger,
        clock=clock,
        ladders=ladders_of(agreed),
        dangers=dangers_of(agreed),
        calendar=calendar_of(agreed),
        parked_days=settings.intake_parked_days,
        meters=meters,
        tracing=tracing,
    )


def _if(
    condition: Callable[[], bool], step: Callable[[], Awaitable[float]], *, otherwise: Callable[[], None] = lambda: None
) -> Callable[[], Awaitable[float]]:
    async def guarded() -> float:
        if condition():
            return await step()
        otherwise()
        return IDLE_SECONDS

    return guarded


def _refreshing(pipeline: Pipeline, pump: Pump) -> Callable[[], Awaitable[float]]:
    async def look() -> float:
        """See what operators did; let the places of mended agencies go on."""
        whole = await asyncio.to_thread(pipeline.refresh)
        pump.release([place for place in pump.held() if place.topic in whole])
        return OPERATORS_EVERY_SECONDS

    return look


def _replaying(replays: Replays) -> Callable[[], Awaitable[float]]:
    async def replay() -> float:
        """Let through the door again what somebody asked for."""
        done = await asyncio.to_thread(replays.step)
        return 0.0 if done else OPERATORS_EVERY_SECONDS

    return replay


def _reminding(ledger: Ledger) -> Callable[[], Awaitable[float]]:
    async def reminded() -> float:
        """Tell what lies longer than its deadline."""
        done = await asyncio.to_thread(remind, ledger)
        return 0.0 if done else REMINDERS_EVERY_SECONDS

    return reminded


def _missing(settings: IntakeSettings, ledger: Ledger, meters: Meters) -> Callable[[], Awaitable[float]]:
    real = SystemClock()

    async def look() -> float:
        """Tell which sequence numbers did not come."""
        minutes = settings.intake_missing_minutes
        await asyncio.to_thread(missing.tell, ledger, meters, real_now=real.micros(), minutes=minutes)
        return MISSING_EVERY_SECONDS

    return look


def _reconciling(settings: IntakeSettings, ledger: Ledger, meters: Meters) -> Callable[[], Awaitable[float]]:
    reconciler = Reconciler(ledger, meters, minutes=settings.intake_missing_minutes)

    async def look() -> float:
        """Compare what was counted apart."""
        await asyncio.to_thread(reconciler.look)
        return RECONCILED_EVERY_SECONDS

    return look


def _listening(settings: IntakeSettings, ledger: Ledger, meters: Meters) -> Callable[[], Awaitable[float]]:
    calendar = calendar_of(agreements.load(settings.agreements))

    async def look() -> float:
        """Tell which agencies are silent for longer than is usual."""
        await asyncio.to_thread(silent.tell, ledger, calendar, meters)
        return SILENCE_EVERY_SECONDS

    return look


def _gauging(ledger: Ledger, relay: Relay, meters: Meters) -> Callable[[], Awaitable[float]]:
    async def gauge() -> float:
        """Tell how things stand."""
        counts = await asyncio.to_thread(tell_ledger, ledger, meters)
        meters.gauge("waakvlam_relay_behind_events").set(max(0, counts.events - relay.position))
        meters.gauge("waakvlam_relay_promised_timestamp_seconds").set(relay.promised_at / 1e6)
        return GAUGES_EVERY_SECONDS

    return gauge

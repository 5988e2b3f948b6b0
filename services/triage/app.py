"""The one place that makes triage's real things: policy, ledger, positions, sender, pump."""

import asyncio
from collections.abc import Sequence

from ledger.application import Ledger
from ledger.database import open_database
from ledger.following import follow, stepping
from ledger.metrics import registry
from ledger.model import OutboxRow
from ledger.relay import TOPIC as CASE_EVENTS
from ledger.streams import Hosting, Parts, Pump, Sender, run
from services.triage import policy
from services.triage.agents import Agent
from services.triage.desk import SENDER
from services.triage.settings import TriageSettings
from services.triage.views import Progress
from waakvlam.topics import agencies

NAME = "triage"
DELIVERED_WITHIN_SECONDS = 60


def serve(settings: TriageSettings) -> int:
    """Run triage until it is told to stop; return the exit code of the process."""
    hosting = Hosting(
        name=NAME,
        bootstrap=settings.bootstrap,
        folder=settings.data,
        port=settings.triage_port,
        host=settings.health_host,
        topics=[CASE_EVENTS, agencies()[SENDER].topic],
        security=settings.kafka_login(),
    )
    return run(hosting, lambda: _parts(settings))


def _parts(settings: TriageSettings) -> Parts:
    ledger = Ledger.open(settings.ledger, clock=settings.time(), keys=None, limits=settings.limits())
    security = settings.kafka_login()
    sender = Sender(settings.bootstrap, security=security)
    loop = asyncio.get_running_loop()

    def deliver(messages: Sequence[OutboxRow]) -> None:
        asyncio.run_coroutine_threadsafe(sender.send_all(messages), loop).result(DELIVERED_WITHIN_SECONDS)

    meters = registry(NAME, settings.time())
    trail = follow(settings.traces, NAME, meters)
    agent = Agent(
        policy.load(settings.agreements / "triage.yaml"),
        history=ledger.history,
        progress=Progress(open_database(settings.triage, limits=settings.limits())),
        deliver=deliver,
        meters=meters,
    )
    pump = Pump(
        settings.bootstrap,
        NAME,
        [CASE_EVENTS],
        positions=agent.positions,
        handle=stepping(trail.tracing, "triage answer", agent.handle),
        meters=meters,
        security=security,
    )
    return Parts([sender, pump], is_ready=pump.is_ready, registry=meters.registry, at_the_end=trail.close)

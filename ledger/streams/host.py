"""The host: one service as a Faust app in a process of its own, from its first breath to a clean end.

Faust gives the worker its life cycle, the agent on the control topic and the place for timers; what carries the load
is given to it as services (`Pump`, `Loop`). Ends with 0 on SIGTERM or SIGINT, with 1 when any part has crashed.
"""

import asyncio
import logging
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faust
from aiokafka.errors import KafkaError
from mode import Service
from prometheus_client import REGISTRY, CollectorRegistry

from ledger import logs
from ledger.streams.admin import missing_topics
from ledger.streams.memory import spare_the_collector
from ledger.streams.web import Web

CONTROL = "control"  # the topic on which the services' workers meet

log = logs.logger(__name__)

EXIT_OK, EXIT_CRASHED, EXIT_UNREACHABLE = 0, 1, 2
STOPPED_WITHIN_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosting:
    """Where and under which name a service lives."""

    name: str
    bootstrap: str
    folder: Path  # Faust wants a folder; nothing of worth is kept in it
    port: int = 0  # of /health, /ready and /metrics; 0 for none
    host: str = "127.0.0.1"  # where that port is open
    topics: Sequence[str] = ()  # must exist before it starts
    security: Mapping[str, Any] | None = None  # arguments by which aiokafka's clients connect safely


@dataclass(frozen=True, slots=True)
class Parts:
    """What a service is made of: its services, in the order in which they start, and when it is ready.

    `is_beating` is for a service that promises more than to be alive: it is asked at /heartbeat. `at_the_end` is called when all
    has stopped.
    """

    services: Sequence[Service]
    is_ready: Callable[[], bool]
    registry: CollectorRegistry = REGISTRY
    on_control: Callable[[bytes], None] = lambda _: None
    is_beating: Callable[[], bool] | None = None
    at_the_end: Callable[[], None] = lambda: None


Build = Callable[[], Parts]


def run(hosting: Hosting, build: Build) -> int:
    """Run a service until it is told to stop or a part of it crashes; return the exit code of the process.

    `build` makes its parts; it is called inside the running loop, once the broker answers and the topics exist.
    """
    return asyncio.run(_life(hosting, build))


async def _life(hosting: Hosting, build: Build) -> int:
    try:
        missing = await missing_topics(hosting.bootstrap, [CONTROL, *hosting.topics], security=hosting.security)
    except (KafkaError, OSError) as error:
        log.critical("kafka_unreachable", address=hosting.bootstrap, error=type(error).__name__)
        return EXIT_UNREACHABLE
    if missing:
        log.critical("topics_missing", topics=", ".join(missing))
        return EXIT_UNREACHABLE
    stop = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, stop.set)
    parts = build()
    app = _app(hosting, parts)
    try:
        web = Web(
            hosting.port,
            host=hosting.host,
            is_ready=parts.is_ready,
            registry=parts.registry,
            is_beating=parts.is_beating,
        )
        for service in (web, *parts.services):
            await app.add_runtime_dependency(service)
        await app.start()
        spare_the_collector()
        log.info("service_up", part=hosting.name)
        await _until(stop, app)
    except Exception:  # the last door: say it and end
        log.critical("service_not_started", part=hosting.name, exc_info=True)
        return EXIT_CRASHED
    finally:
        await _stop(hosting.name, app)
        parts.at_the_end()
    return _verdict(hosting.name, app)


async def _until(stop: asyncio.Event, app: Any) -> None:
    waiting = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(app.wait_until_stopped())]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for one in waiting:
        one.cancel()


async def _stop(name: str, app: Any) -> None:
    try:
        await asyncio.wait_for(app.stop(), timeout=STOPPED_WITHIN_SECONDS)
    except TimeoutError:
        log.critical("service_left", part=name, seconds=STOPPED_WITHIN_SECONDS)


def _verdict(name: str, app: Any) -> int:
    if not app.crashed:
        log.info("service_stopped", part=name)
        return EXIT_OK
    log.critical("service_crashed", part=name, exc_info=app.crash_reason)
    return EXIT_CRASHED


def _app(hosting: Hosting, parts: Parts) -> Any:
    folder = hosting.folder / "faust" / hosting.name
    folder.mkdir(parents=True, exist_ok=True)
    app = faust.App(
        f"{hosting.name}.control",  # the consumer group of the control topic: never that of a pump
        broker=";".join(f"kafka://{one}" for one in hosting.bootstrap.split(",")),
        broker_credentials=_credentials(hosting.security or {}),
        datadir=str(folder),
        web_enabled=False,
        web_bind="127.0.0.1",
        topic_disable_leader=True,
        topic_replication_factor=1,
        topic_allow_declare=False,
        broker_session_timeout=6,
        broker_heartbeat_interval=2,
        broker_request_timeout=10,
        worker_redirect_stdouts=False,
        key_serializer="raw",
        value_serializer="raw",
        store="memory://",
    )
    for name in ("faust", "aiokafka", "mode"):  # at DEBUG they build records for every event, heard or not
        logging.getLogger(name).setLevel(logging.WARNING)
    control = app.topic(CONTROL, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    @app.agent(control)
    async def nudged(stream: Any) -> None:
        async for message in stream:
            parts.on_control(message or b"")

    app.finalize()
    return app


def _credentials(security: Mapping[str, Any]) -> Any:
    """Return Faust's form of the arguments by which aiokafka connects; None where Kafka asks for no login."""
    protocol = security.get("security_protocol", "PLAINTEXT")
    if protocol == "PLAINTEXT":
        return None
    context = security.get("ssl_context")
    if not protocol.startswith("SASL"):
        return faust.SSLCredentials(context=context)
    return faust.SASLCredentials(
        username=security["sasl_plain_username"],
        password=security["sasl_plain_password"],
        mechanism=security["sasl_mechanism"],
        ssl_context=context,
    )

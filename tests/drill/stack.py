"""Where a drill happens: real Kafka, a real database, all services and the watch as processes, agencies that go on sending."""

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from cli.broker import Broker, free_port
from cli.machine import topics_on
from cli.postgres import Postgres
from cli.programs import is_ready, programs_of
from cli.settings import AGREEMENTS, Settings, environment_for
from cli.supervisor import Program, Supervisor
from services.intake.testing import Sent, report
from waakvlam.clock import SystemClock
from waakvlam.errors import WaakvlamError
from waakvlam.kafka import KafkaTransport
from waakvlam.publisher import Parcel
from waakvlam.settings import KafkaSettings

VT = "veilig-thuis-groningen"
NAMES = ("intake", "triage", "monitoring", "board", "watch")
READY_WITHIN_SECONDS = 180.0
EVENT_EVERY_SECONDS = 2.0


@dataclass
class Stack:
    """A machine on which things may be broken."""

    settings: Settings
    broker: Broker
    supervisor: Supervisor
    server: Postgres | None
    is_ending: bool = False
    sent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def ports(self) -> list[int]:
        """The ports at which Prometheus asks."""
        return [int(self.settings.places()[f"WAAKVLAM_{name.upper()}_PORT"]) for name in NAMES]

    def send(self, *records: Sent) -> None:
        """Send records as agencies do; what Kafka does not take is not sent again."""
        kafka = KafkaSettings(bootstrap=self.settings.bootstrap, patience_seconds=3)
        with self._lock, closing(KafkaTransport(kafka)) as transport:
            for one in records:
                self.sent += 1
                transport.send(Parcel(f"drill-{self.sent}", one.topic, one.key, one.value or b"", list(one.headers)))
            transport.flush()

    def family(self) -> Sent:
        """Return the report of a family that was not told of before; fictitious."""
        now = SystemClock().micros()
        return report(VT, f"drill-{now}", at=now, persons=[f"psn-voorbeeld-{now}"], reference=f"d-{now}")

    def change(self, name: str, **surroundings: str) -> None:
        """Start a service anew in other surroundings."""
        kept = next(one for one in self.supervisor._kept if one.program.name == name)
        environment = {**kept.program.environment, **surroundings}
        kept.program = replace(kept.program, environment=environment)
        assert kept.process
        kept.process.terminate()

    def until(self, true: Callable[[], bool], within: float, what: str) -> None:
        """Let time pass until something is so."""
        deadline = time.monotonic() + within
        while not true():
            assert time.monotonic() < deadline, f"{what}: not within {within:g} s. Logs: {self.settings.data / 'logs'}"
            self.pause(0.1)

    def pause(self, seconds: float) -> None:
        """Let so much time pass; what ended is started again."""
        deadline = time.monotonic() + seconds
        while True:
            self.supervisor.look()
            if time.monotonic() >= deadline:
                return
            time.sleep(min(0.1, seconds))

    def is_ready(self) -> bool:
        """Tell whether every service says that it is ready."""
        return all(is_ready(one) for one in self.supervisor.programs)


@contextmanager
def stack_in(folder: Path, *, on_postgres: Iterable[str] = (), **settings: object) -> Iterator[Stack]:
    """Start everything with its data in a folder, and stop it at the end; `on_postgres` names databases, all others are files."""
    with ExitStack() as stack:
        server = Postgres(folder / "postgres").start() if on_postgres else None
        if server:
            stack.callback(server.stop, at_once=True)
        broker = Broker(folder / "kafka").start()
        stack.callback(broker.stop)
        ports = {f"{name}_port": free_port() for name in NAMES}
        where = {name: server.fresh_database() for name in on_postgres} if server else {}
        told = Settings(
            data=folder / "data", bootstrap=broker.bootstrap, agreements=AGREEMENTS, **where, **ports, **settings
        )
        (folder / "data").mkdir(exist_ok=True)
        topics_on(told)
        supervisor = Supervisor([*programs_of(told), _watch(told)], folder / "logs", lambda _: None)
        supervisor.start()
        stack.callback(supervisor.stop)
        made = Stack(told, broker, supervisor, server)
        made.until(made.is_ready, READY_WITHIN_SECONDS, "everything is ready")
        sending = threading.Thread(target=_go_on_sending, args=(made,), daemon=True)
        sending.start()
        try:
            yield made
        finally:
            made.is_ending = True
            sending.join(30)


def _watch(settings: Settings) -> Program:
    return Program(
        name="watch",
        command=(sys.executable, "-m", "cli.main", "watch"),
        environment=environment_for(settings.places_of("watch")),
        address=f"http://127.0.0.1:{settings.watch_port}",
    )


def _go_on_sending(stack: Stack) -> None:
    while not stack.is_ending:
        with suppress(WaakvlamError):  # Kafka is down: that is what a drill is for
            stack.send(stack.family())
        time.sleep(EVENT_EVERY_SECONDS)  # the pace of the agencies

"""Where a torture run happens: real Kafka, a real database, the product's services as processes, and the agencies.

All that can be asked or done from outside stands here; nothing of the product is changed, only its surroundings.
"""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cli.broker import Broker
from cli.postgres import Postgres
from cli.programs import gauges
from cli.settings import Settings
from cli.supervisor import Supervisor
from ledger.application import Ledger
from ledger.errors import Unavailable
from tests.torture.cluster import Cluster
from tests.torture.disk import SmallDisk
from tests.torture.proxy import Proxy
from tests.torture.stations import STATIONS, Books
from waakvlam.clock import FastClock

DAY_MICROS = 86_400_000_000
LOOK_SECONDS = 0.02
STARTS_AGAIN_WITHIN_SECONDS = 120.0
NAMES = ("ledger", "radar", "triage", "board")


class Stuck(Exception):
    """Something that must come did not come in time: that is a broken promise too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a run is to be."""

    seed: str
    events: int
    strikes: int
    database: str  # sqlite or postgres
    scenario: str
    folder: Path
    patience_seconds: float = 90.0  # of the radar; see the explanation of promises


@dataclass(slots=True)
class Site:
    """A run that is going on."""

    wish: Wish
    settings: Settings
    clock: FastClock
    broker: Broker | Cluster
    supervisor: Supervisor
    books: Books
    surroundings: dict[str, dict[str, str]]  # of each service; what is changed here counts from its next start
    sender: "subprocess.Popen[bytes]"
    server: Postgres | None = None
    road: Proxy | None = None  # to what the scenario cuts off: the database or Kafka
    disks: dict[str, SmallDisk] = field(default_factory=dict)  # what can be filled, by name
    confirmed: int = 0
    allowed: int = 0
    is_all_sent: bool = False
    said: list[str] = field(default_factory=list)
    _heard: bytes = b""

    @property
    def sent_file(self) -> Path:
        """Where the agencies keep what Kafka confirmed."""
        return self.settings.data / "sent.jsonl"

    def turn(self) -> None:
        """Let a moment pass: services that ended are started again, the agencies are listened to."""
        self.supervisor.look()
        self._listen()
        time.sleep(LOOK_SECONDS)  # the pace of looking, not a wait for something

    def until(self, true: Callable[[], bool], within: float, what: str) -> None:
        """Let time pass until something is so; raises Stuck when it does not come."""
        deadline = time.monotonic() + within
        while not true():
            if time.monotonic() > deadline:
                raise Stuck(f"{what}: not within {within:g} s")
            self.turn()

    def let_in(self, more: int) -> None:
        """Let the agencies send so many events more."""
        assert self.sender.stdin is not None
        self.allowed += more
        self.sender.stdin.write(f"{self.allowed}\n".encode())
        self.sender.stdin.flush()

    def end_sending(self) -> None:
        """Let the agencies send what they were allowed, and no more after that."""
        assert self.sender.stdin is not None
        self.sender.stdin.close()

    def is_idle(self) -> bool:
        """Tell whether all that the agencies were allowed has been taken in and published."""
        taken, published = self.progress("intake"), self.progress("relay")
        if taken is None or published is None:
            return False  # what was confirmed may stand there more than once: the agencies send again what they doubt
        return self.confirmed >= self.allowed and taken >= self.confirmed and published == self._head()

    def _head(self) -> int | None:
        try:
            with self.books.ledger.reading() as t:
                return int(t.value("SELECT value FROM state WHERE name = 'position'"))
        except Unavailable:
            return None

    def progress(self, station: str) -> int | None:
        """Return how far a station came; None while its database does not answer."""
        try:
            return STATIONS[station].progress(self.books)
        except Unavailable:
            return None

    def pid(self, process: str) -> int | None:
        """Return the process id of a service, or of the broker; None while it does not run."""
        if process == "broker":
            return self.broker.pid if isinstance(self.broker, Broker) else None
        return self.supervisor.pids().get(process)

    def log(self, process: str) -> str:
        """Return all that a service has logged."""
        try:
            return (self.supervisor.logs / f"{process}.log").read_text("utf-8", errors="replace")
        except OSError:
            return ""

    def gauges(self, name: str) -> list[float]:
        """Return a number that monitoring tells, of each of its workers; 0 of one that does not answer."""
        workers = [one for one in self.supervisor.programs if one.name.startswith("monitoring")]
        return [gauges(one).get(name, 0.0) for one in workers]

    def open_ledger(self) -> Ledger:
        """Open the ledger as another process would."""
        return Ledger.open(direct(self.settings, self.server).ledger_url, clock=self.clock)

    def _listen(self) -> None:
        assert self.sender.stdout is not None
        while some := self.sender.stdout.read(65_536):
            *lines, self._heard = (self._heard + some).split(b"\n")
            for line in lines:
                self.is_all_sent = line == b"done"
                self.confirmed = self.confirmed if self.is_all_sent else int(line)
        if self.sender.poll() not in {None, 0}:
            raise Stuck(f"the agencies gave up: {(self.settings.data / 'sender.log').read_text()[-500:]}")


def direct(settings: Settings, server: Postgres | None) -> Settings:
    """Return the same addresses without the bad road: for who looks on from outside."""
    if server is None:
        return settings
    names = {name: getattr(settings, name).rpartition("/")[2] for name in NAMES}
    return settings.model_copy(update={name: server.url(database) for name, database in names.items()})

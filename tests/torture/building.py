"""How a site is made of real things for a scenario, and that nothing of it runs on when it is over."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cli.broker import PROJECT, Broker, free_port
from cli.machine import topics_on, wait_until_ready
from cli.postgres import Postgres
from cli.programs import programs_of
from cli.settings import AGREEMENTS, Settings
from cli.supervisor import Program, Supervisor, with_us
from ledger.application import Ledger
from ledger.database import open_database
from tests.torture.cluster import Cluster
from tests.torture.disk import SmallDisk, small_disk
from tests.torture.proxy import Proxy
from tests.torture.site import DAY_MICROS, NAMES, Site, Stuck, Wish, direct
from tests.torture.stations import Books
from tests.torture.stories import BEGIN
from waakvlam.clock import FastClock

DAYS = 14
EVENTS_PER_SECOND = 700  # about what a machine of two busy cores does; it sets the pace of the simulated clock alone
START_UP_SECONDS = 15.0
# The scenarios that want disks of their own, each named by its folder in that of the run, in megabytes.
DISKS: Mapping[str, Mapping[str, int]] = {
    "database-disk": {"tables": 400, "wal": 64},
    "broker-disk": {"kafka/log": 200},
}
ROOT_ONLY = "makes small disks of its own (mount -t tmpfs), which only root may: run it as root"


class Detoured(Broker):
    """A broker that tells its clients to come by another road than its own port."""

    road_port = 0

    def properties(self) -> str:
        """Return what Kafka is told about itself, with the beginning of the road as its address."""
        own, told = f"advertised.listeners=PLAINTEXT://127.0.0.1:{self.port}", f"127.0.0.1:{self.road_port}"
        before = super().properties()
        assert own in before
        return before.replace(own, f"advertised.listeners=PLAINTEXT://{told}")

    @property
    def bootstrap(self) -> str:
        """The address for clients."""
        return f"127.0.0.1:{self.road_port}"


def make_ledger(settings: Settings) -> None:
    """Make the ledger, so that there is something to look at."""
    Ledger.open(settings.ledger_url, clock=settings.time()).close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What a site is made of: its programs, who makes its ledger, and the agreements that hold there."""

    crew: Callable[[Settings], Sequence[Program]] = programs_of
    make_ledger: Callable[[Settings], None] = make_ledger
    agreements: Path = AGREEMENTS


AS_IT_IS = Making()


@contextmanager
def site_for(wish: Wish, making: Making = AS_IT_IS) -> Iterator[Site]:
    """Build a site, and leave nothing running behind."""
    with ExitStack() as stack:
        disks = {
            name: stack.enter_context(small_disk(wish.folder / name, megabytes=size)) for name, size in _sizes(wish)
        }
        broker, road = _broker(wish, stack)
        server = _server(wish, disks, stack)
        if server and wish.scenario == "network":
            road = _road_to(server.port, stack)
        settings, clock = _settings(wish, broker, server, road)
        settings = settings.model_copy(update={"agreements": making.agreements})
        topics_on(settings)
        making.make_ledger(settings)
        books = _books(direct(settings, server), stack)
        surroundings, supervisor, said = _services(wish, making.crew(settings), settings, stack)
        sender = _sender(wish, settings, stack)
        yield Site(
            wish, settings, clock, broker, supervisor, books, surroundings, sender, server, road, disks, said=said
        )


def _sizes(wish: Wish) -> Iterable[tuple[str, int]]:
    return DISKS.get(wish.scenario, {}).items()


def _broker(wish: Wish, stack: ExitStack) -> tuple[Broker | Cluster, Proxy | None]:
    road = None
    broker: Broker | Cluster
    if wish.scenario == "cluster":
        broker = Cluster(wish.folder / "kafka")
    elif wish.scenario == "broker-network":
        broker = Detoured(wish.folder / "kafka")
        road = _road_to(broker.port, stack)
        broker.road_port = road.port
    else:
        broker = Broker(wish.folder / "kafka")
    stack.callback(broker.stop)
    broker.start()
    return broker, road


def _road_to(port: int, stack: ExitStack) -> Proxy:
    road = Proxy(port).start()
    stack.callback(road.stop)
    return road


def _server(wish: Wish, disks: Mapping[str, SmallDisk], stack: ExitStack) -> Postgres | None:
    if wish.database != "postgres":
        return None
    if disks:
        shutil.chown(disks["wal"].folder, "postgres")
        server = Postgres(
            disks["tables"].folder / "data",
            durable=True,
            made_with=(f"--waldir={disks['wal'].folder / 'wal'}", "--wal-segsize=1"),
            options=("max_wal_size=16MB", "min_wal_size=2MB", "wal_recycle=off"),
            log=wish.folder / "postgres.log",
        )
    else:
        server = Postgres(wish.folder / "postgres", durable=True)
    stack.callback(server.stop)
    return server.start()


def _services(
    wish: Wish, programs: Sequence[Program], settings: Settings, stack: ExitStack
) -> tuple[dict[str, dict[str, str]], Supervisor, list[str]]:
    surroundings = {one.name: dict(one.environment) for one in programs}
    for one in programs:
        surroundings[one.name]["WAAKVLAM_MONITORING_PATIENCE_SECONDS"] = str(wish.patience_seconds)
    programs = [replace(one, environment=surroundings[one.name]) for one in programs]
    said: list[str] = []
    supervisor = Supervisor(programs, settings.data / "logs", said.append, well_after_seconds=0.0)
    stack.callback(supervisor.stop)
    supervisor.start()
    if late := wait_until_ready(supervisor) and wait_until_ready(supervisor):  # a busy machine may take long
        raise Stuck(f"not ready: {late}; {supervisor.last_words(late[0])}")
    return surroundings, supervisor, said


def _settings(
    wish: Wish, broker: Broker | Cluster, server: Postgres | None, road: Proxy | None
) -> tuple[Settings, FastClock]:
    data = wish.folder / "data"
    if server:
        urls = {name: server.fresh_database() for name in NAMES}
        if road:
            urls = {name: url.replace(f":{server.port}/", f":{road.port}/") for name, url in urls.items()}
    else:
        urls = {name: f"sqlite:///{data / name}.db" for name in NAMES}
    seconds = max(20.0, wish.events / EVENTS_PER_SECOND)
    until = BEGIN + DAYS * DAY_MICROS
    anchor = time.time() + START_UP_SECONDS
    clock = FastClock(start=BEGIN, anchor=anchor, rate=DAYS * 86_400 / seconds, until=until)
    ports = {f"{name}_port": free_port() for name in ("intake", "triage", "monitoring", "board")}
    settings = Settings(
        data=data, bootstrap=broker.bootstrap, agreements=AGREEMENTS, clock=clock.setting(), **urls, **ports
    )
    return settings, clock


def _books(settings: Settings, stack: ExitStack) -> Books:
    places = settings.places()
    opened = {name: open_database(places[f"WAAKVLAM_{name.upper()}"]) for name in NAMES}
    for one in opened.values():
        stack.callback(one.close)
    return Books(**opened)


def _sender(wish: Wish, settings: Settings, stack: ExitStack) -> "subprocess.Popen[bytes]":
    words = [wish.seed, settings.bootstrap, str(settings.data / "sent.jsonl")]
    process = subprocess.Popen(
        [*with_us(), sys.executable, "-m", "tests.torture.sender", *words],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stack.enter_context((settings.data / "sender.log").open("ab")),
    )
    stack.callback(process.wait)
    stack.callback(process.kill)
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    return process

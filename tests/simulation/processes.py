"""Intake, triage and monitoring as processes that can be killed at any step, wired by the product's own `app` modules.

Only what reaches outside is replaced while an `app` builds its parts: the doors to Kafka and the machine's clock. The
databases are the real ones; a restart opens them again and has nothing else.
"""

import random
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

from aiokafka.errors import KafkaConnectionError

from ledger.application import Ledger
from ledger.database import open_database
from ledger.relay import Relay
from ledger.sealing import FileKeyStore
from rulebook import agreements
from services.intake import app as intake
from services.intake.settings import IntakeSettings
from services.monitoring import app as monitoring
from services.monitoring.settings import MonitoringSettings
from services.monitoring.view import RadarView
from services.triage import app as triage
from services.triage.settings import TriageSettings
from tests.simulation.bus import Bus, Died, Doors, at_once
from waakvlam.clock import FixedClock

ROOT = Path(__file__).parents[2]
AGREEMENTS = agreements.load(ROOT / "agreements")
RESTLESS = ("Relay", "Looking", "Telling")
OFTEN = ("Relay", "Post", "Looking", "Telling", "Admitting")  # the loops that carry events


@dataclass
class Surroundings:
    """What all processes share: bus, simulated time, the machine's time, and the folder and addresses of their stores."""

    bus: Bus
    chance: random.Random
    folder: Path
    clock: FixedClock  # simulated time
    machine: FixedClock  # the machine's own: it never stands still, and simulated time may run faster
    address: Callable[[str], str] = lambda _: ""  # of a store; empty for a file in the folder
    stores: dict[str, str] = field(default_factory=dict)
    breathe: Callable[[], None] = lambda: None

    def store(self, name: str) -> str:
        """Return the address of a store by name."""
        return self.stores.setdefault(name, self.address(name) or f"sqlite:///{self.folder / name}.db")

    def now(self) -> Any:
        return self.clock.now()

    def micros(self) -> int:
        """Return simulated time: services ask for it in the middle of their transactions, and may die there."""
        self.breathe()
        return self.clock.micros()


class Process:
    """A service that runs until it is killed. `dies_after` counts down the steps that it may still take."""

    name = ""
    app: ModuleType

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self.dies_after: int | None = None
        self.down_until = 0
        self.deaths = 0
        self.doors: Doors | None = None
        self.registry: Any = None
        self._open = ExitStack()

    @property
    def is_up(self) -> bool:
        return self.doors is not None

    def start(self) -> None:
        """Begin as a new process does: nothing in memory, the stores as they are."""
        around = self.around
        doors = Doors(around.bus, around.chance, self.breathe)
        around.breathe = self.breathe
        with ExitStack() as stack:
            # The files never change, so each process gets what was read of them once: it saves half of the time.
            read = SimpleNamespace(load=lambda _: AGREEMENTS)
            for name, value in {**doors.names(), "agreements": read, **self.replaced()}.items():
                if hasattr(self.app, name):
                    stack.enter_context(patch.object(self.app, name, value))
            parts = self.build()
        self.doors, self.registry = doors, parts.registry

    def breathe(self) -> None:
        if self.dies_after is not None:
            self.dies_after -= 1
            if self.dies_after < 0:
                raise Died

    def kill(self) -> None:
        """End it here and now."""
        self.doors, self.dies_after = None, None
        self.deaths += 1
        self._open.close()

    def turn(self, *, is_whole: bool, is_first: bool) -> None:
        """Give its parts a turn; a whole one leaves nothing undone that can be done now.

        In the first turn of an instant every loop comes by, later those that must and those that were woken.
        """
        if not self.is_up and self.around.clock.at >= self.down_until and not self.around.bus.is_away:
            with self._alive():
                self.start()
        if self.doors is None:
            return
        self.around.breathe = self.breathe
        with self._alive():
            self._whole_turn(self.doors, is_first=is_first) if is_whole else self._some_turn(self.doors)

    def _whole_turn(self, doors: Doors, *, is_first: bool) -> None:
        for one in (*doors.tails, *doors.pumps):
            one.turn()
        for name in self.often():
            loop = doors.loops[name]
            if is_first or name in RESTLESS or loop.is_woken:
                loop.turn()

    def often(self) -> tuple[str, ...]:
        return tuple(name for name in self.doors.loops if name in OFTEN) if self.doors else ()

    def is_quiet(self) -> bool:
        if self.doors is None:
            return True
        loops = (one for name, one in self.doors.loops.items() if name in OFTEN)
        return not any(one.lag() for one in self.doors.pumps) and not any(one.is_woken for one in loops)

    def _some_turn(self, doors: Doors) -> None:
        """Give some of its parts a turn, in any order, each with little to do: threads and networks do as they like."""
        chance = self.around.chance
        parts: list[Callable[[], object]] = [*(one.turn for one in doors.tails)]
        parts += [lambda one=one: one.turn(most=chance.choice([1, 2, 5, 50])) for one in doors.pumps for _ in range(2)]
        parts += [doors.loops[name].turn for name in self.often()]
        for part in chance.sample(parts, chance.randrange(len(parts) + 1)):
            part()

    @contextmanager
    def _alive(self) -> Iterator[None]:
        """What Kafka does to a pump's function ends the process, as in the product; its supervisor starts it again."""
        try:
            yield
        except (Died, KafkaConnectionError):
            self.kill()

    def replaced(self) -> dict[str, Any]:
        return {}

    def build(self) -> Any:
        raise NotImplementedError

    def settings(self, kind: Any, **values: Any) -> Any:
        around = self.around
        simulated = type("Simulated", (kind,), {"time": lambda _: around})
        return simulated(ledger=around.store("ledger"), agreements=ROOT / "agreements", data=around.folder, **values)


class Intake(Process):
    """Agencies' topics to the ledger; runs post and relay."""

    name, app = "intake", intake

    def replaced(self) -> dict[str, Any]:
        machine = self.around.machine
        return {
            "Relay": lambda *a, **k: Relay(*a, **k, real_seconds=lambda: machine.at / 1e6),
            "SystemClock": lambda: machine,
        }

    def build(self) -> Any:
        settings = self.settings(IntakeSettings, intake_clock_seconds=0.001)
        keys = self._open.enter_context(closing(FileKeyStore(self.around.folder / "keys.db", clock=self.around)))
        ledger = Ledger.open(settings.ledger, clock=self.around, keys=keys)
        self._open.enter_context(closing(ledger))
        return intake._parts(settings, ledger, keys)


class Triage(Process):
    """What is this report, how urgent, whose turn."""

    name, app = "triage", triage

    def replaced(self) -> dict[str, Any]:
        def opened(thing: Any) -> Any:
            return self._open.enter_context(closing(thing))

        return {
            "open_database": lambda *a, **k: opened(open_database(*a, **k)),
            "Ledger": SimpleNamespace(open=lambda *a, **k: opened(Ledger.open(*a, **k))),
        }

    def build(self) -> Any:
        return triage._parts(self.settings(TriageSettings, triage=self.around.store("triage")))


class Monitoring(Process):
    """The radar: scan, telling, counting, audit, blindness."""

    name, app = "monitoring", monitoring

    def replaced(self) -> dict[str, Any]:
        machine = self.around.machine
        return {
            "SystemClock": lambda: machine,
            "time": SimpleNamespace(monotonic=lambda: machine.at / 1e6),
        }

    def build(self) -> Any:
        settings = self.settings(MonitoringSettings, radar=self.around.store("radar"), monitoring_cases_in_memory=20)
        ledger = Ledger.open(settings.ledger, clock=self.around)
        self._open.enter_context(closing(ledger))
        view = self._open.enter_context(closing(RadarView(open_database(settings.radar))))
        return monitoring._parts(settings, ledger, view)

    def count(self) -> dict[str, float]:
        """Count over all cases, and return the gauges that must read 0."""
        return self._rare("Counting", "open_cases_without_deadline", "cases_broken", "cases_without_agreement")

    def audit(self) -> bool:
        """Go round over all cases; tell whether the round came to its end."""
        passed = "waakvlam_radar_audited_timestamp_seconds"
        before, found = self._value(passed), self.differences()
        for _ in range(1_000):
            self._rare("Auditing")
            if self.doors is None or self._value(passed) != before or self.differences() != found:
                return self.doors is not None
        return False

    def differences(self) -> dict[str, float]:
        """Return what the audits of this process found."""
        with self._seen_from_outside():
            return {
                str(one.labels["kind"]): one.value
                for metric in (self.registry.collect() if self.registry else ())
                for one in metric.samples
                if one.name == "waakvlam_radar_differences_total"
            }

    def _rare(self, loop: str, *gauges: str) -> dict[str, float]:
        with self._alive():
            if self.doors is not None:
                self.around.breathe = self.breathe
                self.doors.loops[loop].turn()
        return {name: self._value(f"waakvlam_radar_{name}") for name in gauges} if self.doors is not None else {}

    def _value(self, name: str) -> float:
        with self._seen_from_outside():
            return self.registry.get_sample_value(name) or 0.0

    @contextmanager
    def _seen_from_outside(self) -> Iterator[None]:
        """Whoever reads a gauge is no step of the process, also where the gauge asks for the time: nothing dies of it."""
        breathe, self.around.breathe = self.around.breathe, lambda: None
        try:
            yield
        finally:
            self.around.breathe = breathe


@contextmanager
def one_thread(around: Surroundings) -> Iterator[None]:
    """Let the product's threads be calls: whoever gives a turn then decides the order of everything."""

    async def called(work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        around.breathe()
        result = work(*arguments, **named)
        around.breathe()
        return result

    def delivered(work: Coroutine[Any, Any, Any], _: Any) -> Any:
        done = at_once(work)
        return SimpleNamespace(result=lambda _: done)

    by_hand = SimpleNamespace(get_running_loop=lambda: None, run_coroutine_threadsafe=delivered)
    with patch("asyncio.to_thread", called), patch.object(triage, "asyncio", by_hand):
        yield


def copy_of(address: str, copy: Path) -> None:
    """Make a backup of a store that is in use."""
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as one, closing(sqlite3.connect(copy)) as other:
        one.backup(other)


def put_back(address: str, copy: Path | None) -> None:
    """Put a backup in the place of a store that nobody has open; without one the store is lost."""
    file = Path(address.removeprefix("sqlite:///"))
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{file}{suffix}").unlink()
    if copy is not None:
        file.write_bytes(copy.read_bytes())

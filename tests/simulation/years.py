"""Two and a half years of a region, in minutes: real services on a bus in memory and a clock that is stepped.

Every choice is drawn from one seed: families, staff, faults, sizes and order of batches, moments of death. There is one
thread and no real clock, so the same seed is the same run, and the seed of a failure replays it.
"""

import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from ledger.application import Ledger
from ledger.database import open_database
from region.cast import cast_of
from region.families import plan_of
from region.moments import DAY, MINUTE
from region.player import Player
from services.monitoring.view import RadarView
from tests.simulation.bus import Bus, Desk
from tests.simulation.faults import Fault, faults_of
from tests.simulation.processes import Intake, Monitoring, Process, Surroundings, Triage, copy_of, one_thread, put_back
from tests.simulation.staff import Staff
from waakvlam import receipt
from waakvlam.clock import FixedClock, iso
from waakvlam.publisher import Publisher
from waakvlam.topics import agencies, municipalities

TOLERANCE = MINUTE
LOOK_AFTER = 25_000_000
ROUNDS_MAX = 60


@dataclass(frozen=True, slots=True)
class Interval:
    """From when to when something was injected that keeps alerts from being told in time."""

    begin: int
    end: int
    kind: str


@dataclass
class Years:
    """One simulation. `run` plays it; what came of it is judged by `verdict`."""

    seed: str
    start: int
    until: int
    families: int
    folder: Path
    address: Callable[[str], str] = lambda _: ""
    faults: list[Fault] | None = None
    findings: Counter[str] = field(default_factory=Counter)
    intervals: list[Interval] = field(default_factory=list)
    ticks: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.clock, self.machine = FixedClock(self.start), FixedClock(self.start)
        self.bus = Bus(self.clock)
        self.around = Surroundings(self.bus, self.chance, self.folder, self.clock, self.machine, self.address)
        self.processes: dict[str, Process] = {one.name: one(self.around) for one in (Intake, Triage, Monitoring)}
        self.desk, cast = Desk(), cast_of(agencies().values(), municipalities())
        publishers = {one: Publisher(one, self.desk, self.clock) for one in cast.everyone()}
        self.plan = plan_of(self.seed, cast, start=self.start, until=self.until, families=self.families)
        self._told_at = [step.told_at for step in self.plan.steps]
        self.player = Player(self.plan, publishers, self.desk, self.clock)
        self.staff = Staff(self.seed, cast, publishers, self.clock)
        if self.faults is None:
            self.faults = faults_of(self.seed, start=self.start, until=self.until)
        self._to_come = list(self.faults)
        self._broker_back_at = 0
        self._disturbed: dict[str, int] = {}
        self._receipts = {place: 0 for one in agencies().values() for place in self.bus.places(one.receipts)}
        self._open = ExitStack()
        self._backup: Path | None = None
        self._backup_at = 0
        self._forgot_at: list[int] = []  # when the radar's store was lost or put back
        self._is_shaken = self._may_miss = False  # since the last audit

    @property
    def monitoring(self) -> Monitoring:
        one = self.processes["monitoring"]
        assert isinstance(one, Monitoring)
        return one

    def run(self) -> "Years":
        """Play all the years, and let everything come to rest at the end."""
        with one_thread(self.around):
            for one in self.processes.values():
                one.start()
            self.ledger = Ledger.open(self.around.store("ledger"), clock=self.clock)
            self.view = open_database(self.around.store("radar"))
            self._open.callback(self._let_go)
            while self.clock.at < self.until:
                self._jump()
                while self._to_come and self._to_come[0].at <= self.clock.at:
                    self._strike(self._to_come.pop(0))
                self._settle()
                self._look_over()
            self._end()
        return self

    def forgot_within(self, one: Interval) -> bool:
        """Tell whether the radar's own memory of what it had seen was lost or put back in an interval."""
        return any(one.begin <= at <= one.end for at in self._forgot_at)

    def close(self) -> None:
        """Let go of everything."""
        for one in self.processes.values():
            one.kill()
        self._open.close()

    def _let_go(self) -> None:
        self.ledger.close()
        self.view.close()

    # Time.

    def _jump(self) -> None:
        """Go on to the next instant at which anything happens or falls due, and a little beyond it."""
        self.ticks += 1
        now = self.clock.at
        told = bisect_right(self._told_at, now)
        ups = [one.down_until for one in self.processes.values() if not one.is_up]
        ahead = [
            self.until,
            now + DAY,
            self._broker_back_at if self.bus.is_away else None,
            self._to_come[0].at if self._to_come else None,
            self._told_at[told] if told < len(self._told_at) else None,
            self.staff.next_at(),
            self._wakes_at(now),
            *ups,
        ]
        target = min(one for one in ahead if one is not None and one > now)
        self._pass(target - now + self.chance.randrange(LOOK_AFTER))
        if self.bus.is_away and self.clock.at >= self._broker_back_at:
            self.bus.is_away = False

    def _pass(self, micros: int) -> None:
        """Let time pass. The machine's own runs slower, as under an accelerated clock, unless something is amiss."""
        self.clock.at += micros
        is_amiss = self.bus.is_away or not (self.processes["intake"].is_up and self.monitoring.is_up)
        self.machine.at += micros if is_amiss else min(micros, self.chance.randrange(500_000, 3_000_000))

    def _wakes_at(self, now: int) -> int | None:
        with self.view.reading() as t:
            return t.value("SELECT min(wake_at) FROM radar WHERE wake_at > ?", (now,))

    # One instant, until nothing moves.

    def _settle(self) -> None:
        for number in range(ROUNDS_MAX):
            deaths = self._deaths()
            is_whole = number >= 4 or self.chance.random() < 0.8
            self._round(is_whole=is_whole, is_first=number == 0)
            if is_whole and self._is_quiet(deaths):
                break
            self._pass(self.chance.randrange(5_000, 700_000))
        else:
            self.findings[f"{iso(self.clock.at)}: it does not come to rest"] += 1
        self._note_disturbance()

    def _is_quiet(self, deaths: int) -> bool:
        """Tell whether nothing is left that can be done now."""
        if self.bus.is_away:
            return True
        is_read = all(one.is_quiet() for one in self.processes.values())
        return is_read and deaths == self._deaths() and not self._people()

    def _round(self, *, is_whole: bool, is_first: bool) -> None:
        self._people()
        order = list(self.processes.values())
        if not is_whole:
            self.chance.shuffle(order)
        for one in order:
            one.turn(is_whole=is_whole, is_first=is_first)

    def _people(self) -> bool:
        """Let people read and send; tell whether they had anything to say."""
        if not self.bus.is_away:
            self._hear()
        self.staff.look(self.ledger)
        self.staff.work()
        self.player.play()
        has_sent = bool(self.desk.parcels)
        self.desk.flow(self.bus)
        return has_sent

    def _hear(self) -> None:
        for place, at in self._receipts.items():
            log = self.bus.logs[place]
            if at < log.end:
                for one in log.since(at, 10_000):
                    told = receipt.decode(one.value or b"")
                    self.player.hear(told)
                    self.staff.hear(told)
                self._receipts[place] = log.end

    def _deaths(self) -> int:
        return sum(one.deaths for one in self.processes.values())

    # What goes wrong.

    def _strike(self, fault: Fault) -> None:
        process = self.processes.get(fault.target)
        self.bus.forget()
        self._is_shaken |= fault.kind not in ("crash", "backup")
        match fault.kind:
            case "crash" if process and process.is_up:
                process.dies_after = fault.steps
            case "stop" if process:
                self._down(process, self.clock.at + fault.length)
            case "broker away":
                self.bus.is_away, self._broker_back_at = True, self.clock.at + fault.length
            case "backup" if not self.address("radar"):
                self._backup = self.folder / "radar.backup"
                self._backup_at = self.clock.at
                copy_of(self.around.store("radar"), self._backup)
            case "restore" if self._backup:
                self.intervals.append(Interval(self._backup_at, self.clock.at + TOLERANCE, "restore"))
                self._replace("radar", self._backup)
            case "loss":
                self._replace(fault.target, None)
            case "topic made anew" if not self.bus.is_away:
                for one in self.processes.values():
                    self._down(one, self.clock.at)
                self.bus.make_anew(fault.target)
                self._may_miss = True

    def _down(self, process: Process, until: int) -> None:
        if process.is_up:
            process.kill()
        process.down_until = max(process.down_until, until)

    def _replace(self, store: str, backup: Path | None) -> None:
        owner = self.processes["monitoring" if store == "radar" else store]
        self._down(owner, self.clock.at)
        if store == "radar":
            self._forgot_at.append(self.clock.at)
            self._may_miss = True
            self.view.close()
        if other := self.address(store):
            self.around.stores[store] = other
        else:
            put_back(self.around.store(store), backup)
        if store == "radar":
            RadarView(open_database(self.around.store(store))).close()
            self.view = open_database(self.around.store(store))

    def _note_disturbance(self) -> None:
        """Keep from when to when something was amiss: an interval ends when all has come to rest again."""
        amiss = {one.name for one in self.processes.values() if not one.is_up} | (
            {"broker"} if self.bus.is_away else set()
        )
        for name in amiss:
            self._disturbed.setdefault(name, self.clock.at - TOLERANCE)
        for name in [one for one in self._disturbed if one not in amiss]:
            self.intervals.append(Interval(self._disturbed.pop(name), self.clock.at, name))

    # What is looked at on the way, and at the end.

    def _look_over(self) -> None:
        """Count now and then, and audit: after all that goes wrong, and now and then for no reason."""
        if self.bus.is_away or not self.monitoring.is_up:
            return
        if self.chance.random() < 0.1:
            self._count()
        if self._is_shaken or self.chance.random() < 0.004:
            self._audit()
            self._settle()
        if not self.monitoring.is_up:  # it died while it counted, and its supervisor starts it again at once
            self._settle()

    def _count(self) -> None:
        for name, value in self.monitoring.count().items():
            if value:
                self.findings[f"{iso(self.clock.at)}: gauge {name} reads {value:g}"] += 1

    def _audit(self) -> None:
        """Audit once. What was on a topic that was made anew may be missing: the audit is there to find that, and mends it."""
        self.machine.at += 1
        before = self.monitoring.differences()
        if not self.monitoring.audit():
            if self.monitoring.is_up:
                self.findings[f"{iso(self.clock.at)}: the audit does not come to its end"] += 1
            return
        for kind, count in self.monitoring.differences().items():
            is_excused = kind == "missing_events" and self._may_miss
            if count > before.get(kind, 0) and not is_excused:
                self.findings[f"{iso(self.clock.at)}: the audit finds {count - before.get(kind, 0):g} {kind}"] += 1
        self._is_shaken = self._may_miss = False

    def _end(self) -> None:
        """Bring everything up, and let all be told."""
        self.bus.is_away = False
        for one in self.processes.values():
            one.dies_after, one.down_until = None, 0
        self._settle()
        self.promised = self.ledger.promise_time().time
        self._pass(1_000_000)
        self._settle()
        self._count()
        self._audit()

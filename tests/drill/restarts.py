"""`make drill ARGS=restarts`: every part is restarted under load, gracefully and by kill -9, and no alert may be late for it."""

import math
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cli.broker import BrokerFault
from cli.postgres import Postgres
from ledger.database import open_database
from tests.drill.load import COMES_DUE_AFTER_SECONDS, SECOND, Load, load_on
from tests.drill.stack import Stack, stack_in
from waakvlam.clock import SystemClock

LATE_MAX_SECONDS = 60.0
BACK_WITHIN_SECONDS = 240.0
TOLD_WITHIN_SECONDS = 240.0
UNDISTURBED_SECONDS = 30.0
TRIES = 5
AFTER_SECONDS = 15.0  # what comes due so shortly after all is ready again may still suffer
ON_POSTGRES = ("ledger", "radar", "triage", "board", "looks")
SERVICES = ("intake", "relay", "triage", "monitoring", "board", "watch")
PARTS = (*SERVICES, "Kafka", "PostgreSQL")
GRACEFUL, KILLED = "asked to end", "kill -9"
HEAD = (
    "| part | way | terms that ended meanwhile | back after (s) | worst lateness (s) |\n| --- | --- | --- | --- | --- |"
)


@dataclass(frozen=True, slots=True)
class Restart:
    """What came of one restart: how many terms ended meanwhile, and by how many seconds the worst alert came after its own."""

    part: str
    way: str
    terms: int
    back_seconds: float
    late_seconds: float

    @property
    def is_well(self) -> bool:
        """Tell whether terms ended, and no alert was late by more than a minute."""
        return self.terms > 0 and self.late_seconds <= LATE_MAX_SECONDS

    def line(self) -> str:
        """Return it as a row of the table."""
        late = "never came" if math.isinf(self.late_seconds) else f"{self.late_seconds:.1f}"
        return f"| {self.part} | {self.way} | {self.terms} | {self.back_seconds:.0f} | {late} |"


def lateness(due: Mapping[str, int], heard: Mapping[str, int], since: int, until: int) -> tuple[int, float]:
    """Return how many terms ended from `since` to `until` (micros), and the worst lateness of their alerts in seconds.

    Infinite when one never came. Pure.
    """
    ended = {event_id: at for event_id, at in due.items() if since <= at < until}
    late = [(heard[event_id] - at) / SECOND if event_id in heard else math.inf for event_id, at in ended.items()]
    return len(ended), max(late, default=0.0)


def restarts(folder: Path, only: Callable[[str], bool], say: Callable[[str], None]) -> Iterator[Restart]:
    """Restart each part in each way, and yield what came of it; first what comes of no restart at all."""
    with stack_in(folder, on_postgres=ON_POSTGRES) as stack, load_on(stack) as load:
        say("the first terms end …")
        stack.until(lambda: len(load.heard) > 0, max(COMES_DUE_AFTER_SECONDS) + TOLD_WITHIN_SECONDS, "a first alert")
        yield _measured(stack, load, "nothing", "", lambda: stack.pause(UNDISTURBED_SECONDS))
        for part in filter(only, PARTS):
            for way in (GRACEFUL, KILLED):
                say(f"{part}, {way} …")
                yield _measured(stack, load, part, way, partial(_restart, stack, part, way))
        now = SystemClock().micros()
        say(f"{load.sent} events sent; {len(load.heard)} alerts heard")
        stack.until(
            lambda: lateness(load.due, load.heard, 0, now)[1] < math.inf, TOLD_WITHIN_SECONDS, "every alert came"
        )


def _measured(stack: Stack, load: Load, part: str, way: str, strike: Callable[[], None]) -> Restart:
    began = SystemClock().micros()
    strike()
    stack.until(stack.is_ready, BACK_WITHIN_SECONDS, f"{part}: all is ready again")
    ready = SystemClock().micros()
    until = ready + round(AFTER_SECONDS * SECOND)
    stack.pause(AFTER_SECONDS)

    def all_came() -> bool:
        return not math.isinf(lateness(load.due, load.heard, began, until)[1])

    stack.until(all_came, TOLD_WITHIN_SECONDS, f"{part}, {way}: every alert came")
    terms, late = lateness(load.due, load.heard, began, until)
    return Restart(part, way, terms, (ready - began) / SECOND, late)


def _restart(stack: Stack, part: str, way: str) -> None:
    if part == "Kafka":
        stack.broker.stop() if way == GRACEFUL else stack.broker.kill()
        _start_again(stack)
    elif part == "PostgreSQL":
        assert isinstance(stack.server, Postgres)
        stack.server.stop(at_once=way == KILLED)
        _meanwhile(stack, stack.server.start)
    else:
        if part == "relay":
            stack.until(partial(_relay_is_at_work, stack), BACK_WITHIN_SECONDS, "the relay is at work")
        name = "intake" if part == "relay" else part
        pid = stack.supervisor.pids()[name]
        os.kill(pid, signal.SIGTERM if way == GRACEFUL else signal.SIGKILL)
        stack.until(lambda: stack.supervisor.pids().get(name, pid) != pid, BACK_WITHIN_SECONDS, f"{name} starts again")


def _relay_is_at_work(stack: Stack) -> bool:
    """Tell whether there is something in the ledger that the relay has yet to publish."""
    with closing(open_database(stack.settings.ledger_url)) as database, database.reading() as t:
        head = t.value("SELECT value FROM state WHERE name = 'position'")
        return int(head or 0) > int(t.value("SELECT read_to FROM positions WHERE topic = 'relay'") or 0)


def _start_again(stack: Stack) -> None:
    """Start the broker; its port may be taken for a moment, by a connection of anybody on this machine.

    It ends with the thread that started it, so that is this one; only the waiting is done by another.
    """
    for _ in range(TRIES):
        stack.broker.launch()
        failed: list[BrokerFault] = []
        _meanwhile(stack, partial(_accepts, stack, failed))
        if not failed:
            return
    raise failed[0]


def _accepts(stack: Stack, failed: list[BrokerFault]) -> None:
    try:
        stack.broker.wait_until_it_accepts()
    except BrokerFault as fault:
        failed.append(fault)


def _meanwhile(stack: Stack, do: Callable[[], object]) -> None:
    """Do something that takes time, and let services that ended be started again meanwhile."""
    doing = threading.Thread(target=do, daemon=True)
    doing.start()
    stack.until(lambda: not doing.is_alive(), BACK_WITHIN_SECONDS, "it is started again")

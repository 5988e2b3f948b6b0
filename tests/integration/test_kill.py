"""kill -9 in mid-stream: of each service, and of the broker. Nothing lost, nothing twice, alerts as in replay.

A small region plays on a real Kafka while a second thread kills; each kill is shown to have hit a process at work. What
counts is compared from outside: what agencies sent, what the ledger holds, and what the offline engine says.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cli.broker import Broker, free_port
from cli.clockwork import demo_clock
from cli.demo import Demo
from cli.demo_screen import DemoScreen
from cli.machine import services_on, topics_on, wait_until_ready
from cli.settings import AGREEMENTS, Settings
from ledger import record
from ledger.application import Ledger
from region.cast import cast_of
from region.desk import Desks
from rulebook.agreements import load
from waakvlam.clock import SystemClock
from waakvlam.topics import agencies, municipalities

pytestmark = [pytest.mark.real, pytest.mark.timeout(420)]

SECONDS = 20.0
FAMILIES = 60
KILLS = 2
WITHIN_SECONDS = 60.0


@dataclass(slots=True)
class Drill:
    """A region that plays, and somebody who kills in the middle of it."""

    demo: Demo
    broker: Broker
    hits: list[int] = field(default_factory=list)  # where the ledger stood at each kill
    failure: str = ""
    is_done: threading.Event = field(default_factory=threading.Event)
    is_over: threading.Event = field(default_factory=threading.Event)

    def haunt(self, target: str) -> None:
        """Kill, and stay until all is over: what a thread has started ends with that thread."""
        self.kill_while_it_works(target)
        self.is_done.set()
        self.is_over.wait()

    def kill_while_it_works(self, target: str) -> None:
        """Kill the target each time the ledger has grown by some hundreds of events, and see it come back."""
        for _ in range(KILLS):
            before = self.demo.follower.position
            if not _until(lambda before=before: self.demo.follower.position > before + 300):
                self.failure = "the stream stood still before the kill: it would prove nothing"
                return
            self.hits.append(self.demo.follower.position)
            if not self._strike(target):
                return

    def _strike(self, target: str) -> bool:
        if target == "broker":
            self.broker.kill()
            self.broker.start()
            return True
        pid = self.demo.supervisor.pids()[target]
        os.kill(pid, signal.SIGKILL)
        if not _until(lambda: self.demo.supervisor.pids().get(target, pid) != pid):
            self.failure = f"{target} was not started again"
        return not self.failure


def _until(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture
def drill(tmp_path: Path, own_broker: Broker) -> Iterator[Drill]:
    clock = demo_clock(SystemClock(), SECONDS)
    settings = Settings(
        data=tmp_path,
        keys=tmp_path / "keys.db",
        bootstrap=own_broker.bootstrap,
        agreements=AGREEMENTS,
        clock=clock.setting(),
        **{name: f"sqlite:///{tmp_path / name}.db" for name in ("ledger", "radar", "triage", "board")},
        **{f"{name}_port": free_port() for name in ("intake", "triage", "monitoring", "board")},
    )
    topics_on(settings)
    with ExitStack() as stack:
        screen = stack.enter_context(DemoScreen())
        supervisor = stack.enter_context(services_on(settings, screen.say))
        assert wait_until_ready(supervisor) == []
        ledger = Ledger.open(settings.ledger_url, clock=clock)
        stack.callback(ledger.close)
        demo = Demo(settings, clock, load(AGREEMENTS), supervisor, ledger, screen, time.monotonic())
        drill = Drill(demo, own_broker)
        yield drill
        drill.is_over.set()


def histories_without_gap(ledger: Ledger) -> dict[str, list[int]]:
    """Return the versions of every case in the order of the ledger."""
    versions: dict[str, list[int]] = {}
    after = 0
    while page := ledger.notifications(after=after, limit=1000):
        for one in page:
            told = record.decode(one.body)
            versions.setdefault(told.case, []).append(told.version)
        after = page[-1].position
    return versions


@pytest.mark.parametrize("target", ["intake", "triage", "monitoring", "board", "broker"])
def test_a_kill_in_mid_stream_loses_nothing_doubles_nothing_and_changes_no_alert(drill: Drill, target: str) -> None:
    demo = drill.demo
    with Desks(cast_of(agencies().values(), municipalities()), demo.clock, demo.settings.bootstrap) as desks:
        threading.Thread(target=drill.haunt, args=(target,), daemon=True).start()
        player = demo.play(desks, f"kill-{target}", families=FAMILIES)
        assert drill.is_done.wait(WITHIN_SECONDS), "the kills were not done in time"
        assert demo.drain(player, desks), "not every sending was answered"
        summary = demo.summary(player, demo.compare(player, desks))

    assert drill.failure == ""
    assert len(drill.hits) == KILLS
    assert summary["lost"] == 0
    assert summary["replay"] == {"same": True, "live_only": [], "replay_only": []}
    for case, versions in histories_without_gap(demo.ledger).items():
        assert versions == list(range(1, len(versions) + 1)), f"case {case} has a gap or a double"

"""No reader passes over a committed event on a real PostgreSQL, where many write at once.

A machine of Hypothesis lets writers open transactions, take numbers, hold on, commit and roll back in any order, each in
a session of its own; whoever must wait is seen to wait in the database's own book of locks, so nothing here sleeps and
hopes. Followers and two relays read meanwhile.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from ledger import record
from ledger.application import Ledger
from ledger.model import Draft
from ledger.relay import Relay
from waakvlam.clock import FixedClock

pytestmark = pytest.mark.real

CASES = st.sampled_from(["case-a", "case-b", "case-c"])
WRITERS_MAX = 4
WITHIN_SECONDS = 60
START = 1_764_000_000_000_000
COMMIT, ROLL_BACK = "commit", "roll back"


class Undo(Exception):
    """Ends a transaction without keeping it."""


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.002)


class Writer:
    """A transaction in a thread of its own, told what to do; `is_in` once the ledger's lock is its own."""

    def __init__(self, ledger: Ledger) -> None:
        self.added: list[str] = []
        self.entered, self.ended = threading.Event(), threading.Event()
        self._orders: queue.Queue[list[Draft] | str] = queue.Queue()
        self._answers: queue.Queue[list[int]] = queue.Queue()
        threading.Thread(target=self._write, args=(ledger,), daemon=True).start()

    def append(self, drafts: list[Draft]) -> list[int]:
        self._orders.put(drafts)
        self.added += [one.event_id for one in drafts]
        return self._answers.get(timeout=WITHIN_SECONDS)

    def end(self, how: str) -> None:
        self._orders.put(how)
        assert self.ended.wait(WITHIN_SECONDS)

    def _write(self, ledger: Ledger) -> None:
        with suppress(Undo), ledger.writing() as w:
            self.entered.set()
            while isinstance(order := self._orders.get(), list):
                self._answers.put(w.append(order))
                w.flush()  # the numbers are taken and the rows are in; only the commit is still to come
            if order == ROLL_BACK:
                raise Undo
        self.ended.set()


class Bus:
    """What two relays have published, in order: one list for both, as one topic is."""

    def __init__(self) -> None:
        self.values: list[bytes] = []

    async def ends_of(self, _topic: str) -> dict[int, int]:
        return {0: len(self.values)}

    async def deliver(self, rows) -> dict[int, int]:
        self.values += [one.value for one in rows if one.topic == "case-events"]
        return {0: len(self.values)}

    def once(self) -> list[str]:
        """Return the ids in the order in which a reader that drops repeats takes them."""
        return list(dict.fromkeys(record.decode(one).event_id for one in self.values))


class ManyWriters(RuleBasedStateMachine):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.ledger = Ledger.open(url, clock=FixedClock(START))
        self.onlooker = psycopg.connect(url, autocommit=True)
        self.writers: list[Writer] = []  # the first holds the lock, the others wait for it in this order
        self.committed: list[str] = []
        self.followed: list[str] = []
        self.at = self.made = 0
        self.bus = Bus()
        self.relays = [Relay(self.ledger, self.bus, clock_seconds=0.0) for _ in range(2)]

    @precondition(lambda self: len(self.writers) < WRITERS_MAX)
    @rule()
    def begin(self) -> None:
        self.writers.append(Writer(self.ledger))
        if len(self.writers) == 1:
            assert self.writers[0].entered.wait(WITHIN_SECONDS)
        until(lambda: waiting(self.onlooker) == len(self.writers) - 1)

    @precondition(lambda self: self.writers)
    @rule(cases=st.lists(CASES, min_size=1, max_size=4))
    def append(self, cases: list[str]) -> None:
        holder = self.writers[0]
        before = len(self.committed) + len(holder.added)

        positions = holder.append([self.draft(case) for case in cases])

        assert positions == list(range(before + 1, before + len(cases) + 1))

    @precondition(lambda self: self.writers)
    @rule(how=st.sampled_from([COMMIT, ROLL_BACK]))
    def end(self, how: str) -> None:
        holder = self.writers.pop(0)
        holder.end(how)
        self.committed += holder.added if how == COMMIT else []
        if self.writers:
            assert self.writers[0].entered.wait(WITHIN_SECONDS)

    @rule(limit=st.integers(1, 5))
    def follow(self, limit: int) -> None:
        for each in self.ledger.notifications(after=self.at, limit=limit):
            self.at = each.position
            self.followed.append(record.decode(each.body).event_id)

    @precondition(lambda self: not self.writers)
    @rule(which=st.integers(0, 1))
    def relay(self, which: int) -> None:
        asyncio.run(self.relays[which].step())

    @invariant()
    def only_the_first_writer_is_in(self) -> None:
        assert [one.entered.is_set() for one in self.writers] == [True] * bool(self.writers) + [False] * max(
            0, len(self.writers) - 1
        )

    @invariant()
    def readers_have_a_prefix_of_what_was_committed(self) -> None:
        for read in (self.followed, self.bus.once()):
            assert read == self.committed[: len(read)]

    def draft(self, case: str) -> Draft:
        self.made += 1
        return event(f"e-{self.made}", case)

    def teardown(self) -> None:
        while self.writers:
            self.end(COMMIT)
        self.follow(10_000)
        for which in (0, 1, 0, 1):
            self.relay(which)
        assert self.followed == self.bus.once() == self.committed
        assert list(self.ledger.verify_all()) == []
        self.onlooker.close()
        self.ledger.close()


def event(event_id: str, case: str = "case-a") -> Draft:
    return Draft(
        event_id=event_id,
        source="urn:x",
        content=bytes(32),
        case=case,
        type="incident_recorded",
        agency="politie-nn",
        municipality="0014",
        reference=None,
        occurred_at=0,
        recorded_by=None,
        payload=b"clear",
    )


def test_whatever_writers_hold_commit_and_roll_back_readers_and_relays_pass_over_nothing(postgres):
    run_state_machine_as_test(
        lambda: ManyWriters(postgres()),
        settings=settings(
            max_examples=8, stateful_step_count=24, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_the_clock_of_the_ledger_waits_for_a_transaction_that_is_held(postgres):
    """Its promise covers what is held: given before the commit, it would let monitoring conclude that nothing came."""
    url = postgres()
    ledger = Ledger.open(url, clock=FixedClock(START))
    holder = Writer(ledger)
    assert holder.entered.wait(WITHIN_SECONDS)
    holder.append([event("e-1")])
    promised: list[int] = []
    promising = threading.Thread(target=lambda: promised.append(ledger.promise_time().position), daemon=True)
    promising.start()
    with psycopg.connect(url, autocommit=True) as onlooker:
        until(lambda: waiting(onlooker) == 1)
    assert promised == []

    holder.end(COMMIT)
    promising.join(WITHIN_SECONDS)

    assert promised == [1]
    ledger.close()


def waiting(onlooker: psycopg.Connection) -> int:
    """Return how many sessions of this database wait for a lock."""
    question = (
        "SELECT count(*) FROM pg_locks WHERE NOT granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return onlooker.execute(question).fetchone()[0]

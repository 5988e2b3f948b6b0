"""`recorded_at` never goes back, and what was promised about time is kept."""

import random
import threading
from collections.abc import Callable
from pathlib import Path

from ledger import record
from ledger.application import Ledger
from ledger.model import Promise
from ledger.sealing import FileKeyStore
from waakvlam.clock import FixedClock, instant_of

Opening = Callable[[], Ledger]


class JumpyClock:
    """A clock that runs forward and is set back and ahead at random, from a seed."""

    def __init__(self, at: int, seed: int) -> None:
        self._at = at
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def micros(self) -> int:
        with self._lock:
            self._at += self._random.choice([1, 5, 1000, -700, -3_000_000, 90_000])
            return self._at

    def now(self):
        return instant_of(self.micros())


def recorded(ledger: Ledger) -> list[tuple[int, int]]:
    return [
        (each.position, record.decode(each.body).recorded_at) for each in ledger.notifications(after=0, limit=10**6)
    ]


def test_times_never_go_back_when_the_clock_does_also_not_across_a_restart(
    open_ledger: Opening, drafts, clock: FixedClock
):
    start = clock.at
    for jump in (0, 500, -(10**9), -(10**9) + 3):
        clock.at = start + jump
        with open_ledger().writing() as w:
            w.append(drafts.many(1))

    assert [each for _, each in recorded(open_ledger())] == [start, start + 500, start + 500, start + 500]


def test_a_batch_has_one_moment(ledger: Ledger, drafts, clock: FixedClock):
    with ledger.writing() as w:
        w.append(drafts.many(2))
        clock.at += 5
        w.append(drafts.many(1))
        assert w.now == clock.at - 5

    assert {each for _, each in recorded(ledger)} == {clock.at - 5}


def test_what_comes_after_a_promise_is_later_also_when_the_clock_stands_still_and_after_a_restart(
    open_ledger: Opening, drafts, clock: FixedClock
):
    ledger = open_ledger()
    with ledger.writing() as w:
        w.append(drafts.many(2))
    promise = ledger.promise_time()
    again = ledger.promise_time()
    clock.at -= 10**9
    with open_ledger().writing() as w:
        w.append(drafts.many(1))

    assert promise == again == Promise(time=clock.at + 10**9, position=2)
    assert recorded(ledger) == [(1, promise.time), (2, promise.time), (3, promise.time + 1)]


def test_a_promise_never_lies_before_an_earlier_one(open_ledger: Opening, clock: FixedClock):
    first = open_ledger().promise_time()
    clock.at -= 1000

    assert open_ledger().promise_time() == first


def test_promises_hold_for_two_writers_whose_clocks_jump(url: str, tmp_path: Path, drafts, clock: FixedClock):
    """Two writers and one who promises, each with a clock of its own that is set back and ahead."""
    keys = FileKeyStore(tmp_path / "keys.db", clock=clock)
    ledgers = [Ledger.open(url, clock=JumpyClock(clock.at, seed), keys=keys) for seed in (1, 2, 3)]
    promises: list[Promise] = []
    batches = [[drafts.many(2, f"case-{writer}") for _ in range(60)] for writer in (0, 1)]

    def write(writer: int) -> None:
        for batch in batches[writer]:
            with ledgers[writer].writing() as w:
                w.append(batch)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in (0, 1)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        promises.append(ledgers[2].promise_time())
    promises.append(ledgers[2].promise_time())

    found = recorded(ledgers[2])
    times = [time for _, time in found]
    assert len(found) == 240
    assert times == sorted(times)
    assert len({promise.position for promise in promises}) > 1
    assert [promise for promise in promises if any(time <= promise.time for _, time in found[promise.position :])] == []
    assert [promise for promise in promises if any(time > promise.time for _, time in found[: promise.position])] == []
    for ledger in ledgers:
        ledger.close()

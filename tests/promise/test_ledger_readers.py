"""No reader passes over a committed event, whatever writers do: they wait for each other, race, hold on, or are killed."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from ledger import errors, record
from ledger.application import Ledger
from ledger.servers import Limits
from waakvlam.clock import FixedClock

Opening = Callable[[], Ledger]
WRITER = Path(__file__).with_name("ledger_writer.py")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def start(url: str, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start another process that writes to the same ledger; those still there are killed at the end."""
    started: list[subprocess.Popen[str]] = []

    def one(name: str, number: int, what: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(WRITER), url, str(tmp_path), name, str(number), what]
        where = {"cwd": ROOT, "env": {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'sdk' / 'src'}"}}
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **where))
        return started[-1]

    yield one
    for each in started:
        with suppress(ProcessLookupError):
            each.kill()
        each.wait()
        each.stdout.close()
        each.stdin.close()


class Follower:
    """Reads pages of the notification log as the relay does, and keeps what it saw."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.seen: list[int] = []
        self.turns = 0
        self._source = ""

    def read(self) -> list[int]:
        page = self.ledger.notifications(after=self.seen[-1] if self.seen else 0, limit=10)
        self.seen += [each.position for each in page]
        for each in page:
            before, self._source = self._source, record.decode(each.body).source
            self.turns += before != self._source
        return [each.position for each in page]

    def catch_up(self) -> None:
        while self.read():
            pass


class Beside:
    """Runs work in a thread beside the test; its error comes out at `join`."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._failed: list[BaseException] = []
        self._thread = threading.Thread(target=self._guarded, daemon=True)
        self._thread.start()

    def _guarded(self) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            self._failed.append(error)

    def join(self) -> None:
        self._thread.join(60)
        assert not self._thread.is_alive()
        if self._failed:
            raise self._failed[0]


@pytest.mark.parametrize("ending", ["commit", "rollback"])
def test_a_reader_does_not_pass_a_held_transaction_and_later_writers_wait(open_ledger: Opening, drafts, ending: str):
    holder, waiter, follower = open_ledger(), open_ledger(), Follower(open_ledger())
    asked, entered = threading.Event(), threading.Event()

    def write_after() -> None:
        asked.set()
        with waiter.writing() as w:
            entered.set()
            w.append(drafts.many(2, "case-b"))

    with suppress(ZeroDivisionError), holder.writing() as w:
        w.append(drafts.many(3))
        w.flush()
        beside = Beside(write_after)
        asked.wait(10)
        assert not entered.wait(0.3)
        assert follower.read() == []
        w.append(drafts.many(1))
        w.flush()
        assert follower.read() == []
        if ending == "rollback":
            raise ZeroDivisionError
    beside.join()

    follower.catch_up()
    kept = 4 if ending == "commit" else 0
    assert follower.seen == list(range(1, kept + 3))
    assert [each.version for each in holder.history("case-a")] == list(range(1, kept + 1))
    assert [each.version for each in holder.history("case-b")] == [1, 2]


@pytest.mark.real
def test_a_stranger_who_inserts_without_the_lock_is_waited_for_too(postgres, clock: FixedClock, drafts):
    """A row that was put in by hand and not yet committed cannot be overtaken: who comes next wants its position, and waits."""
    url = postgres()
    ledger = Ledger.open(url, clock=clock)
    follower = Follower(ledger)
    written = threading.Event()

    def write_after() -> None:
        with ledger.writing() as w:
            w.append(drafts.many(2))
        written.set()

    insert = "INSERT INTO stored_events VALUES ('case-x', 1, 'incident_recorded', '', 1)"
    with psycopg.connect(url) as stranger:
        stranger.execute(insert)
        beside = Beside(write_after)
        assert not written.wait(0.3)
        assert follower.read() == []
        stranger.rollback()
    beside.join()

    follower.catch_up()
    assert follower.seen == [1, 2]
    ledger.close()


def test_the_lock_is_not_waited_for_without_end(open_ledger: Opening, drafts, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ledger.database.LOCK_SECONDS_MAX", 1)
    one, other = open_ledger(limits=Limits(lock_seconds=1)), open_ledger(limits=Limits(lock_seconds=1))

    with one.writing() as w:
        w.append(drafts.many(1))
        w.flush()
        for each in (one, other):
            with pytest.raises(errors.Unavailable), each.writing():
                pass
    with other.writing() as w:
        assert w.append(drafts.many(1, "case-b")) == [2]


def test_two_processes_that_write_the_same_case_make_one_chain_and_a_reader_beside_them_misses_nothing(
    ledger: Ledger, start: Callable[..., subprocess.Popen[str]]
):
    writers = [start("one", 100_000, "race"), start("two", 100_000, "race")]
    follower = Follower(ledger)
    while follower.turns < 20:
        follower.read()
    for each in writers:
        each.stdin.write("enough\n")
        each.stdin.close()
    while any(each.poll() is None for each in writers):
        follower.read()
    follower.catch_up()

    head = ledger.head()
    assert [each.returncode for each in writers] == [0, 0]
    assert follower.seen == list(range(1, head + 1))
    history = ledger.history("case-a")
    assert [each.version for each in history] == list(range(1, head + 1))
    for name in ("one", "two"):
        ids = [each.event_id for each in history if each.source == f"urn:{name}"]
        assert ids == [f"{name}-{number}" for number in range(len(ids))]
    assert list(ledger.verify_all()) == []


@pytest.mark.parametrize("what", ["hold", "keys"])
def test_a_writer_killed_in_its_transaction_leaves_nothing_and_holds_up_nobody(
    ledger: Ledger, drafts, start: Callable[..., subprocess.Popen[str]], what: str
):
    with ledger.writing() as w:
        w.append(drafts.many(2))
    victim = start("victim", 50, what)
    assert victim.stdout.readline() == "held\n"
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()

    with ledger.writing() as w:
        assert w.known(["victim-0"]) == {}
        assert w.append(drafts.many(1, personal={"note": "fictief"})) == [3]
    assert ledger.unseal(ledger.history("case-a")[2]) == {"note": "fictief"}
    assert list(ledger.verify_all()) == []


def test_a_committed_transaction_survives_the_kill_of_its_writer(
    ledger: Ledger, start: Callable[..., subprocess.Popen[str]]
):
    writer = start("writer", 100_000, "race")
    follower = Follower(ledger)
    while len(follower.seen) < 5:
        follower.read()
    writer.kill()
    writer.wait()

    follower.catch_up()
    assert follower.seen == list(range(1, ledger.head() + 1))
    assert [each.event_id for each in ledger.history("case-a")] == [f"writer-{n}" for n in range(ledger.head())]
    assert list(ledger.verify_all()) == []

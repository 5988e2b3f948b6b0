"""How agreements are kept is counted once a day over the whole ledger, by a process of its own."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger.application import Ledger
from ledger.database import open_database
from rulebook.agreements import load
from services.board import kept
from services.board.agents import Reader
from services.board.kept import Counter, KeptBook, KeptFigures, count, surroundings
from services.board.settings import BoardSettings
from services.board.store import Store
from tests.journey import stories
from tests.journey.region import Region
from waakvlam.clock import FixedClock, micros_of

AGREEMENTS = Path(__file__).parents[2] / "agreements"
TODAY = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path):
    return BoardSettings(
        ledger=f"sqlite:///{tmp_path}/ledger.db", board=f"sqlite:///{tmp_path}/board.db", agreements=AGREEMENTS
    )


@pytest.fixture
def ledger(settings):
    clock = FixedClock(micros_of(TODAY))
    opened = Ledger.open(settings.ledger, clock=clock, keys=None)
    store = Store(open_database(settings.board))
    region = Region(opened, Reader(store, opened, changed=lambda: None), clock)
    stories.tell(region, TODAY)
    for number in range(6):
        stories.report(region, f"Familie Nummer {number}", f"r-1{number}")
    yield opened
    store.database.close()
    opened.close()


@pytest.fixture
def book(settings):
    database = open_database(settings.board)
    yield KeptBook(database)
    database.close()


def test_a_count_tells_the_same_as_the_command_and_nothing_that_is_small(ledger):
    found = count(ledger, load(AGREEMENTS), micros_of(TODAY))

    reports = next(
        one for one in found.figures if (one.rule, one.municipality, one.half_year) == ("ST-01", "", "2026-2")
    )
    assert (reports.instances, reports.open) == (10, 10)  # eleven reports; two were assessed in time
    assert reports.in_time is None


def test_what_is_kept_is_read_back_whole(book, ledger):
    found = count(ledger, load(AGREEMENTS), micros_of(TODAY))
    assert book.read() == KeptFigures()

    book.write(found)

    assert book.read() == found
    assert book.read() is book.read()  # read once


def test_a_new_count_is_due_when_the_day_is_over(book):
    assert book.is_due(micros_of(TODAY))
    book.write(KeptFigures(micros_of(TODAY)))

    assert not book.is_due(micros_of(TODAY + timedelta(hours=12)))
    assert book.is_due(micros_of(TODAY + timedelta(hours=13)))  # after midnight in the Netherlands


def test_the_process_of_its_own_counts_and_keeps(book, ledger, settings, monkeypatch):
    gave_way = []
    monkeypatch.setattr(os, "nice", gave_way.append)
    for name, value in surroundings(settings).items():
        monkeypatch.setenv(name, value)

    assert kept.main() == 0

    assert {one.rule for one in book.read().figures} >= {"ST-01"}
    assert gave_way == [10]


def test_the_counter_starts_that_process_and_ends_it_with_itself(book, settings, monkeypatch):
    started = asyncio.Event()
    ended = []

    class Child:
        returncode = None

        async def wait(self):
            started.set()
            if not ended:
                await asyncio.Event().wait()
            self.returncode = -15

        def terminate(self):
            ended.append(True)

    async def start(*words, **_):
        assert words[1:] == ("-m", "services.board.kept")
        return Child()

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)

    async def live():
        counter = Counter(book, settings, now=lambda: micros_of(TODAY))
        await counter.start()
        await asyncio.wait_for(started.wait(), 10)
        await counter.stop()

    asyncio.run(live())

    assert ended == [True]

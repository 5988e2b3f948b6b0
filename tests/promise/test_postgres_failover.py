"""PostgreSQL fails in known ways, and nothing is acknowledged that is not there: writers wait or stop loudly, and go on."""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from cli.postgres import Postgres
from ledger import errors, servers
from ledger.application import Ledger
from ledger.database import Database, open_database
from ledger.servers import Limits

pytestmark = pytest.mark.real
PATIENT, IMPATIENT = Limits(wait_seconds=5.0, lock_seconds=5.0), Limits(wait_seconds=1.0, lock_seconds=1.0)
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.fixture
def url(postgres: Callable[[], str]) -> str:
    return postgres()


def said(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for one in statements:
            connection.execute(one.encode())


def cut_while_writing(ledger: Ledger, url: str, drafts) -> None:
    with ledger.writing() as w:
        w.append(drafts.many(3))
        w.flush()
        said(url, CUT)


def cut_while_storing(database: Database, url: str) -> None:
    with database.transaction() as t:
        t.execute("INSERT INTO t VALUES (1)")
        said(url, CUT)
        t.execute("INSERT INTO t VALUES (2)")


def test_a_connection_that_is_cut_in_mid_transaction_leaves_nothing_and_the_next_one_goes_on(
    ledger, url, drafts
) -> None:
    with pytest.raises(errors.Away):
        cut_while_writing(ledger, url, drafts)

    assert ledger.head() == 0
    with ledger.writing() as w:
        assert w.append(drafts.many(2)) == [1, 2]
    assert list(ledger.verify_all()) == []


def test_a_view_whose_connection_is_cut_goes_on_with_the_next_transaction(url) -> None:
    with closing(open_database(url)) as database:
        database.create(["CREATE TABLE IF NOT EXISTS t (a bigint)"])
        with pytest.raises(errors.Away):
            cut_while_storing(database, url)

        with database.transaction() as t:
            assert t.value("SELECT count(*) FROM t") == 0
            assert t.execute("INSERT INTO t VALUES (3)") == 1


def test_a_database_that_only_reads_takes_nothing_in_and_says_what_to_do(ledger, url, drafts) -> None:
    with ledger.writing() as w:
        w.append(drafts.many(1))
    name = url.rpartition("/")[2]
    said(url, f"ALTER DATABASE {name} SET default_transaction_read_only = on", CUT)

    with pytest.raises(errors.Unavailable, match=r"only be read.*primary") as told, ledger.writing() as w:
        w.append(drafts.many(1))
    assert not isinstance(told.value, errors.Away), "it answers, and nothing gets better by waiting for it"
    assert ledger.head() == 1
    with (
        closing(open_database(url)) as database,
        pytest.raises(errors.Unavailable, match=r"only be read.*primary"),
        database.transaction() as t,
    ):
        t.execute("DELETE FROM positions")

    said(
        url,
        "SET default_transaction_read_only = off",
        f"ALTER DATABASE {name} RESET default_transaction_read_only",
        CUT,
    )
    with ledger.writing() as w:
        assert w.append(drafts.many(1)) == [2]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    one = Postgres(tmp_path / "server", durable=True).start()
    yield one
    one.stop()


def test_a_server_that_goes_away_is_told_within_seconds_and_is_found_again(server, clock, drafts) -> None:
    with closing(Ledger.open(server.fresh_database(), clock=clock, limits=PATIENT)) as ledger:
        with ledger.writing() as w:
            w.append(drafts.many(2))
        server.stop(at_once=True)
        with pytest.raises(errors.Unavailable), ledger.writing() as w:
            w.append(drafts.many(1))

        server.start()

        assert ledger.head() == 2
        with ledger.writing() as w:
            assert w.append(drafts.many(1)) == [3]
        assert list(ledger.verify_all()) == []


def test_who_only_reads_hears_after_one_patience_that_the_server_is_away_not_after_ten(server, clock) -> None:
    with closing(Ledger.open(server.fresh_database(), clock=clock, limits=IMPATIENT)) as ledger:
        pool = ledger._recorder.datastore.pool
        server.stop(at_once=True)
        for read in (lambda: ledger.history("case-a"), lambda: ledger.notifications(after=0)):
            asked = pool.get_stats()["requests_num"]
            with pytest.raises(errors.Unavailable):
                read()

            assert pool.get_stats()["requests_num"] == asked + 1


@pytest.mark.parametrize("kind", ["ledger", "view"])
def test_whoever_waits_is_served_when_the_server_is_back_however_many_tries_were_in_vain(
    server, clock, monkeypatch, caplog, kind
) -> None:
    monkeypatch.setattr(servers, "RECONNECT_SECONDS", 0.2)
    url = server.fresh_database()
    limits = Limits(wait_seconds=120, lock_seconds=120)

    def gave_up() -> bool:
        return sum("failed after" in one.getMessage() for one in caplog.records) >= 2

    with (
        closing(
            Ledger.open(url, clock=clock, limits=limits) if kind == "ledger" else open_database(url, limits=limits)
        ) as one,
        ThreadPoolExecutor(1) as threads,
    ):
        asked(one)
        caplog.set_level(logging.WARNING, logger="psycopg.pool")  # only now: who imports eventsourcing makes it quieter
        server.stop()
        waiting = threads.submit(asked, one)
        until(gave_up)
        assert not waiting.done()
        server.start()

        assert waiting.result(100) == 1


def asked(one: Ledger | Database) -> object:
    with one.reading() as t:
        return t.value("SELECT 1")


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)

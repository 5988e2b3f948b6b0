"""The one door to SQL does the same on both databases."""

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from ledger import errors
from ledger.application import Ledger
from ledger.database import Database, SQLiteDatabase, Statements, open_database, translated
from waakvlam.clock import FixedClock

CREATE = (
    "CREATE TABLE IF NOT EXISTS radar (case_id text PRIMARY KEY, next_due bigint, row bytea)",
    "CREATE TABLE IF NOT EXISTS list (id SERIAL KEY, word text)",
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    url = (
        f"sqlite:///{tmp_path / 'new' / 'x.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres")()
    )
    opened = open_database(url)
    opened.create(CREATE)
    opened.create(CREATE)
    yield opened
    opened.close()


def waits_for_the_disk(database: Database) -> bool:
    with database.transaction() as t:
        if t.postgres:
            set_here = t.value(
                "SELECT count(*) FROM pg_settings WHERE name = 'synchronous_commit' AND source = 'session'"
            )
            return t.value("SHOW synchronous_commit") != "off" or not set_here
        return t.value("PRAGMA synchronous") == 2


def test_only_what_need_not_last_does_not_wait_for_the_disk(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path
):
    is_file = isinstance(database, SQLiteDatabase)
    url = f"sqlite:///{tmp_path / 'fleeting.db'}" if is_file else request.getfixturevalue("postgres")()
    fleeting = open_database(url, lasting=False)

    assert waits_for_the_disk(database)
    assert not waits_for_the_disk(fleeting)
    fleeting.close()


def fill(database: Database, number: int) -> None:
    with database.transaction() as t:
        rows = [(f"case-{each}", each, bytes([each % 256])) for each in range(number)]
        assert t.executemany("INSERT INTO radar VALUES (?, ?, ?)", rows) == number


def test_what_was_written_is_read_as_tuples(database: Database):
    fill(database, 3)

    with database.reading() as t:
        assert t.rows("SELECT * FROM radar WHERE next_due >= ? ORDER BY next_due", (1,)) == [
            ("case-1", 1, b"\x01"),
            ("case-2", 2, b"\x02"),
        ]
        assert t.value("SELECT count(*) FROM radar") == 3
        assert t.value("SELECT row FROM radar WHERE case_id = ?", ("none",)) is None


def test_many_keys_are_asked_at_once(database: Database):
    fill(database, 1300)
    keys = [f"case-{each}" for each in range(100, 1400)]

    with database.transaction() as t:
        assert len(t.rows_in("SELECT case_id FROM radar WHERE case_id {in}", keys)) == 1200
        assert len(t.rows_in("SELECT case_id FROM radar WHERE next_due < ? AND case_id {in}", keys, before=[110])) == 10
        assert t.rows_in("SELECT case_id FROM radar WHERE case_id {in}", []) == []
        assert t.execute_in("DELETE FROM radar WHERE case_id {in}", keys) == 1200


def test_a_statement_tells_how_many_rows_it_touched(database: Database):
    fill(database, 2)

    with database.transaction() as t:
        assert t.execute("UPDATE radar SET next_due = 5 WHERE case_id = ?", ("case-1",)) == 1
        assert t.execute("UPDATE radar SET next_due = 5 WHERE case_id = ?", ("none",)) == 0
        assert t.executemany("UPDATE radar SET next_due = ? WHERE case_id = ?", [(1, "case-0"), (1, "none")]) == 1
        assert t.executemany("UPDATE radar SET next_due = ? WHERE case_id = ?", []) == 0


def write_and_fail(t: Statements) -> None:
    t.execute("INSERT INTO radar VALUES ('case-x', 1, NULL)")
    raise ZeroDivisionError


def test_an_exception_undoes_everything(database: Database):
    with pytest.raises(ZeroDivisionError), database.transaction() as t:
        write_and_fail(t)

    with database.reading() as t:
        assert t.value("SELECT count(*) FROM radar") == 0


def test_a_taken_key_is_a_conflict_that_quotes_no_values(database: Database):
    fill(database, 1)

    with pytest.raises(errors.Conflict) as caught, database.transaction() as t:
        t.execute("INSERT INTO radar VALUES (?, 1, NULL)", ("case-0",))
    assert "case-0" not in str(caught.value)


def test_a_wrong_statement_is_a_fault(database: Database):
    with pytest.raises(errors.Fault), database.transaction() as t:
        t.rows("SELECT * FROM no_such_table")


def test_a_running_key_is_never_given_twice(database: Database):
    with database.transaction() as t:
        t.executemany("INSERT INTO list (word) VALUES (?)", [("a",), ("b",)])
        t.execute("DELETE FROM list WHERE word = 'b'")
        t.execute("INSERT INTO list (word) VALUES ('c')")

    with database.reading() as t:
        assert t.rows("SELECT id, word FROM list ORDER BY id") == [(1, "a"), (3, "c")]


def test_a_reader_keeps_its_snapshot_and_waits_for_nobody(database: Database):
    fill(database, 1)
    with database.reading() as reading:
        assert reading.value("SELECT count(*) FROM radar") == 1
        with database.transaction() as t:
            t.execute("INSERT INTO radar VALUES ('case-x', 1, NULL)")
        assert reading.value("SELECT count(*) FROM radar") == 1


def test_a_reader_can_not_write_on_postgresql(postgres: Callable[[], str]):
    database = open_database(postgres())
    database.create(CREATE)
    with pytest.raises(errors.Fault), database.reading() as t:
        t.execute("DELETE FROM radar")
    database.close()


def test_threads_may_share_it(database: Database):
    fill(database, 1)

    def add() -> None:
        for _ in range(20):
            with database.transaction() as t:
                due = t.value("SELECT next_due FROM radar WHERE case_id = 'case-0'" + (" FOR UPDATE" * t.postgres))
                t.execute("UPDATE radar SET next_due = ? WHERE case_id = 'case-0'", (due + 1,))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as t:
        assert t.value("SELECT next_due FROM radar") == 80


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("postgresql://nobody:geheim@127.0.0.1:1/none", "Connection refused"),
        ("postgresql://nobody:geheim@no.such.host.invalid/none", "resolve"),
        ("postgresql://nobody:geheim@[x/none", "cannot be read"),
    ],
)
def test_a_server_that_cannot_be_reached_is_told_with_what_to_do(address: str, reason: str):
    with pytest.raises(errors.Unavailable, match="WAAKVLAM_RADAR") as views:
        open_database(address)
    with pytest.raises(errors.Unavailable, match="WAAKVLAM_LEDGER") as ledger:
        Ledger.open(address, clock=FixedClock(1))

    for told in (str(views.value), str(ledger.value)):
        assert reason in told
        assert "geheim" not in told


def test_a_server_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ledger.servers.REACH_SECONDS_MAX", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/none"

        with pytest.raises(errors.Unavailable, match="Start it, or correct WAAKVLAM_LEDGER"):
            Ledger.open(address, clock=FixedClock(1))


def test_a_database_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="sqlite"):
        open_database("mysql://somewhere")


def test_a_disk_without_room_is_named_with_what_to_do():
    with pytest.raises(errors.Unavailable, match=r"nothing is lost\. Make room"), translated():
        raise psycopg.errors.DiskFull("could not extend file")


def test_a_server_that_was_restarted_is_found_again(tmp_path: Path):
    from cli.postgres import Postgres  # noqa: PLC0415 - starts one of its own

    server = Postgres(tmp_path / "own").start()
    database = open_database(server.fresh_database())
    with database.reading() as t:
        assert t.value("SELECT 1") == 1
    server.stop(at_once=True)
    server.start()

    with database.reading() as t:
        assert t.value("SELECT 1") == 1
    database.close()
    server.stop()

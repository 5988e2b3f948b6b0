"""What the address of a PostgreSQL database says counts, and what is taken of a server has limits that can be set."""

import threading
from contextlib import ExitStack, closing

import pytest

from ledger import errors
from ledger.application import Ledger
from ledger.database import open_database
from ledger.servers import Limits, arguments
from ledger.settings import Settings, read
from waakvlam.clock import FixedClock
from waakvlam.errors import Misconfigured


@pytest.fixture
def url(postgres) -> str:
    return postgres()


def test_everything_that_an_address_says_is_kept_and_its_options_have_the_last_word() -> None:
    url = (
        "postgresql://wie@een.example:5432,twee.example:5433/grootboek?sslmode=verify-full&sslrootcert=/etc/ca.pem"
        "&target_session_attrs=read-write&options=-c%20lock_timeout%3D5s"
    )

    told = arguments(url, Limits(lock_seconds=2, statement_seconds=60))

    assert told == {
        "user": "wie",
        "host": "een.example,twee.example",
        "port": "5432,5433",
        "dbname": "grootboek",
        "sslmode": "verify-full",
        "sslrootcert": "/etc/ca.pem",
        "target_session_attrs": "read-write",
        "options": "-c lock_timeout=2000 -c statement_timeout=60000 -c lock_timeout=5s",
    }


@pytest.mark.real
def test_a_ledger_and_a_view_ask_for_encryption_where_the_address_does(url: str) -> None:
    for opened in (open_database, lambda one: Ledger.open(one, clock=FixedClock(1))):
        with pytest.raises(errors.Unavailable, match="SSL"):
            opened(f"{url}?sslmode=require")


@pytest.mark.real
def test_what_the_address_says_reaches_the_server(url: str) -> None:
    told = f"{url}?application_name=proef&options=-c%20search_path%3Dnoord"
    with closing(open_database(url)) as database, database.transaction() as t:
        t.execute("CREATE SCHEMA noord")
    ledger = Ledger.open(told, clock=FixedClock(1))
    with ledger.reading() as t:
        assert t.value("SELECT current_setting('application_name')") == "proef"
        tables = dict(t.rows("SELECT tablename, schemaname FROM pg_tables WHERE schemaname IN ('noord', 'public')"))
    ledger.close()

    assert (tables["stored_events"], tables["heads"]) == ("noord", "noord")


@pytest.mark.real
def test_no_more_connections_are_opened_than_the_limit_and_who_waits_too_long_is_told(url: str) -> None:
    database = open_database(url, limits=Limits(connections_max=2, wait_seconds=0.3))
    with ExitStack() as held:
        held.enter_context(database.reading())
        held.enter_context(database.reading())
        with pytest.raises(errors.Unavailable), database.reading():
            pass
    with database.reading() as t:
        assert t.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()") == 2
    database.close()


@pytest.mark.real
def test_a_statement_that_takes_too_long_is_ended(url: str) -> None:
    database = open_database(url, limits=Limits(statement_seconds=0.1))

    with pytest.raises(errors.Unavailable, match="does not answer"), database.reading() as t:
        t.rows("SELECT pg_sleep(30)")

    database.close()


@pytest.mark.real
def test_a_writer_of_the_ledger_waits_for_another_as_long_as_is_set(url: str) -> None:
    one = Ledger.open(url, clock=FixedClock(1))
    other = Ledger.open(url, clock=FixedClock(1), limits=Limits(lock_seconds=1))
    told: list[Exception] = []

    def write() -> None:
        try:
            with other.writing():
                pass
        except errors.Unavailable as error:
            told.append(error)

    with one.writing():
        waiting = threading.Thread(target=write)
        waiting.start()
        waiting.join(20)

    assert len(told) == 1
    one.close()
    other.close()


def test_limits_are_settings_and_one_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAAKVLAM_POSTGRES_CONNECTIONS_MAX", "3")
    monkeypatch.setenv("WAAKVLAM_POSTGRES_STATEMENT_SECONDS", "90")
    assert read(Settings).limits() == Limits(connections_max=3, statement_seconds=90)

    monkeypatch.setenv("WAAKVLAM_POSTGRES_CONNECTIONS_MAX", "0")
    with pytest.raises(
        Misconfigured, match=r"WAAKVLAM_POSTGRES_CONNECTIONS_MAX: .*greater than or equal to 1\.\nCorrect"
    ):
        read(Settings)

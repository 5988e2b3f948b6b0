"""PostgreSQL looks after the ledger while it is written to: without that its plans grow wrong and history grows slow."""

from collections.abc import Callable
from contextlib import closing

import psycopg
import pytest

from ledger.application import Ledger
from ledger.errors import Unavailable
from ledger.servers import Limits

pytestmark = pytest.mark.real
FORMER_LOCK = "LOCK TABLE stored_events IN EXCLUSIVE MODE"


@pytest.fixture
def url(postgres: Callable[[], str]) -> str:
    return postgres()


@pytest.mark.parametrize("upkeep", ["VACUUM stored_events", "ANALYZE stored_events"])
def test_vacuum_and_analyze_do_not_wait_for_a_writer(url: str, clock, drafts, upkeep: str) -> None:
    """A writer follows a writer all day: what waits for one, or gives way to it, never comes to its turn."""
    with (
        closing(Ledger.open(url, clock=clock)) as ledger,
        psycopg.connect(url, autocommit=True) as server,
        ledger.writing() as w,
    ):
        w.append(drafts.many(3))
        w.flush()

        server.execute("SET lock_timeout = '2s'")
        server.execute(upkeep.encode())  # raises where it must wait


def test_a_former_version_that_locks_the_table_keeps_a_writer_out(url: str, clock) -> None:
    with (
        closing(Ledger.open(url, clock=clock, limits=Limits(lock_seconds=1.0))) as ledger,
        psycopg.connect(url) as former,
    ):
        former.execute(FORMER_LOCK)
        with pytest.raises(Unavailable), ledger.writing():
            pass


def test_a_writer_keeps_out_a_former_version_that_locks_the_table(url: str, clock) -> None:
    with closing(Ledger.open(url, clock=clock)) as ledger, psycopg.connect(url) as former, ledger.writing():
        former.execute("SET lock_timeout = '1s'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            former.execute(FORMER_LOCK)

"""What all tests share: a real Kafka and a real PostgreSQL, started by the suite and ended with it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import rulebook.replay  # noqa: F401 - the suite tries the engine as it is written: once imported, none is taken that was compiled
from cli.broker import Broker

if TYPE_CHECKING:
    from tests.vault import Vault

REAL = {"broker", "kafka", "own_broker", "postgres", "browser", "vault"}


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file that start brokers, databases or browsers on one worker: they share what they started."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("real") or fixtures & REAL:
            item.add_marker(pytest.mark.xdist_group(item.path.name))


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A real broker for the whole session; tests keep apart by the names of their topics and groups."""
    one = Broker(tmp_path_factory.mktemp("kafka")).start()
    yield one
    one.stop()


@pytest.fixture(scope="session")
def kafka(broker: Broker) -> str:
    """The bootstrap address of the session's broker."""
    return broker.bootstrap


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker for one test alone: for tests that need the real topic names, or that kill it."""
    one = Broker(tmp_path / "kafka").start()
    yield one
    one.stop()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """A real PostgreSQL for the whole session; each call gives the address of a fresh, empty database."""
    from cli.postgres import Postgres  # noqa: PLC0415 - only where a test asks for it

    server = Postgres(tmp_path_factory.mktemp("postgres"))
    server.start()
    yield server.fresh_database
    server.stop()


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Vault]":
    """A real OpenBao for the whole session, its transit engine mounted."""
    from tests.vault import running  # noqa: PLC0415 - only where a test asks for it

    with running(tmp_path_factory.mktemp("vault")) as one:
        yield one

"""What the promise tests share: both stores, a key store, a clock that can be moved, and drafts of fictitious events."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from ledger import record
from ledger.application import Ledger
from ledger.model import Draft
from ledger.sealing import FileKeyStore
from ledger.writing import Writing
from waakvlam.clock import FixedClock

START = 1_764_000_000_000_000


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return request.getfixturevalue("postgres")()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def keys(tmp_path: Path, clock: FixedClock) -> Iterator[FileKeyStore]:
    store = FileKeyStore(tmp_path / "keys.db", clock=clock)
    yield store
    store.close()


@pytest.fixture
def open_ledger(url: str, clock: FixedClock, keys: FileKeyStore) -> Iterator[Callable[[], Ledger]]:
    """Each call opens the same ledger once more, as another process would."""
    opened: list[Ledger] = []

    def one(**more: Any) -> Ledger:
        opened.append(Ledger.open(url, clock=clock, keys=keys, **more))
        return opened[-1]

    yield one
    for each in opened:
        each.close()


@pytest.fixture
def ledger(open_ledger: Callable[[], Ledger]) -> Ledger:
    return open_ledger()


@dataclass
class Drafts:
    """Makes drafts with ids e-1, e-2, …; other fields as told."""

    made: int = 0
    plain: dict[str, Any] = field(
        default_factory=lambda: {
            "source": "urn:nld:oin:0001",
            "content": bytes(32),
            "type": "incident_recorded",
            "agency": "politie-nn",
            "municipality": "0014",
            "reference": None,
            "occurred_at": START,
            "recorded_by": None,
            "payload": b"clear",
        }
    )

    def one(self, case: str = "case-a", **told: Any) -> Draft:
        self.made += 1
        return Draft(**({"event_id": f"e-{self.made}", "case": case} | self.plain | told))

    def many(self, number: int, case: str = "case-a", **told: Any) -> list[Draft]:
        return [self.one(case, **told) for _ in range(number)]

    def again(self, draft: Draft, **told: Any) -> Draft:
        return replace(draft, **told)

    def without_case(self, **told: Any) -> Draft:
        return self.one(record.stream_of("politie-nn"), type="advice_given", **told)


@pytest.fixture
def drafts() -> Drafts:
    return Drafts()


class Undo(Exception):
    """Ends a transaction without keeping it."""


@pytest.fixture
def undone() -> Callable[[Ledger], AbstractContextManager[Writing]]:
    """A transaction that reaches the database with all it holds, and is then rolled back."""

    @contextmanager
    def one(ledger: Ledger) -> Iterator[Writing]:
        with suppress(Undo), ledger.writing() as w:
            yield w
            w.flush()
            raise Undo

    return one

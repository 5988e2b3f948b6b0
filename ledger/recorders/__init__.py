"""Where the records are stored: eventsourcing's recorders, with three things of our own.

- One transaction that the caller opens (`writing`) holds the ledger's write lock from its first moment, so positions
  are given in the order of the commits and no reader can pass over one that is still to come. eventsourcing's
  "database functions" on PostgreSQL do without that lock, and readers lose events: they are not even created here.
- Positions are given by us, under that lock, from 1 and without gaps: a gap is proof that something was removed.
- Events are inserted in bulk (`executemany`; `COPY` on PostgreSQL).
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
from eventsourcing import persistence
from eventsourcing.persistence import Notification, StoredEvent

from ledger import errors
from ledger.database import READ_ONLY, UNLESS_TOLD, Statements
from ledger.servers import Limits, first_line, is_away

NOT_ALLOWED = (
    "this login may not do that at the ledger's database. Where each service has its own role (`waakvlam roles`), the owner of "
    "the tables makes them and brings them to a new layout with `waakvlam migrate --new`, and gives rights again"
)


class LedgerRecorder(Protocol):
    """What the ledger needs of a store."""

    position_column: str

    def writing(self) -> AbstractContextManager[Statements]:
        """Open the one transaction that writes, under the ledger's write lock."""

    def reading(self) -> AbstractContextManager[Statements]:
        """Open a transaction that only reads."""

    def insert(self, statements: Statements, events: Sequence[StoredEvent]) -> range:
        """Insert the events inside `writing`; return their positions."""

    def select_events(self, originator_id: str) -> Sequence[StoredEvent]:
        """Return the events of a case in order of version."""

    def select_notifications(
        self, start: int | None, limit: int, *, inclusive_of_start: bool = True
    ) -> Sequence[Notification]:
        """Return events in order of position."""

    def close(self) -> None:
        """Let go of all connections."""


def open_recorder(url: str, *, limits: Limits = UNLESS_TOLD) -> LedgerRecorder:
    """Open the store that a URL names, and make its tables when they are missing."""
    if url.startswith("sqlite:///"):
        from ledger.recorders.sqlite import SQLiteLedgerRecorder  # noqa: PLC0415 - only the driver that is used

        return SQLiteLedgerRecorder.at(Path(url.removeprefix("sqlite:///")))
    if url.startswith(("postgresql://", "postgres://")):
        from ledger.recorders.postgres import PostgresLedgerRecorder  # noqa: PLC0415 - only the driver that is used

        return PostgresLedgerRecorder.at(url, limits)
    raise ValueError("a ledger is named by sqlite:///path or postgresql://user:password@host:port/name")


@contextmanager
def kept() -> Iterator[None]:
    """Turn eventsourcing's errors into the ledger's; values of columns stay out of them."""
    try:
        yield
    except persistence.IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        raise errors.Conflict(f"a unique key is taken: {getattr(diagnosis, 'constraint_name', 'unknown')}") from None
    except (persistence.OperationalError, persistence.InterfaceError) as error:
        kind = errors.Away if is_away(error.__cause__) else errors.Unavailable
        raise kind(f"the ledger's database does not answer: {first_line(error)}") from error
    except persistence.PersistenceError as error:
        if isinstance(error.__cause__, psycopg.errors.ReadOnlySqlTransaction):
            raise errors.Unavailable(READ_ONLY) from error
        if isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
            raise errors.NotAllowed(NOT_ALLOWED) from error
        raise errors.Fault(f"the ledger's database refuses: {type(error).__name__}") from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise errors.NotAllowed(NOT_ALLOWED) from error

"""What COPY gives on PostgreSQL: the same events by our recorder's COPY and by INSERT, turn by turn, in one run.

Twice: the recorder alone (only the events' table), and the ledger's whole append (register, heads, file numbers, persons and
receipts too, which COPY does not touch). Both stores are in one cluster, with fsync on. Prints one JSON object; a ratio above 1
says how many times faster COPY is.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from eventsourcing.persistence import StoredEvent

from bench.ledger import BATCH, drafts, receipts
from cli.postgres import Postgres, PostgresMissing
from ledger import record
from ledger.application import Ledger
from ledger.database import Statements
from ledger.recorders.postgres import PostgresLedgerRecorder
from ledger.sealing import FileKeyStore
from ledger.tables import set_state
from waakvlam.clock import SystemClock

TURNS = 20
BODY = bytes(600)  # about what a record takes


class Inserting(PostgresLedgerRecorder):
    """Our recorder as it would be without COPY: psycopg's `executemany`, which sends the rows in one pipeline."""

    def insert(self, statements: Statements, events: Sequence[StoredEvent]) -> range:
        """Insert the events row by row; return their positions."""
        first = int(statements.value("SELECT value FROM state WHERE name = 'position'")) + 1
        positions = range(first, first + len(events))
        statements.executemany(
            "INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id) VALUES (?, ?, ?, ?, ?)",
            [
                (one.originator_id, one.originator_version, one.topic, one.state, position)
                for position, one in zip(positions, events, strict=True)
            ],
        )
        set_state(statements, {"position": positions.stop - 1})
        self._notify_channel(statements.cursor)
        return positions


def seconds_of(work: Callable[[], object]) -> float:
    """Return how long some work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def compared(works: dict[str, Callable[[int], object]]) -> dict[str, float]:
    """Give each its turn, again and again; return the median rates and how many times faster COPY is."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(TURNS):
        for name, work in works.items():
            seconds[name].append(seconds_of(lambda work=work, turn=turn: work(turn)))  # type: ignore[misc]
    rates = {f"{name}_events_per_second": round(BATCH / median(some)) for name, some in seconds.items()}
    return {**rates, "ratio": round(median(seconds["insert"]) / median(seconds["copy"]), 2)}


def events(turn: int) -> list[StoredEvent]:
    """Return one batch as the recorder stores it."""
    return [StoredEvent(record.case_id(f"x-{number}"), turn + 1, "incident_recorded", BODY) for number in range(BATCH)]


def measure(url: Callable[[], str], folder: Path) -> dict[str, dict[str, float]]:
    """Measure the recorder alone, then the whole append."""
    kinds: dict[str, type[PostgresLedgerRecorder]] = {"copy": PostgresLedgerRecorder, "insert": Inserting}
    alone = {name: kind.at(url()) for name, kind in kinds.items()}
    clock = SystemClock()
    keys = FileKeyStore(folder / "keys.db", clock=clock)
    whole = {name: Ledger(kind.at(url()), clock=clock, keys=keys) for name, kind in kinds.items()}

    def append(ledger: Ledger, turn: int) -> None:
        batch = drafts(turn)
        with ledger.writing() as w:
            w.known(one.event_id for one in batch)
            w.append(batch)
            w.outbox(receipts(batch))

    found = {
        "recorder": compared(
            {name: lambda turn, one=one: one.insert_events(events(turn)) for name, one in alone.items()}
        ),
        "append": compared({name: lambda turn, one=one: append(one, turn) for name, one in whole.items()}),
    }
    for one in (*alone.values(), *whole.values()):
        one.close()
    keys.close()
    return found


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        try:
            server = Postgres(Path(name) / "postgres", durable=True).start()
        except PostgresMissing:
            print("bench: no PostgreSQL here", file=sys.stderr)
            print(json.dumps({"postgresql": "not here"}))
            return
        print(json.dumps(measure(server.fresh_database, Path(name))))
        server.stop()


if __name__ == "__main__":
    main()

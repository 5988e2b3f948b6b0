"""How fast the ledger takes events in, with everything that hangs on them, and reads and proves them again.

Batches of 2,000 events, one transaction each: eight events a case, sealed personal values in half of them, a line in the
register of ids, a head, a person, a file number and a receipt for each, and a read position. On SQLite, and on a
PostgreSQL of its own where that is installed (with fsync). Prints one JSON object.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from cli.postgres import Postgres, PostgresMissing
from ledger import record
from ledger.application import Ledger
from ledger.model import Draft, OutboxRow
from ledger.sealing import FileKeyStore
from waakvlam.clock import SystemClock
from waakvlam.publisher import new_id

BATCH = 2000
BATCHES = 50
EVENTS_PER_CASE = 8
PAYLOAD = b"\xc3\x01" + bytes(range(200))


def drafts(batch: int) -> list[Draft]:
    """Make one batch: a step of each of 2,000 open cases, as an ordinary day brings them mixed."""
    block, step = divmod(batch, EVENTS_PER_CASE)
    made = []
    for number in range(BATCH):
        file = f"dossier-{block * BATCH + number}"
        made.append(
            Draft(
                event_id=new_id(),
                source="urn:nld:oin:00000000000000000001",
                content=bytes(32),
                case=record.case_id(file),
                type="incident_recorded",
                agency=f"politie-{number % 25:02d}",
                municipality="0014",
                reference=file,
                occurred_at=1_764_000_000_000_000,
                recorded_by="medewerker-1",
                payload=PAYLOAD,
                personal={"note": "Fictieve toelichting van een bedacht gezin.", "persons": ["x"]}
                if number % 2
                else {},
                persons={f"pseudoniem-{block * BATCH + number}-{step % 4}": f"p{step % 4}"},
                aliases=[(f"politie-{number % 25:02d}", file)],
            )
        )
    return made


def receipts(batch: list[Draft]) -> list[OutboxRow]:
    """Make a receipt for each event of a batch."""
    return [OutboxRow(topic=f"receipts.{each.agency}", key=each.event_id.encode(), value=bytes(90)) for each in batch]


def write(ledger: Ledger) -> list[float]:
    """Append all batches; return the seconds that each took, with its commit."""
    seconds = []
    for number in range(BATCHES):
        batch = drafts(number)
        sent = receipts(batch)
        begun = time.perf_counter()
        with ledger.writing() as w:
            w.known(each.event_id for each in batch)
            w.append(batch)
            w.outbox(sent)
            w.move_position("agency.politie-00", 0, number or None, number + 1)
        seconds.append(time.perf_counter() - begun)
    return seconds


def pages(ledger: Ledger) -> Iterator[int]:
    """Read the whole notification log as the relay does; yield the sizes of the pages."""
    after = 0
    while page := ledger.notifications(after=after, limit=BATCH):
        after = page[-1].position
        yield len(page)


def rate(work: Callable[[], object]) -> int:
    """Return how many events a second some work on all of them does."""
    begun = time.perf_counter()
    work()
    return round(BATCH * BATCHES / (time.perf_counter() - begun))


def measure(url: str, folder: Path) -> dict[str, int | float]:
    """Measure one store."""
    clock = SystemClock()
    keys = FileKeyStore(folder / "keys.db", clock=clock)
    ledger = Ledger.open(url, clock=clock, keys=keys)
    seconds = write(ledger)
    result = {
        "events": BATCH * BATCHES,
        "append_events_per_second": round(BATCH * BATCHES / sum(seconds)),
        "append_events_per_second_last_tenth": round(BATCH / median(seconds[-BATCHES // 10 :])),
        "append_batch_seconds_median": round(median(seconds), 4),
        "append_batch_seconds_max": round(max(seconds), 4),
        "read_events_per_second": rate(lambda: sum(pages(ledger))),
        "verify_events_per_second": rate(lambda: list(ledger.verify_all())),
    }
    ledger.close()
    keys.close()
    return result


def main() -> None:
    """Measure what is there and print it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results = {"sqlite": measure(f"sqlite:///{folder / 'ledger.db'}", folder)}
        try:
            server = Postgres(folder / "postgres", durable=True).start()
        except PostgresMissing:
            print("bench: no PostgreSQL here, SQLite only", file=sys.stderr)
        else:
            (folder / "second").mkdir()
            results["postgresql"] = measure(server.fresh_database(), folder / "second")
            server.stop()
    print(json.dumps(results))


if __name__ == "__main__":
    main()

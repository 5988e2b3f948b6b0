"""How the ledger behaves as it grows: append and query times at ten sizes up to `--events`, and the plans behind them.

    python -m bench.growth --events 10000000 --database postgresql

At each tenth: the last batch's append (2,000 events and all that hangs on them), one case's history, a page of the
notification log from the middle, and the looks that intake takes at a batch: file numbers, persons, known ids. What is
asked for is drawn from all that is there. Without options it is small.

It can run by itself, for hours: figures go to `results/growth-<database>-<events>.json` after each tenth, with the machine, and
how the database goes about each question (EXPLAIN) to the `.txt` beside it, at the first and the last tenth. `--folder` needs
some 2.5 kB an event. Prints one JSON object.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median

from bench.__main__ import machine
from bench.ledger import BATCH, EVENTS_PER_CASE, drafts, receipts
from cli.postgres import Postgres, PostgresMissing
from ledger import record
from ledger.application import Ledger
from ledger.sealing import FileKeyStore
from waakvlam.clock import SystemClock

HERE = Path(__file__).parent
STEPS = 10
TRIES = 20
ASKED = 500
CASE = record.case_id("dossier-0")
QUESTIONS = {
    "a case's history": f"SELECT state FROM stored_events WHERE originator_id = '{CASE}' ORDER BY originator_version",
    "a page of the log": "SELECT state FROM stored_events WHERE {position} > 1000 ORDER BY {position} LIMIT 2000",
    "a file number": "SELECT case_id FROM aliases WHERE agency = 'politie-00' AND reference = 'dossier-0'",
    "a person": "SELECT p.case_id, h.last_at FROM persons p JOIN heads h ON h.case_id = p.case_id "
    "WHERE h.last_at >= 0 AND p.pseudonym = 'pseudoniem-0-0'",
    "a known id": "SELECT verdict FROM seen WHERE event_id = (SELECT min(event_id) FROM seen)",
}


def grow(ledger: Ledger, first: int, end: int) -> list[float]:
    """Append batches; return the seconds that each took."""
    seconds = []
    for number in range(first, end):
        batch = drafts(number)
        sent = receipts(batch)
        begun = time.perf_counter()
        with ledger.writing() as w:
            w.known(each.event_id for each in batch)
            w.append(batch)
            w.outbox(sent)
        seconds.append(time.perf_counter() - begun)
        ledger.receipts_sent([row.id for row in ledger.receipts_pending(BATCH) if row.id is not None])
    return seconds


def tried(work: Callable[[int], object], cases: int) -> float:
    """Return the median milliseconds of some work on families that are drawn from all."""
    chance, found = random.Random(cases), []
    for _ in range(TRIES):
        one = chance.randrange(cases)
        begun = time.perf_counter()
        work(one)
        found.append(time.perf_counter() - begun)
    return round(1000 * median(found), 2)


def look(ledger: Ledger, batches: int) -> dict[str, float]:
    """Return the median milliseconds of each question at this size."""
    events, cases = batches * BATCH, max(1, batches // EVENTS_PER_CASE) * BATCH

    def near(one: int) -> list[int]:
        return [(one + number * 7919) % cases for number in range(ASKED)]

    def numbers(one: int) -> object:
        with ledger.writing() as w:
            return w.cases_by_alias([(f"politie-{each % BATCH % 25:02d}", f"dossier-{each}") for each in near(one)])

    def persons(one: int) -> object:
        with ledger.writing() as w:
            return w.cases_by_person([f"pseudoniem-{each}-0" for each in near(one)], since=0)

    return {
        "history_ms": tried(lambda one: ledger.history(record.case_id(f"dossier-{one}")), cases),
        "page_of_2000_ms": tried(lambda one: ledger.notifications(after=one % max(1, events - BATCH)), events),
        "file_numbers_of_500_ms": tried(numbers, cases),
        "persons_of_500_ms": tried(persons, cases),
    }


def plans(ledger: Ledger, events: int) -> str:
    """Return how the database goes about each question at this size."""
    recorder = ledger._recorder  # noqa: SLF001 - a bench looks under the hood
    with recorder.reading() as t:
        explain = "EXPLAIN (ANALYZE, BUFFERS)" if t.postgres else "EXPLAIN QUERY PLAN"
        told = [f"== {events} events", ""]
        for name, question in QUESTIONS.items():
            rows = t.rows(f"{explain} {question.format(position=recorder.position_column)}")
            told += [f"-- {name}", *(str(row[-1]) for row in rows), ""]
    return "\n".join([*told, ""])


def measure(url: str, folder: Path, events: int, database: str) -> list[dict[str, float]]:
    """Grow one store to a size, and look at it on the way."""
    batches, out = max(STEPS, events // BATCH), HERE / "results" / f"growth-{database}-{events}.json"
    out.parent.mkdir(exist_ok=True)
    told = ""
    found: list[dict[str, float]] = []
    clock = SystemClock()
    with (
        closing(FileKeyStore(folder / "keys.db", clock=clock)) as keys,
        closing(Ledger.open(url, clock=clock, keys=keys)) as ledger,
    ):
        for step in range(STEPS):
            first, end = batches * step // STEPS, batches * (step + 1) // STEPS
            rate = round(BATCH / median(grow(ledger, first, end)))
            found.append({"events": end * BATCH, "append_events_per_second": rate, **look(ledger, end)})
            if step in (0, STEPS - 1):
                told += plans(ledger, end * BATCH)
                out.with_suffix(".txt").write_text(told, "utf-8")
            results = {"at": clock.now().isoformat(), "machine": machine(), "results": found}
            out.write_text(json.dumps(results, indent=2) + "\n", "utf-8")
            print(f"bench: {database} {json.dumps(found[-1])}", file=sys.stderr, flush=True)
    return found


def main() -> None:
    """Measure what is asked for and print it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--events", type=int, default=STEPS * BATCH)
    asked.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    asked.add_argument("--folder", type=Path, help="where the data goes; it needs some 2.5 kB an event")
    wish = asked.parse_args()
    if wish.folder:
        wish.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=wish.folder) as name:
        folder = Path(name)
        folder.chmod(0o711)  # the server runs as a user of its own where we are root, and must reach its part of it
        if wish.database == "sqlite":
            print(json.dumps({"sqlite": measure(f"sqlite:///{folder / 'ledger.db'}", folder, wish.events, "sqlite")}))
            return
        try:
            server = Postgres(folder / "postgres", durable=True).start()
        except PostgresMissing:
            print(json.dumps({"postgresql": "not here"}))
            return
        found = measure(server.fresh_database(), folder, wish.events, "postgresql")
        server.stop()
        print(json.dumps({"postgresql": found}))


if __name__ == "__main__":
    main()

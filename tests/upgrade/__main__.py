"""`make upgrade`: a rolling upgrade from the former version under load, on SQLite and on PostgreSQL; each service alone, and back.

    make upgrade                                                    both, some minutes each
    make upgrade ARGS='--database postgres --events 20000 --seed 7'

Prints one JSON line for each run, and what was not as it must be.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cli.machine import stopping_on_signals
from tests.torture.site import Wish
from tests.upgrade.run import LONG, LONG_BACK, Verdict, run

DATABASES = ("sqlite", "postgres")


def main() -> int:
    """Run what was asked; return 0 when all was as if nothing had happened, else 5."""
    options = argparse.ArgumentParser(prog="make upgrade", description=__doc__.splitlines()[0])
    options.add_argument("--database", choices=DATABASES, help="only on this one")
    options.add_argument("--events", type=int, default=12_000, help="about how many events the agencies send")
    options.add_argument("--seed", default="samen", help="the same seed plays the same events")
    asked = options.parse_args()
    is_well = True
    with stopping_on_signals():
        for database in [asked.database] if asked.database else DATABASES:
            folder = Path(tempfile.mkdtemp(prefix="waakvlam-upgrade-"))
            folder.chmod(0o755)  # the database's own user must be able to pass
            wish = Wish(
                seed=asked.seed, events=asked.events, strikes=0, database=database, scenario="upgrade", folder=folder
            )
            verdict = run(wish, LONG, LONG_BACK)
            print(json.dumps({**verdict.numbers, "alerts_alike": len(verdict.alerts["live"])}), flush=True)
            if wrong := list(_wrong(verdict)):
                print(*wrong, f"logs and databases are left in {folder}", sep="\n", flush=True)
                is_well = False
            else:
                shutil.rmtree(folder, ignore_errors=True)
    return 0 if is_well else 5


def _wrong(verdict: Verdict) -> Iterator[str]:
    yield from (f"BROKEN: {one.promise} ({one.count} times)" for one in verdict.broken)
    yield from verdict.story
    yield from (f"did not end as asked: {one}" for one in verdict.crashes)
    yield from (f"is not in the ledger as it was sent: {one}" for one in verdict.not_as_sent)
    live = verdict.alerts["live"]
    for who in ("former", "coming"):
        yield from (f"alert {one} due {due} is not the same by {who}" for one, due in live ^ verdict.alerts[who])


if __name__ == "__main__":
    sys.exit(main())

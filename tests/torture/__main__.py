"""`make torture`: seeded runs against real Kafka and real databases, until the first broken promise.

    make torture                                            the long form, about an hour and a half
    make torture ARGS='--scenario kills --database sqlite --events 20000 --strikes 20 --seed 7'

Prints the seed first: the same seed plays the same events and strikes at the same points of the work. Each run prints
one JSON line; the first broken promise ends it all, with the story of the smallest case that shows it.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from random import SystemRandom

from cli.broker import PROJECT
from cli.machine import stopping_on_signals
from tests.torture.run import SCENARIOS, run
from tests.torture.site import Stuck, Wish

# What `make torture` runs when it is told nothing: scenario, database, events, strikes.
LONG_FORM = (
    ("kills", "sqlite", 300_000, 100),
    ("kills", "postgres", 300_000, 100),
    ("pause", "sqlite", 60_000, 4),
    ("cluster", "sqlite", 60_000, 6),
    ("database", "postgres", 100_000, 30),
    ("network", "postgres", 60_000, 18),
    ("disk", "sqlite", 60_000, 9),
    ("clock", "sqlite", 60_000, 15),
)


def main() -> int:
    """Run what was asked; return 0 when every promise was kept, 5 at the first that was not, 1 when it was stopped."""
    try:
        return _all_runs(_asked())
    except KeyboardInterrupt:
        print("stopped before the verdict; nothing was judged", flush=True)
        return 1


def _all_runs(asked: argparse.Namespace) -> int:
    print(f"seed {asked.seed}", flush=True)
    runs = [one for one in LONG_FORM if asked.scenario in {None, one[0]} and asked.database in {None, one[1]}]
    if asked.scenario and asked.database and not runs:
        runs = [(asked.scenario, asked.database, 60_000, 20)]
    with stopping_on_signals():
        for number, (scenario, database, events, strikes) in enumerate(runs):
            folder = Path(tempfile.mkdtemp(prefix="waakvlam-torture-"))
            folder.chmod(0o755)  # the database's own user must be able to pass
            wish = Wish(
                seed=f"{asked.seed}-{number}" if len(runs) > 1 else asked.seed,
                events=asked.events or events,
                strikes=asked.strikes or strikes,
                database=database,
                scenario=scenario,
                folder=folder,
            )
            was_kept = True
            try:
                was_kept = _is_kept(wish, asked.results)
            finally:
                if was_kept:
                    shutil.rmtree(folder, ignore_errors=True)
            if not was_kept:
                print(f"logs and databases are left in {folder}", flush=True)
                return 5
    return 0


def _is_kept(wish: Wish, results: Path | None) -> bool:
    """Run once and tell how it went; False when a promise was broken."""
    try:
        verdict = run(wish)
    except Stuck as stuck:
        print(f"BROKEN with seed {wish.seed}, {wish.scenario} on {wish.database}: {stuck}", flush=True)
        return False
    line = json.dumps({"commit": _commit(), **verdict.numbers})
    print(line, flush=True)
    if results:
        with results.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    for one in verdict.broken:
        print(f"BROKEN with seed {wish.seed}: {one.promise} ({one.count} times)")
    print("\n".join(verdict.story), end="\n" * bool(verdict.story), flush=True)
    return not verdict.broken


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", default=str(SystemRandom().randrange(10**6)), help="the same seed plays the same")
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), help="only this one")
    parser.add_argument("--database", choices=["sqlite", "postgres"], help="only on this one")
    parser.add_argument("--events", type=int, help="about how many events the agencies send")
    parser.add_argument("--strikes", "--kills", type=int, help="how many times something is done to it")
    parser.add_argument("--results", type=Path, help="a file to which each run adds its line")
    return parser.parse_args()


def _commit() -> str:
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())

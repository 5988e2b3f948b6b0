"""`make torture`: seeded runs against real Kafka and real databases, until the first broken promise.

    make torture                                            the long form, about an hour and a half
    make torture ARGS=--short                               every scenario in a quarter of an hour
    make torture ARGS='--scenario kills --database sqlite --events 20000 --strikes 20 --seed 7'
    make torture ARGS='--short --events kills=20000,clock=3000'

Prints the seed first: the same seed plays the same events and strikes at the same points of the work. Each run says that
it begins and prints one JSON line; the first broken promise ends it all, with the story of the smallest case that shows it.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import SystemRandom

from cli.broker import PROJECT
from cli.machine import stopping_on_signals
from tests.torture.building import DISKS, ROOT_ONLY
from tests.torture.plan import runs
from tests.torture.run import SCENARIOS, run
from tests.torture.site import Stuck, Wish

USAGE = 2


def main() -> int:
    """Run what was asked; return 0 when every promise was kept, 5 at the first that was not, 1 when it was stopped.

    2 means that only root can run what was asked.
    """
    asked = _asked()
    if asked.scenario in DISKS and os.geteuid():
        print(f"{asked.scenario} {ROOT_ONLY}", flush=True)
        return USAGE
    try:
        return _all_runs(asked)
    except KeyboardInterrupt:
        print("stopped before the verdict; nothing was judged", flush=True)
        return 1


def _all_runs(asked: argparse.Namespace) -> int:
    print(f"seed {asked.seed}", flush=True)
    wanted = runs(asked.scenario, asked.database, short=asked.short)
    with stopping_on_signals():
        for number, one in enumerate(wanted):
            if one.scenario in DISKS and os.geteuid():
                print(f"left out: {one.scenario} {ROOT_ONLY}", flush=True)
                continue
            folder = Path(tempfile.mkdtemp(prefix="waakvlam-torture-"))
            folder.chmod(0o755)  # the database's own user must be able to pass
            wish = Wish(
                seed=f"{asked.seed}-{number}" if len(wanted) > 1 else asked.seed,
                events=asked.events.get(one.scenario) or asked.events.get("") or one.events,
                strikes=asked.strikes or one.strikes,
                database=one.database,
                scenario=one.scenario,
                folder=folder,
            )
            print(_begins(wish, f"{number + 1} of {len(wanted)}"), flush=True)
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


def _begins(wish: Wish, which: str) -> str:
    at = time.strftime("%H:%M:%S")
    what = f"{wish.scenario} on {wish.database}, {wish.events} events, {wish.strikes} strikes, seed {wish.seed}"
    return f"{at} run {which}: {what}"


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}   {line}", file=sys.stderr, flush=True)


def _is_kept(wish: Wish, results: Path | None) -> bool:
    """Run once and tell how it went; False when a promise was broken."""
    try:
        verdict = run(wish, say=_say)
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


def events_of(text: str) -> dict[str, int]:
    """Read `5000`, or `kills=20000,pause=3000`; the number for every scenario stands under an empty name."""
    found: dict[str, int] = {}
    for one in text.split(","):
        scenario, _, number = one.rpartition("=")
        if (scenario and scenario not in SCENARIOS) or not number.isdecimal() or int(number) < 1:
            known = ", ".join(sorted(SCENARIOS))
            raise argparse.ArgumentTypeError(f"{one!r}: write a number, or scenario=number; scenarios are {known}")
        found[scenario] = int(number)
    return found


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", default=str(SystemRandom().randrange(10**6)), help="the same seed plays the same")
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), help="only this one")
    parser.add_argument("--database", choices=["sqlite", "postgres"], help="only on this one")
    parser.add_argument("--short", action="store_true", help="every scenario, a quarter of an hour on two quiet cores")
    parser.add_argument(
        "--events",
        type=events_of,
        default={},
        metavar="NUMBER|SCENARIO=NUMBER,…",
        help="about how many events the agencies send: one number for every run, or one for each scenario named",
    )
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

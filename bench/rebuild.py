"""How fast `waakvlam rebuild` makes each view anew, in one process and in two, and how much memory that takes.

    make bench ARGS='rebuild'                                    # 300,000 events, SQLite
    make bench ARGS='rebuild --times 30 --workers 1 2 4'         # about a million
    make bench ARGS='rebuild --database postgresql'

A region lives some time (`bench._lived`), its ledger is copied under other ids until it is large enough (`bench._many`), and the
views are made from it once. Then the command itself makes each of them anew and compares it, as an operator would. `make
compiled` first is what it is for. `--folder` keeps the region for the next time. Told are, for each view and number of processes:

- events_per_second: reading to the end, wall clock, comparing left out; the start of the processes counts too
- events_per_cpu_second: the same by processor time of all processes together; on a machine with other work only this says much
- peak_mib: the most memory that all processes had together, comparing included

Prints one JSON object.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from bench._lived import lived
from bench._many import multiplied
from bench.intake import UNTIL
from cli import compiled
from cli.postgres import Postgres
from waakvlam.clock import FastClock

ROOT = Path(__file__).parent.parent
VIEWS = ("triage", "board", "radar")
LOOK_SECONDS = 0.1
COMMAND = "from cli.main import app; app()"


def rebuilt(view: str, surroundings: dict[str, str], *options: str) -> tuple[list[dict[str, Any]], int]:
    """Run the command on one view; return what it tells, and the most memory that its processes had together, in MiB."""
    running = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "rebuild", view, "--json", *options],
        env={**os.environ, **surroundings},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    peak = 0
    while True:
        peak = max(peak, sum(map(_resident, _family(running.pid))))
        try:
            out, _ = running.communicate(timeout=LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        if running.returncode:
            raise SystemExit(f"rebuild {view} ended with {running.returncode}: {out}")
        found: list[dict[str, Any]] = json.loads(out)
        return found, peak // 1024


def _family(process: int) -> Iterator[int]:
    yield process
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            for child in file.read_text("ascii").split():
                yield from _family(int(child))


def _resident(process: int) -> int:
    """Return the memory of a process in KiB; 0 when it has gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text("utf-8").splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1])
    return 0


def measured(view: str, surroundings: dict[str, str], workers: int) -> dict[str, Any]:
    """Return the figures of one view, made anew by so many processes."""
    (told,), peak = rebuilt(view, surroundings, "--compare-only", "--workers", str(workers))
    assert told["differences"] == {}, told
    found = {name: told[name] for name in ("events", "events_per_second", "events_per_cpu_second")}
    return {**found, "peak_mib": peak}


def surroundings(folder: Path, urls: dict[str, str]) -> dict[str, str]:
    """Return the settings with which the command finds what was made, at the instant at which the region stopped living."""
    clock = FastClock(start=UNTIL, anchor=time.time(), rate=1.0, until=UNTIL)
    return {
        "WAAKVLAM_DATA": str(folder),
        "WAAKVLAM_CLOCK": clock.setting(),
        "WAAKVLAM_BOOTSTRAP": "127.0.0.1:1",
        **urls,
    }


def main() -> None:
    """Make what is to be measured, measure, print."""
    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument(
        "--events", type=int, default=20_000, help="that the region lives, about half of what comes of it"
    )
    words.add_argument("--times", type=int, default=8)
    words.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    words.add_argument("--views", nargs="+", choices=VIEWS, default=VIEWS)
    words.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    words.add_argument("--folder", type=Path, help="where the region lives, to be used again")
    asked = words.parse_args()
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        work.chmod(0o711)  # the server runs as a user of its own where we are root, and must reach its part of it
        region = asked.folder or work / "region"
        if not (region / "board.db").exists():
            region.mkdir(parents=True)
            lived(region, events=asked.events)
        data, urls = work / "data", dict[str, str]()
        data.mkdir()
        if asked.database == "postgresql":
            server = Postgres(work / "postgres", durable=True).start()
            stack.callback(server.stop)
            urls = {f"WAAKVLAM_{name}": server.fresh_database() for name in ("LEDGER", "RADAR", "TRIAGE", "BOARD")}
        around = surroundings(data, urls)
        multiplied(region, urls.get("WAAKVLAM_LEDGER", f"sqlite:///{data}/ledger.db"), times=asked.times)
        rebuilt("all", around)
        found = {view: {str(one): measured(view, around, one) for one in asked.workers} for view in asked.views}
    is_compiled = compiled.folder(ROOT).is_dir()
    print(json.dumps({"database": asked.database, "compiled": is_compiled, "views": found}))


if __name__ == "__main__":
    main()

"""`make drill`: strike with every fault, half an hour in all, and print the table. ARGS='--only broker' for one; --keep DIR.

ARGS=restarts: no fault, but every part restarted under load, gracefully and by kill -9, and how late the worst alert was.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cli.machine import stopping_on_signals
from tests.drill import restarts
from tests.drill.faults import FAULTS
from tests.drill.run import Told, drill

HEAD = "| fault | alert | called after (s) | stated (s) | called about besides |\n| --- | --- | --- | --- | --- |"


def main() -> int:
    """Run the drill; return 5 when a fault did not call in time, or called about something else."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("what", nargs="?", choices=["faults", "restarts"], default="faults", help="what is done")
    options.add_argument("--only", default="", help="only faults in whose name this is found")
    options.add_argument("--keep", type=Path, help="an empty folder for data and logs; it is kept")
    wish = options.parse_args()
    kept = wish.keep or Path(tempfile.mkdtemp(prefix="waakvlam-drill-"))
    kept.mkdir(exist_ok=True)
    with stopping_on_signals():
        told = list(_restarted(kept, wish.only) if wish.what == "restarts" else _struck(kept, wish.only))
    print(restarts.HEAD if wish.what == "restarts" else HEAD, *(one.line() for one in told), sep="\n")
    return 0 if told and all(one.is_well for one in told) else 5


def _struck(kept: Path, only: str) -> Iterator[Told]:
    for one in drill(kept, [one for one in FAULTS if re.search(only, one.name)], _say):
        _say(one.line())
        yield one


def _restarted(kept: Path, only: str) -> Iterator[restarts.Restart]:
    for one in restarts.restarts(kept, lambda part: re.search(only, part) is not None, _say):
        _say(one.line())
        yield one


def _say(said: str) -> None:
    print(said, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

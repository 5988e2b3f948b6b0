"""`make drill`: strike with every fault, half an hour in all, and print the table. ARGS='--only broker' for one; --keep DIR."""

import argparse
import re
import sys
import tempfile
from pathlib import Path

from cli.machine import stopping_on_signals
from tests.drill.faults import FAULTS
from tests.drill.run import drill

HEAD = "| fault | alert | called after (s) | stated (s) | called about besides |\n| --- | --- | --- | --- | --- |"


def main() -> int:
    """Run the drill; return 5 when a fault did not call in time, or called about something else."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", default="", help="only faults in whose name this is found")
    options.add_argument("--keep", type=Path, help="an empty folder for data and logs; it is kept")
    wish = options.parse_args()
    faults = [one for one in FAULTS if re.search(wish.only, one.name)]
    kept = wish.keep or Path(tempfile.mkdtemp(prefix="waakvlam-drill-"))
    kept.mkdir(exist_ok=True)
    told = []
    with stopping_on_signals():
        for one in drill(kept, faults, lambda said: print(said, file=sys.stderr, flush=True)):
            told.append(one)
            print(one.line(), file=sys.stderr, flush=True)
    print(HEAD, *(one.line() for one in told), sep="\n")
    return 0 if told and all(one.is_well for one in told) else 5


if __name__ == "__main__":
    sys.exit(main())

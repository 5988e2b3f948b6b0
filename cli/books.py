"""Opening the ledger to read it: never making one that is not there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.exits import Ends, Exit
from ledger.application import Ledger
from waakvlam.clock import Clock

SQLITE = "sqlite:///"


@contextmanager
def ledger_at(url: str, clock: Clock) -> Iterator[Ledger]:
    """Open a ledger that exists; ends with a next step when there is none."""
    if not is_there(url):
        step = "Set WAAKVLAM_LEDGER or --data; `waakvlam up` makes a new one."
        raise Ends(Exit.UNREACHABLE, f"There is no ledger at {without_password(url)}. {step}")
    ledger = Ledger.open(url, clock=clock)
    try:
        yield ledger
    finally:
        ledger.close()


def is_there(url: str) -> bool:
    """Tell whether a ledger can be there at all: a SQLite file that is missing would be made by opening it."""
    return not url.startswith(SQLITE) or Path(url.removeprefix(SQLITE)).exists()


def without_password(url: str) -> str:
    """Return a database's address as it may be shown."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"

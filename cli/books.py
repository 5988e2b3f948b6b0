"""Opening the ledger to read it: never making one that is not there."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from cli.exits import Ends, Exit
from ledger.application import Ledger
from waakvlam.clock import Clock

SQLITE = "sqlite:///"
POSTGRES_PORT = 5432
ANSWERS_WITHIN_SECONDS = 3.0


@contextmanager
def ledger_at(url: str, clock: Clock) -> Iterator[Ledger]:
    """Open a ledger that exists; ends with a next step when there is none or its server does not answer."""
    if missing := why_missing(url):
        step = "Set WAAKVLAM_LEDGER or --data; `waakvlam up` makes a new one."
        raise Ends(Exit.UNREACHABLE, f"There is no ledger at {without_password(url)}: {missing}. {step}")
    ledger = Ledger.open(url, clock=clock)
    try:
        yield ledger
    finally:
        ledger.close()


def why_missing(url: str) -> str:
    """Return why no ledger can be read here; empty when it can be tried. Opening a SQLite file would make one."""
    if url.startswith(SQLITE):
        return "" if Path(url.removeprefix(SQLITE)).exists() else "there is no such file"
    server = urlsplit(url)
    if not server.hostname:
        return ""
    with socket.socket() as one:
        one.settimeout(ANSWERS_WITHIN_SECONDS)
        answers = one.connect_ex((server.hostname, server.port or POSTGRES_PORT)) == 0
    return "" if answers else "no server answers there"


def without_password(url: str) -> str:
    """Return a database's address as it may be shown."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"

"""Opening the ledger to read it: never making one that is not there."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from cli.exits import Ends, Exit
from ledger.application import Ledger
from rulebook.agreements import Agreements, load
from waakvlam.clock import Clock

SQLITE = "sqlite:///"
SERVERS = ("postgresql://", "postgres://")
NO_ADDRESS = "that is no address of a ledger (sqlite:///path or postgresql://user:password@host:port/name)"
POSTGRES_PORT = 5432
ANSWERS_WITHIN_SECONDS = 3.0


@contextmanager
def ledger_at(url: str, clock: Clock) -> Iterator[Ledger]:
    """Open a ledger that exists; ends with a next step when there is none or its server does not answer."""
    if not url.startswith((SQLITE, *SERVERS)):
        raise Ends(Exit.USAGE, f"{without_password(url)}: {NO_ADDRESS}. Set WAAKVLAM_LEDGER or --ledger to one.")
    if missing := why_missing(url):
        step = "Set WAAKVLAM_LEDGER or --data; `waakvlam up` makes a new one."
        raise Ends(Exit.UNREACHABLE, f"There is no ledger at {without_password(url)}: {missing}. {step}")
    ledger = Ledger.open(url, clock=clock)
    try:
        yield ledger
    finally:
        ledger.close()


def rules_in(folder: Path, told_by: str = "WAAKVLAM_AGREEMENTS") -> Agreements:
    """Return the agreements of a folder; ends with the setting or option to look at when there is no such folder."""
    if not folder.is_dir():
        raise Ends(Exit.USAGE, f"There is no folder {folder} with agreements. Set {told_by} to the folder they are in.")
    return load(folder)


def why_missing(url: str) -> str:
    """Return why no ledger can be read here; empty when it can be tried. Opening a SQLite file would make one."""
    if url.startswith(SQLITE):
        return "" if Path(url.removeprefix(SQLITE)).is_file() else "there is no such file"
    if not url.startswith(SERVERS):
        return NO_ADDRESS
    try:
        server = urlsplit(url)
        is_one = "," not in server.netloc.rpartition("@")[2]  # of several, any may do: opening it finds out
        host, port = (server.hostname, server.port or POSTGRES_PORT) if is_one else (None, 0)
    except ValueError:
        return NO_ADDRESS
    if not host:
        return ""
    try:
        with socket.create_connection((host, port), timeout=ANSWERS_WITHIN_SECONDS):
            return ""
    except OSError:
        return "no server answers there"


def without_password(url: str) -> str:
    """Return a database's address as it may be shown."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"

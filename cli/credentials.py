"""Who logs in with which password: a folder with one file for each login, and how a password is changed.

A change loses nothing: Kafka is told first, the new password is tried, and only then does it stand in the file, from one
instant to the next. A client that logs in during that moment is refused once and tries again; those that are logged in
go on until their login has lasted as long as Kafka lets it.
"""

import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from cli.exits import Ends, Exit
from cli.kafka_admin import Admin
from cli.rights import principals
from ledger.private import private_file
from waakvlam.errors import Unreachable
from waakvlam.settings import KafkaSettings

OPERATOR = "operator"
KNOWN_WITHIN_SECONDS = 15.0
TRY_AGAIN_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Credentials:
    """A folder of passwords, each in a file that is called as who logs in with it."""

    folder: Path

    def file(self, who: str) -> Path:
        """Return the file of somebody's password."""
        return self.folder / who

    def read(self, who: str) -> str:
        """Return somebody's password."""
        return self.file(who).read_text("utf-8").strip()

    def missing(self, whos: Iterable[str]) -> list[str]:
        """Return those who have no password here."""
        return [who for who in whos if not self.file(who).exists()]

    def write(self, who: str, password: str) -> None:
        """Put a password in its file, whole or not at all."""
        self.beside(who, password).replace(self.file(who))

    def beside(self, who: str, password: str) -> Path:
        """Put a password in a file beside its place, to be tried first; return that file."""
        found = private_file(self.folder / f"{who}.new")
        found.write_text(f"{password}\n", "utf-8")
        return found


def new_password() -> str:
    """Return a password that nobody has thought of: 256 bits."""
    return secrets.token_urlsafe(32)


def rotate(operator: KafkaSettings, credentials: Credentials, who: str) -> Path:
    """Give somebody a new password, in Kafka and in its file; return the file. One who had none has one now.

    Raises Unreachable or NotAllowed; then the file is as it was, and it is done again in the same way.
    """
    if who not in (known := (*principals(), OPERATOR)):
        raise Ends(Exit.USAGE, f"Nobody called {who} logs in. Known are: {', '.join(known)}.")
    password = new_password()
    beside = credentials.beside(who, password)
    with Admin(operator) as admin:
        admin.set_passwords({who: password})
    _wait_until_known(replace(operator, sasl_username=who, sasl_password_file=beside))
    return beside.replace(credentials.file(who))


def _wait_until_known(settings: KafkaSettings) -> None:
    """Return when this login works: every broker learns of it a moment after the controller."""
    deadline = time.monotonic() + KNOWN_WITHIN_SECONDS
    while True:
        try:
            with Admin(replace(settings, patience_seconds=2)):
                return
        except Unreachable:
            if time.monotonic() > deadline:
                raise
        time.sleep(TRY_AGAIN_SECONDS)

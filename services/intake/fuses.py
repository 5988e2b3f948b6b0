"""The fuses of all agencies as they stand in the ledger: read and written in the transaction of the records they count.

So a restart hides nothing and several workers count together. A fuse that does not change costs nothing: after a
thousand good records a good one leaves it as it is.
"""

from collections.abc import Collection
from typing import Any

from ledger import memos
from ledger.database import Statements
from services.intake.fuse import Fuse
from services.intake.outcome import Outcome


class Fuses:
    """The fuses of some agencies while a batch goes on; `write` keeps what became of them."""

    def __init__(self, statements: Statements, agencies: Collection[str]) -> None:
        found = memos.read(statements, [_name(one) for one in agencies])
        self._before = {one: _fuse(found[_name(one)]) if _name(one) in found else Fuse() for one in agencies}
        self._now = dict(self._before)
        self.blew: list[str] = []

    def __getitem__(self, agency: str) -> Fuse:
        return self._now[agency]

    def count(self, outcome: Outcome) -> None:
        """Count what became of one record."""
        agency = outcome.agency.id
        before, after = self._now[agency], self._now[agency].after(set_aside=outcome.is_set_aside)
        self._now[agency] = after
        if after.blown and not before.blown:
            self.blew.append(agency)

    def mend(self, agency: str) -> bool:
        """Put in a new fuse; tell whether the old one was blown."""
        was_blown = self._now[agency].blown
        self._now[agency] = Fuse()
        return was_blown

    def write(self, statements: Statements) -> None:
        """Write those that changed."""
        memos.write(
            statements,
            {_name(agency): _values(fuse) for agency, fuse in self._now.items() if fuse != self._before[agency]},
        )


def _name(agency: str) -> str:
    return f"fuse/{agency}"


def _values(fuse: Fuse) -> dict[str, Any]:
    return {"seen": fuse.seen, "in_a_row": fuse.in_a_row, "window": f"{fuse.window:x}", "blown": fuse.blown}


def _fuse(values: dict[str, Any]) -> Fuse:
    return Fuse(values["seen"], values["in_a_row"], int(values["window"], 16), values["blown"])

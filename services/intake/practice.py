"""A ledger to practise on: `python -m services.intake.practice FOLDER` makes one in which something was set aside.

No Kafka, no agency and nobody real: one day in November 2025, fixed. Given again with the same folder it does what a
running intake would do by now, so that a replay can be tried from beginning to end.
"""

import sys
from contextlib import closing
from pathlib import Path

from ledger.application import Ledger
from ledger.sealing import FileKeyStore
from services.intake.pipeline import DAY_MICROS, Pipeline
from services.intake.replays import Replays
from services.intake.testing import HOUR, NOON, Desk, report, sent
from waakvlam.clock import FixedClock

POLICE, TEAM, SCHOOL = "politie-nn", "team-groningen", "scholen-groningen"


def practise(folder: Path) -> None:
    """Make the ledger, or where there is one do the replays that were asked for."""
    is_new = not (folder / "ledger.db").exists()
    clock = FixedClock(NOON if is_new else NOON + DAY_MICROS)
    with (
        closing(FileKeyStore(folder / "keys.db", clock=clock)) as keys,
        closing(Ledger.open(f"sqlite:///{folder.resolve() / 'ledger.db'}", clock=clock, keys=keys)) as ledger,
    ):
        pipeline = Pipeline(ledger, clock=clock)
        if is_new:
            _tell(Desk(ledger, clock, pipeline))
        Replays(ledger, pipeline, keys).step()


def _tell(desk: Desk) -> None:
    """Let three agencies send: one whose clock is an hour ahead, one that uses an id twice, one that is too early."""
    desk.take(
        report(POLICE, "pv-2025-0114", persons=["psn-voorbeeld-1"], at=NOON + HOUR, reference="pv-0114"),
        report(SCHOOL, "signaal-7", persons=["psn-voorbeeld-2"], reference="leerling-7"),
        report(SCHOOL, "signaal-7", persons=["psn-voorbeeld-3"], reference="leerling-8"),
        sent(TEAM, "first_contact_made", "contact-31", reference="dossier-31"),
    )


if __name__ == "__main__":
    practise(Path(sys.argv[1]))

"""The reconciler of intake: every minute it compares what was counted apart, as far as it stands in the ledger's database.

While events flow, one side is ahead for a moment; a difference is told in the log when it stays the same for two looks.
`waakvlam reconcile` compares the views, too.
"""

from ledger import logs
from ledger.application import Ledger
from ledger.metrics import Meters
from ledger.reconciling import reconcile
from services.intake.counting import counters
from waakvlam.clock import Clock, SystemClock

log = logs.logger(__name__)


class Reconciler:
    """Compares, and remembers what it saw the last time."""

    def __init__(self, ledger: Ledger, meters: Meters, *, minutes: float, real: Clock | None = None) -> None:
        self._ledger = ledger
        self._meters = meters
        self._minutes = minutes
        self._real = real or SystemClock()
        self._before: dict[str, int] = {}
        self._told: dict[str, int] = {}

    def look(self) -> dict[str, int]:
        """Compare; return each difference that is not 0, by the names of its two sides."""
        counted = counters(self._ledger, real_now=self._real.micros(), minutes=self._minutes)
        found = {one.pair.name: one for one in reconcile(counted)}
        for name, one in found.items():
            self._meters.gauge("waakvlam_reconcile_difference").labels(between=name).set(one.difference)
        differing = {name: one.difference for name, one in found.items() if one.difference}
        for name, difference in differing.items():
            if self._before.get(name) == difference != self._told.get(name):
                log.error("counts_differ", pair=name, difference=difference)
                self._told[name] = difference
        self._told = {name: told for name, told in self._told.items() if name in differing}
        self._before = differing
        return differing

"""How long it takes until a fact counts: from its recording in the ledger to the radar's view."""

from ledger import record as ledger_record
from ledger.metrics import Meters
from ledger.streams.records import Batch
from waakvlam.clock import Clock


def tell_folded(batch: Batch, clock: Clock, meters: Meters) -> None:
    """Tell how long ago the oldest record of a batch that was folded had been recorded."""
    oldest = min(ledger_record.decode(some[0].value or b"").recorded_at for some in batch.records.values())
    meters.histogram("waakvlam_radar_folded_seconds").observe(max(0, clock.micros() - oldest) / 1e6)

"""The gauges of the ledger as a whole: intake tells them, and whoever looks while intake is away."""

from ledger.application import Ledger
from ledger.metrics import Meters
from ledger.model import Counts
from services.intake import canaries
from services.intake.standing import tell_standing


def tell_ledger(ledger: Ledger, meters: Meters) -> Counts:
    """Set the gauges of what the ledger holds and of what is set aside; return the counts."""
    counts = ledger.counts()
    numbers = {
        "waakvlam_intake_parked_events": counts.parked,
        "waakvlam_intake_parked_overdue_events": counts.parked_overdue,
        "waakvlam_intake_outbox_messages": counts.outbox,
        "waakvlam_ledger_events": counts.events,
        "waakvlam_ledger_cases": counts.cases,
    }
    for name, number in numbers.items():
        meters.gauge(name).set(number)
    tell_standing(ledger, meters)
    canaries.tell(ledger, meters)
    return counts

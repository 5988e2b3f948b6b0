"""The gauges of what is set aside: how much, how much past its deadline, and how old the oldest is, for each agency."""

from ledger import aside
from ledger.application import Ledger
from ledger.metrics import Meters
from ledger.model import Standing
from waakvlam.topics import agencies

KINDS = (aside.PARKED, aside.DEAD_LETTERS)


def tell_standing(ledger: Ledger, meters: Meters) -> None:
    """Set the gauges, to 0 where nothing is set aside."""
    now = ledger.now()
    with ledger.reading() as statements:
        found = {(one.kind, one.agency): one for one in aside.standing(statements, now)}
    for kind in KINDS:
        for agency in agencies():
            one = found.get((kind, agency), Standing(kind, agency, 0, 0, now))
            numbers = {
                "waakvlam_intake_set_aside_events": one.count,
                "waakvlam_intake_set_aside_overdue_events": one.overdue,
                "waakvlam_intake_set_aside_oldest_seconds": max(0, now - one.oldest_at) / 1e6,
            }
            for name, number in numbers.items():
                meters.gauge(name).labels(kind=kind, agency=agency).set(number)

"""Canaries: what an agency sends only to see whether its road is open, and when one last came through.

A canary is an event that is in the ledger already, sent again under the same id with a header of its own: it goes all
the way through Kafka, the door and the register of ids, its receipt goes back, and it counts for nothing: no case, no
figure, no alert. From the ledger on to the radar the ledger's clock goes the same road twice a second.
"""

from collections.abc import Iterable

from ledger import memos
from ledger.application import Ledger
from ledger.database import Statements
from ledger.metrics import Meters
from ledger.streams.records import Arrived
from services.intake.outcome import Outcome
from waakvlam.envelope import CANARY_HEADER
from waakvlam.topics import agencies


def is_canary(raw: Arrived) -> bool:
    """Tell whether a record was sent only to see whether the road is open."""
    return any(name == CANARY_HEADER for name, _ in raw.headers)


def note(statements: Statements, outcomes: Iterable[Outcome], real_now: int) -> None:
    """Take note of the agencies of which a canary was taken, or recognised."""
    through = {one.agency.id for one in outcomes if one.is_taken and is_canary(one.raw)}
    if through:
        memos.write(statements, {_name(agency): real_now for agency in through})


def tell(ledger: Ledger, meters: Meters) -> None:
    """Set the gauges, of those agencies that ever sent one."""
    with ledger.reading() as statements:
        found = memos.read(statements, map(_name, agencies()))
    for agency in agencies():
        if (at := found.get(_name(agency))) is not None:
            meters.gauge("waakvlam_intake_canary_timestamp_seconds").labels(agency=agency).set(at / 1e6)


def _name(agency: str) -> str:
    return f"canary/{agency}"

"""An agency that is silent beyond its usual rhythm: a gauge, a line for operators, a notice to its receipts topic.

What is usual is computed each time from when its events came into the ledger; only of which silence people were told
already is kept, so a silence is told once, also after a restart.
"""

from ledger import logs, memos
from ledger.application import Ledger
from ledger.database import Statements
from ledger.metrics import Meters
from ledger.model import OutboxRow
from rulebook.calendar import Calendar
from services.intake import sentences
from services.intake.rhythm import WEEKS, Silence, silence
from waakvlam import receipt
from waakvlam.clock import instant_of
from waakvlam.topics import Agency, agencies

log = logs.logger(__name__)

HOUR_MICROS = 3_600_000_000
_LOOK_BACK = (WEEKS + 2) * 7 * 24 * HOUR_MICROS
# The last arrival in each hour is enough to know every silence of more than an hour.
_ARRIVALS = """SELECT source, max(recorded_at) FROM seen WHERE recorded_at >= ?
    GROUP BY source, recorded_at / 3600000000 ORDER BY 2"""


def tell(ledger: Ledger, calendar: Calendar | None, meters: Meters | None) -> list[str]:
    """Set the gauges, tell what is new; return the agencies that were told of their silence now."""
    now = ledger.now()
    with ledger.reading() as statements:
        found = _silences(statements, now, calendar)
        told = memos.read(statements, map(_name, found))
    for agency in _heard() if meters else ():
        beyond = found[agency].beyond if agency in found else 0
        meters.gauge("waakvlam_intake_agency_silent_seconds").labels(agency=agency).set(beyond / 1e6)  # type: ignore[union-attr]
    new = {agency: one for agency, one in found.items() if one.beyond and told.get(_name(agency)) != one.since}
    if new:
        with ledger.writing() as w:
            w.outbox(_notice(agencies()[agency], one, w.now) for agency, one in new.items())
            memos.write(w.statements, {_name(agency): one.since for agency, one in new.items()})
    for agency, one in new.items():
        log.error(
            "agency_silent",
            agency=agency,
            lasts_hours=round(one.lasts / HOUR_MICROS),
            usual_hours=round(one.usual / HOUR_MICROS),
            topic=agencies()[agency].receipts,
        )
    return sorted(new)


def _silences(statements: Statements, now: int, calendar: Calendar | None) -> dict[str, Silence]:
    arrivals: dict[str, list[int]] = {}
    for source, at in statements.rows(_ARRIVALS, (now - _LOOK_BACK,)):
        arrivals.setdefault(source, []).append(at)
    heard = {agency: arrivals.get(one.source, []) for agency, one in _heard().items()}
    return {agency: one for agency, some in heard.items() if (one := silence(some, now, calendar))}


def _heard() -> dict[str, Agency]:
    """Return the agencies whose silence means something: of the system's own parts the heartbeat tells."""
    return {one.id: one for one in agencies().values() if one.kind != "system"}


def _notice(agency: Agency, one: Silence, now: int) -> OutboxRow:
    told = receipt.notice("silent", reason=sentences.SILENT, recorded_at=instant_of(now), since=instant_of(one.since))
    return OutboxRow(topic=agency.receipts, key=told.id.encode(), value=receipt.encode(told))


def _name(agency: str) -> str:
    return f"silent/{agency}"

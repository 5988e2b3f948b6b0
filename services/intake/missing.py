"""Missing sequence numbers: noted in the transaction of the records, told within minutes, and told again when found.

The minutes are those of the machine: a number that is late is late on the road, whatever time the story has.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from ledger import logs, memos
from ledger.application import Ledger
from ledger.database import Statements
from ledger.metrics import Meters
from ledger.model import OutboxRow
from ledger.streams.records import Arrived
from services.intake import sentences, sequences
from services.intake.sequences import Gap, Numbers
from waakvlam import receipt
from waakvlam.clock import instant_of, micros_of
from waakvlam.envelope import SEQUENCE_CHARACTERS_MAX
from waakvlam.receipt import Receipt
from waakvlam.topics import agencies, agency_of_topic

log = logs.logger(__name__)

MINUTE_MICROS = 60_000_000


def number_in(raw: Arrived, now: int) -> tuple[int, int] | None:
    """Return when a record was sent and its number, where it tells both; never later than now, whatever it says."""
    told = {name: value for name, value in raw.headers if name in ("ce_sequence", "ce_time")}
    number = told.get("ce_sequence") or b""
    if not number.isdigit() or len(number) > SEQUENCE_CHARACTERS_MAX:
        return None
    try:
        sent = micros_of(datetime.fromisoformat((told.get("ce_time") or b"").decode()))
    except (ValueError, OverflowError):
        return None
    return min(sent, now), int(number)


def note(statements: Statements, records: Iterable[Arrived], now: int) -> None:
    """Take note of the numbers of these records."""
    arrived: dict[str, list[tuple[int, int]]] = {}
    for raw in records:
        agency = agency_of_topic(raw.topic)
        if agency and (found := number_in(raw, now)):
            arrived.setdefault(agency.id, []).append(found)
    if arrived:
        numbers = _numbers(statements, arrived)
        for agency_id, some in arrived.items():
            numbers[agency_id].note(some, now)
        _write(statements, numbers)


def tell(ledger: Ledger, meters: Meters | None, *, real_now: int, minutes: float) -> int:
    """Tell senders and operators what is missing for longer than so many minutes, and what was found; return how much."""
    until = real_now - round(minutes * MINUTE_MICROS)
    with ledger.reading() as statements:
        waiting = _numbers(statements, agencies())
    for agency, one in waiting.items() if meters else ():
        count = sum(gap.count for gap in one.missing(until) if not gap.is_closed)
        meters.gauge("waakvlam_intake_sequence_missing").labels(agency=agency).set(count)  # type: ignore[union-attr]
    if not any(any(one.tell(until, real_now)) for one in waiting.values()):
        return 0
    with ledger.writing() as w:
        numbers = _numbers(w.statements, agencies())
        told = {agency: one.tell(until, real_now) for agency, one in numbers.items()}
        w.outbox(_notices(told, w.now))
        _write(w.statements, {agency: numbers[agency] for agency, some in told.items() if any(some)})
    _log(told)
    return sum(len(gaps) + len(found) for gaps, found in told.values())


def count(statements: Statements, *, real_now: int, minutes: float) -> int:
    """Return how many numbers have been missing for longer than so many minutes, over all agencies."""
    until = real_now - round(minutes * MINUTE_MICROS)
    waiting = _numbers(statements, agencies()).values()
    return sum(gap.count for one in waiting for gap in one.missing(until) if not gap.is_closed)


def _notices(told: Mapping[str, tuple[list[Gap], list[tuple[int, int]]]], now: int) -> Iterator[OutboxRow]:
    at = instant_of(now)
    for agency, (gaps, found) in told.items():
        for gap in gaps:
            one = receipt.notice("missing", reason=sentences.MISSING, recorded_at=at, first=gap.first, last=gap.last)
            yield _row(agency, one)
        for first, last in found:
            yield _row(agency, receipt.notice("found", reason=sentences.FOUND, recorded_at=at, first=first, last=last))


def _row(agency: str, told: Receipt) -> OutboxRow:
    return OutboxRow(topic=agencies()[agency].receipts, key=told.id.encode(), value=receipt.encode(told))


def _log(told: Mapping[str, tuple[list[Gap], list[tuple[int, int]]]]) -> None:
    for agency, (gaps, found) in told.items():
        for gap in gaps:
            log.error(
                "events_missing", agency=agency, first=gap.first, last=gap.last, topic=agencies()[agency].receipts
            )
        for first, last in found:
            log.warning("events_found", agency=agency, first=first, last=last)


def _numbers(statements: Statements, wanted: Iterable[str]) -> dict[str, Numbers]:
    names = {f"sequence/{agency}": agency for agency in wanted}
    found = memos.read(statements, names)
    return {
        agency: sequences.from_values(found[name]) if name in found else Numbers() for name, agency in names.items()
    }


def _write(statements: Statements, numbers: Mapping[str, Numbers]) -> None:
    values = {f"sequence/{agency}": sequences.as_values(one) for agency, one in numbers.items()}
    memos.write(statements, values)

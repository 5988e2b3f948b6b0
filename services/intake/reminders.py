"""What lies longer than its deadline is told: once in the log, and of a parked event once to its sender.

The gauges tell it again and again; a reminder stands on record in the transaction that sends it, so that a restart
neither forgets nor repeats it.
"""

from collections import Counter
from collections.abc import Iterator

from ledger import aside, decisions, logs, waiting
from ledger.application import Ledger
from ledger.database import Statements
from ledger.model import Decision, OutboxRow
from services.intake import sentences
from services.intake.outcome import PARKED
from waakvlam import receipt
from waakvlam.clock import instant_of
from waakvlam.receipt import Receipt
from waakvlam.topics import agencies

log = logs.logger(__name__)

PER_ROUND_MAX = 500
_PARKED = """SELECT p.event_id, p.agency, p.case_id FROM parked p WHERE p.due_at <= ? AND NOT EXISTS (
    SELECT 1 FROM decisions d WHERE d.item = 'parked/' || p.event_id AND d.action = 'remind'
    AND d.decided_at >= p.due_at) ORDER BY p.due_at, p.id LIMIT ?"""
_DEAD_LETTERS = """SELECT l.id, l.agency FROM dead_letters l WHERE l.standing IN ('open', 'asked') AND l.due_at <= ?
    AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.item = 'dead-letter/' || l.id AND d.action = 'remind'
    AND d.decided_at >= l.due_at) ORDER BY l.due_at, l.id LIMIT ?"""


def remind(ledger: Ledger) -> int:
    """Tell what has passed its deadline and was not told yet; return how much that was."""
    with ledger.reading() as statements:
        if not any(_overdue(statements, ledger.now())):
            return 0
    with ledger.writing() as w:
        parked, letters = _overdue(w.statements, w.now)
        w.outbox(_reminders(parked, w.now))
        items = [waiting.item(event_id) for event_id, _, _ in parked] + [aside.item(number) for number, _ in letters]
        told = [Decision(one, decisions.REMIND, decisions.DONE, decisions.SYSTEM, "", w.now) for one in items]
        decisions.record(w.statements, *told)
    _tell("parked", Counter(agency for _, agency, _ in parked))
    _tell("dead-letters", Counter(agency for _, agency in letters))
    return len(items)


def _overdue(statements: Statements, now: int) -> tuple[list[tuple[str, str, str | None]], list[tuple[int, str]]]:
    parked = [(row[0], row[1], row[2]) for row in statements.rows(_PARKED, (now, PER_ROUND_MAX))]
    return parked, [(row[0], row[1]) for row in statements.rows(_DEAD_LETTERS, (now, PER_ROUND_MAX))]


def _reminders(parked: list[tuple[str, str, str | None]], now: int) -> Iterator[OutboxRow]:
    for event_id, agency, case in parked:
        told = Receipt(
            id=event_id,
            verdict=PARKED,
            recorded_at=instant_of(now),
            field="case" if case else "reference",
            reason=sentences.WAITS_TOO_LONG,
        )
        if agency in agencies():
            yield OutboxRow(topic=agencies()[agency].receipts, key=event_id.encode(), value=receipt.encode(told))


def _tell(command: str, counts: Counter[str]) -> None:
    for agency, count in sorted(counts.items()):
        log.error("set_aside_overdue", kind=command, agency=agency, count=count)

"""What operators can do about what was set aside, a fuse or a record on which our code fails.

Each is one transaction with its line in the record of decisions; a running intake sees it within seconds. Nothing here
reads what came over the wire, so no key is needed. What cannot be taken back needs two persons (`decisions`).
"""

from collections.abc import Sequence

from ledger import aside, decisions, waiting
from ledger.application import Ledger
from ledger.errors import LedgerError
from ledger.model import Decision, OutboxRow, Parked
from ledger.writing import Writing
from services.intake import asked, poison, sentences
from services.intake.fuse import Fuse
from services.intake.fuses import Fuses
from services.intake.outcome import REJECTED
from waakvlam import receipt
from waakvlam.clock import instant_of
from waakvlam.receipt import Receipt
from waakvlam.topics import agencies, agency_of_topic

DISCARDED = "discarded"  # in the register of ids: sent again, it is judged anew


class NotThere(LedgerError):
    """There is nothing to decide on: it was never set aside, or somebody was first."""


def replay_letters(ledger: Ledger, numbers: Sequence[int], *, who: str, reason: str) -> None:
    """Ask that dead letters go through the door again; raises NotThere naming one that is not open."""
    with ledger.writing() as w:
        found = aside.numbered(w.statements, numbers)
        for number in numbers:
            if number not in found or found[number].standing not in aside.UNDECIDED:
                raise NotThere(f"dead letter {number} is not open")
        aside.move(w.statements, numbers, aside.ASKED)
        items = [aside.item(number) for number in numbers]
        decisions.record(w.statements, *(_one(item, decisions.REPLAY, who, reason, w.now) for item in items))


def replay_parked(ledger: Ledger, event_ids: Sequence[str], *, who: str, reason: str) -> None:
    """Ask to look whether the cases of parked events are there by now; raises NotThere naming one that does not wait."""
    with ledger.writing() as w:
        for event_id in event_ids:
            _parked(w, event_id)
        wanted = dict.fromkeys([*asked.parked_asked(w.statements), *event_ids])
        asked.ask_parked(w.statements, list(wanted))
        items = [waiting.item(event_id) for event_id in event_ids]
        decisions.record(w.statements, *(_one(item, decisions.REPLAY, who, reason, w.now) for item in items))


def discard_letter(ledger: Ledger, number: int, *, who: str, reason: str) -> bool:
    """Propose to discard a dead letter, or confirm it: then its bytes are destroyed; tell whether it is discarded."""
    with ledger.writing() as w:
        found = aside.numbered(w.statements, [number]).get(number)
        if found is None or found.standing not in aside.UNDECIDED:
            raise NotThere(f"dead letter {number} is not open")
        item = aside.item(number)
        agreed = decisions.agreed(w.statements, item, decisions.DISCARD, who=who, reason=reason, at=w.now)
        if agreed:
            aside.move(w.statements, [number], aside.DISCARDED)
        return agreed


def discard_parked(ledger: Ledger, event_id: str, *, who: str, reason: str) -> bool:
    """Propose to discard a parked event, or confirm it: then it waits no longer, and its sender is told."""
    with ledger.writing() as w:
        parked, item = _parked(w, event_id), waiting.item(event_id)
        agreed = decisions.agreed(w.statements, item, decisions.DISCARD, who=who, reason=reason, at=w.now)
        if agreed:
            w.unpark([event_id])
            w.remember(event_id, source=parked.source, content=parked.content, verdict=DISCARDED)
            told = Receipt(
                id=event_id,
                verdict=REJECTED,
                recorded_at=instant_of(w.now),
                field="case" if parked.case else "reference",
                reason=sentences.DISCARDED,
            )
            topic = agencies()[parked.agency].receipts
            w.outbox([OutboxRow(topic=topic, key=event_id.encode(), value=receipt.encode(told))])
        return agreed


def fuses(ledger: Ledger) -> dict[str, Fuse]:
    """Return every agency's fuse."""
    with ledger.reading() as statements:
        found = Fuses(statements, list(agencies()))
    return {agency: found[agency] for agency in agencies()}


def reset_fuse(ledger: Ledger, agency: str, *, who: str, reason: str) -> bool:
    """Let an agency's topics be read again, with a fuse that begins to count anew; tell whether they were not."""
    with ledger.writing() as w:
        found = Fuses(w.statements, [agency])
        was_blown = found.mend(agency)
        found.write(w.statements)
        decisions.record(w.statements, _one(f"fuse/{agency}", decisions.RESET, who, reason, w.now))
        return was_blown


def set_aside(ledger: Ledger, spot: poison.Spot, *, who: str, reason: str) -> bool:
    """Propose that a record be set aside unread, or confirm it; tell whether intake will now pass over it.

    Raises NotThere where intake reads no such topic, or has taken in that record already.
    """
    topic, partition, offset = spot
    if agency_of_topic(topic) is None:
        raise NotThere(f"intake reads no topic {topic}")
    with ledger.writing() as w:
        if offset < w.positions([(topic, partition)]).get((topic, partition), 0):
            raise NotThere(f"intake is past {topic}/{partition}/{offset}")
        item = f"place/{topic}/{partition}/{offset}"
        agreed = decisions.agreed(w.statements, item, decisions.SET_ASIDE, who=who, reason=reason, at=w.now)
        if agreed:
            poison.pass_over(w.statements, [*poison.to_pass_over(w.statements), spot])
        return agreed


def _parked(w: Writing, event_id: str) -> Parked:
    found = waiting.listed(w.statements, event_id=event_id)
    if not found:
        raise NotThere(f"no event {event_id} is parked")
    return found[0]


def _one(item: str, action: str, who: str, reason: str, at: int) -> Decision:
    return Decision(item, action, decisions.CONFIRMED, who, reason, at)

"""The notary: signs a checkpoint of the ledger at the end of every day, and gives the proofs that senders asked for.

A day is a day in Amsterdam, by `recorded_at`. It is signed when the ledger has promised that nothing more will be
recorded in it (`Ledger.promise_time`), so a transaction that is open over midnight falls on one side and stays there.
Whoever signs a day twice signs the same bytes.

Before it signs, the notary proves to itself that the ledger continues what it signed before: the last checkpoint in the
database, and the last one noted in a file beside its key, so that a database that was put back or rewritten is noticed.
If it does not, nothing is signed until people have looked (`NotAContinuation`); taking events in goes on.
"""

import asyncio
from dataclasses import dataclass
from datetime import date

from ledger import logs, record
from ledger.application import Ledger
from ledger.days import DAY, day_of, end_of
from ledger.errors import NotAContinuation
from ledger.log_keys import LogKeys
from ledger.metrics import Meters
from ledger.model import OutboxRow
from ledger.proofs import Asked, Proofs, Signed
from ledger.tree import FAN
from waakvlam import merkle, receipt
from waakvlam.clock import Clock
from waakvlam.notes import Checkpoint, Note
from waakvlam.proof import Growth, Inclusion
from waakvlam.topics import agencies

log = logs.logger(__name__)

TOPIC = "checkpoints"
IDLE_SECONDS = 1.0
RECHECKED_INDAYS = 30
REFUSED_SECONDS = 60.0
PROOFS_AT_ONCE = 500


@dataclass(slots=True)
class Notary:
    """Signs and answers; `step` is called again and again, by one worker at a time."""

    ledger: Ledger
    clock: Clock
    keys: LogKeys
    meters: Meters | None = None
    _due: int | None = None
    _last: Signed | None = None

    async def step(self) -> float:
        """Sign the next day that has ended and answer who asked; return the seconds until there may be more to do."""
        try:
            more = await asyncio.to_thread(self.work)
        except NotAContinuation as error:
            self._tell_refused(1)
            log.critical("checkpoint_refused", exc_info=error)
            return REFUSED_SECONDS
        self._tell_refused(0)
        return 0.0 if more else IDLE_SECONDS

    def work(self) -> bool:
        """Do one thing that is due; tell whether there was one. Raises NotAContinuation when the ledger was changed."""
        if self._last is None and (found := self.ledger.proofs.latest()):
            self._last = found
            self._tell_signed(found)
        return self.sign_next_day() is not None or self.answer()

    def forget(self) -> None:
        """Begin anew at the next step: another worker may have signed in the meantime."""
        self._due = self._last = None

    def sign_next_day(self) -> Signed | None:
        """Sign the first day that has ended and has no checkpoint yet; None when there is none."""
        if self._due is None:
            self._due = self._next_end()
        if self._due is None or self.clock.micros() < self._due:
            return None
        promise = self.ledger.promise_time()
        last = self._last = self.ledger.proofs.latest()
        day = _next_day(last, self.ledger.proofs)
        end = end_of(day)
        if promise.time < end:
            self._due = end
            return None
        proofs = self.ledger.proofs
        size = proofs.size_before(end, promise.position)
        proofs.grow(promise.position)
        signed = self._sign(day, size, promise.position)
        self._last, self._due = signed, end_of(day + DAY)
        self._tell_signed(signed)
        return signed

    def answer(self) -> bool:
        """Give proofs that senders asked for and that the last checkpoint covers; tell whether there were any."""
        asked = self.ledger.proofs.asked(self._last.size, PROOFS_AT_ONCE) if self._last else []
        if not self._last or not asked:
            return False
        self.ledger.proofs.grow(self._last.size)
        self.ledger.proofs.answer(asked, [_letter(one, self._last, self.ledger.proofs) for one in asked])
        return True

    def _sign(self, day: date, size: int, head: int) -> Signed:
        proofs = self.ledger.proofs
        before = [Note.read(Growth.read(self._last.growth).checkpoint).checkpoint] if self._last else []
        for one in [*before, *self.keys.last_signed()]:
            _prove(one, head, proofs)
        _recheck(day, head, proofs)
        old = before[0] if before else Checkpoint(self.keys.origin, 0, merkle.EMPTY_ROOT)
        root, path = proofs.root(size), proofs.growth(old.size, size)
        if not merkle.is_consistent(old.size, old.root, size, root, path):
            raise NotAContinuation.of(old.size, old.day, f"the proof of growth to {size} does not hold")
        checkpoint = Checkpoint(self.keys.origin, size, root, day.isoformat())
        note = self.keys.signed(checkpoint)
        signed = Signed(checkpoint.day, size, Growth(old.size, path, note).text())
        self.keys.remember(note, checkpoint)
        letter = OutboxRow(topic=TOPIC, key=signed.day.encode(), value=signed.growth.encode())
        proofs.keep(signed, [str(one) for one in self.keys.public()], letter)
        return signed

    def _next_end(self) -> int | None:
        if not self.ledger.head():
            return None
        return end_of(_next_day(self.ledger.proofs.latest(), self.ledger.proofs))

    def _tell_signed(self, signed: Signed) -> None:
        if self.meters:
            tell_signed(signed, self.meters)

    def _tell_refused(self, state: int) -> None:
        if self.meters:
            self.meters.gauge("waakvlam_checkpoint_refused_state").set(state)


def tell_signed(signed: Signed, meters: Meters) -> None:
    """Set the gauges of how far the ledger was proven."""
    meters.gauge("waakvlam_checkpoint_proven_events").set(signed.size)
    end = end_of(date.fromisoformat(signed.day))
    meters.gauge("waakvlam_checkpoint_proven_timestamp_seconds").set(end / 1e6)


def _next_day(last: Signed | None, proofs: Proofs) -> date:
    return date.fromisoformat(last.day) + DAY if last else day_of(proofs.recorded_at(1))


def _prove(signed: Checkpoint, head: int, proofs: Proofs) -> None:
    if signed.size > head:
        raise NotAContinuation.of(signed.size, signed.day, f"the ledger now has {head}")
    if proofs.root(signed.size) != signed.root:
        raise NotAContinuation.of(signed.size, signed.day, "their Merkle root is another one now")


def _recheck(day: date, head: int, proofs: Proofs) -> None:
    """Read a thirtieth of all records again, another one each day, and compare them with the tree."""
    share = -(-head // FAN // RECHECKED_INDAYS)
    if found := proofs.derived_otherwise(day.toordinal() % RECHECKED_INDAYS * share, share):
        raise NotAContinuation.of(
            found + FAN - 1, "an earlier day", f"one of the last {FAN} of them is another one now"
        )


def _letter(asked: Asked, last: Signed, proofs: Proofs) -> OutboxRow:
    body, path = proofs.inclusion(asked.position, last.size)
    text = Inclusion(asked.position - 1, path, Growth.read(last.growth).checkpoint).text()
    proof = receipt.Proof(id=record.decode(body).event_id, position=asked.position, record=body, proof=text)
    topic = agencies()[asked.agency].receipts
    return OutboxRow(topic=topic, key=proof.id.encode(), value=receipt.encode_proof(proof))

"""The player: sends what the plan holds, in time order, as the clock passes.

An agency that did not open a case cannot know its number until a receipt has told it, and nobody answers an offer that
has not arrived: such a step waits, and its family's later steps with it, while all other families go on.
"""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from region.families import Plan
from region.story import Sending, Step
from region.tally import Tally
from waakvlam.clock import Clock, iso
from waakvlam.codec import MARKER, encode
from waakvlam.envelope import Envelope, to_headers
from waakvlam.messages import Message
from waakvlam.publisher import Parcel, Publisher, Transport
from waakvlam.receipt import Receipt

AT_ONCE_MAX = 500
AWAITED = frozenset({"handover_offered"})


@dataclass(slots=True)
class Player:
    """Plays a plan through the publishers of the agencies; `play` sends what is due, `hear` takes a receipt."""

    plan: Plan
    publishers: Mapping[str, Publisher]
    transport: Transport
    clock: Clock
    tally: Tally = field(default_factory=Tally)
    _next: int = 0
    _waiting: dict[str, deque[Step]] = field(default_factory=lambda: defaultdict(deque))
    _cases: dict[str, str] = field(default_factory=dict)
    _introduced: set[tuple[str, str]] = field(default_factory=set)
    _introductions: dict[str, tuple[str, str]] = field(default_factory=dict)
    _answered: set[str] = field(default_factory=set)
    _families: dict[str, str] = field(default_factory=dict)
    _ready: deque[str] = field(default_factory=deque)

    def play(self) -> int:
        """Send what is due now, in limited portions, and return how much that was."""
        before = self.tally.sent
        while self._ready:
            self._release(self._ready.popleft())
        now = self.clock.micros()
        while self._next < len(self.plan.steps) and self.tally.sent - before < AT_ONCE_MAX:
            step = self.plan.steps[self._next]
            if step.told_at > now:
                break
            self._next += 1
            self._take(step)
        return self.tally.sent - before

    def hear(self, receipt: Receipt) -> None:
        """Take a receipt: count it, and learn the case that it names."""
        self.tally.note_receipt(receipt)
        if receipt.is_in_the_ledger and receipt.id in self._introductions:
            self._introduced.add(self._introductions.pop(receipt.id))
        family = self._families.get(receipt.id)
        if family is None:
            return
        self._answered.add(receipt.id)
        if receipt.case:
            self._cases.setdefault(family, receipt.case)
        self._ready.append(family)

    @property
    def is_finished(self) -> bool:
        """Tell whether everything has been sent that can be."""
        return self._next >= len(self.plan.steps) and not self._ready and not any(self._waiting.values())

    @property
    def share_played(self) -> float:
        """Return which share of the plan has been taken up."""
        return self._next / max(1, len(self.plan.steps))

    def _take(self, step: Step) -> None:
        behind_others = self._waiting[step.family] and not step.opens  # what they wait for must not wait behind them
        if behind_others or not self._can_go(step):
            self._waiting[step.family].append(step)
        else:
            self._send(step)

    def _can_go(self, step: Step) -> bool:
        knows_case = step.finds_case or step.reference is None or step.family in self._cases
        return knows_case and (not step.answers or step.answers in self._answered)

    def _release(self, family: str) -> None:
        waiting = self._waiting[family]
        while waiting and self._can_go(waiting[0]):
            self._send(waiting.popleft())

    def _send(self, step: Step) -> None:
        publisher = self.publishers[step.agency]
        if step.sending is Sending.POISONED:
            parcel = _poison(step, publisher, self.clock)
            value = parcel.value
            self.transport.send(parcel)
        else:
            message = self._message(step)
            value = encode(message.event_type(), message.record())
            publisher.publish(message, id=step.id)
        self.tally.note_sent(step.agency, step.id, value)
        if step.opens or step.type in AWAITED:
            self._families[step.id] = step.family

    def _message(self, step: Step) -> Message:
        """Return the message of a step: with the case's number until the agency's own file number is known."""
        data = dict(step.data)
        if step.sending is Sending.CHANGED:
            data["report_id"] = f"{data['report_id']}-anders"
        case = None
        if not step.finds_case and step.reference and (step.family, step.agency) not in self._introduced:
            self._introductions[step.id] = (step.family, step.agency)
            case = self._cases[step.family]
        shared = {
            "occurred_at": iso(step.at),
            "municipality": step.municipality,
            "case": case,
            "reference": step.reference,
            "recorded_by": f"{step.agency}-medewerker-1",
        }
        return Message.of(step.type, {**shared, **data})


def _poison(step: Step, publisher: Publisher, clock: Clock) -> Parcel:
    """Return a record that looks like an event from outside and cannot be read."""
    envelope = Envelope(
        id=step.id,
        source=publisher.agency.source,
        type="nl.waakvlam.contact-met-gezin.v1",
        time=clock.now(),
        subject=step.reference,
    )
    key = (step.reference or step.id).encode()
    return Parcel(step.id, publisher.agency.topic, key, MARKER + b"geen gebeurtenis", to_headers(envelope))

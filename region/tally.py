"""The tally: what the agencies sent, and what they were told became of it.

Each sending has one final answer; an event that is parked has none yet. A receipt that comes twice (the ledger
delivers at least once) is counted once.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from waakvlam.receipt import Receipt

SET_ASIDE = frozenset({"rejected", "conflict"})


@dataclass(slots=True)
class Tally:
    """Counts by event id and by agency."""

    sent_by_agency: Counter[str] = field(default_factory=Counter)
    _sendings: Counter[str] = field(default_factory=Counter)
    _contents: dict[str, set[bytes]] = field(default_factory=dict)
    _verdicts: dict[str, set[tuple[str, int]]] = field(default_factory=dict)
    _finals: Counter[str] = field(default_factory=Counter)
    _parked: set[str] = field(default_factory=set)

    def note_sent(self, agency: str, event_id: str, value: bytes = b"") -> None:
        """Count one sending, and keep what it said."""
        self.sent_by_agency[agency] += 1
        self._sendings[event_id] += 1
        self._contents.setdefault(event_id, set()).add(sha256(value).digest())

    def note_receipt(self, receipt: Receipt) -> None:
        """Count one answer, if it is new and answers something of ours."""
        if receipt.id not in self._sendings:
            return
        one = (receipt.verdict, int(receipt.recorded_at.timestamp() * 1e6))
        seen = self._verdicts.setdefault(receipt.id, set())
        if one in seen:
            return
        seen.add(one)
        if receipt.is_final:
            self._finals[receipt.verdict] += 1
            self._parked.discard(receipt.id)
        elif receipt.id not in self._parked:
            self._parked.add(receipt.id)
        elif len(seen) <= self._sendings[receipt.id]:
            self._finals["duplicate"] += 1  # sent again while the first waits: that sending has had its answer
        # else it is a reminder that it still waits, which answers nothing new

    @property
    def sent(self) -> int:
        """How many times something was sent."""
        return self.sent_by_agency.total()

    @property
    def unanswered(self) -> int:
        """How many sendings have no answer yet; a parked event is answered."""
        return max(0, self.sent - self._finals.total() - len(self._parked))

    def counts(self) -> dict[str, int]:
        """Return the sendings by what became of them: together they are what was sent, when all is answered.

        `parked` are those that still wait for their case; a conflict is counted with what was rejected.
        """
        return {
            "sent": self.sent,
            "accepted": self._finals["accepted"],
            "duplicate": self._finals["duplicate"],
            "parked": len(self._parked),
            "refused": self._finals["refused"],
            "rejected": sum(self._finals[one] for one in SET_ASIDE),
        }

    def lost(self, in_the_ledger: set[str]) -> list[str]:
        """Return the ids of what was sent, was not turned away or parked, and yet is not in the ledger."""
        return sorted(one for one in self._sendings if one not in in_the_ledger and not self._is_turned_away(one))

    def altered(self, in_the_ledger: Mapping[str, bytes]) -> list[str]:
        """Return the ids that the ledger holds with another content (SHA-256) than any that was sent under that id."""
        return sorted(one for one, said in self._contents.items() if in_the_ledger.get(one) not in {None, *said})

    def _is_turned_away(self, event_id: str) -> bool:
        verdicts = {verdict for verdict, _ in self._verdicts.get(event_id, ())}
        return bool(verdicts) and not verdicts & {"accepted", "duplicate"}

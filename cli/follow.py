"""Following the ledger: what has come in since the last look, and what it adds up to."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.sentences import Sentences
from ledger import record
from ledger.application import Ledger
from ledger.record import Record

PAGE = 2000


@dataclass(slots=True)
class Follower:
    """Reads the ledger as it grows; keeps ids and counts, and nothing about persons."""

    ledger: Ledger
    sentences: Sentences
    position: int = 0
    ids: set[str] = field(default_factory=set)
    raised: dict[str, str] = field(default_factory=dict)
    raised_by_rule: Counter[str] = field(default_factory=Counter)
    closed_by_outcome: Counter[str] = field(default_factory=Counter)
    news: deque[str] = field(default_factory=lambda: deque(maxlen=8))

    def look(self) -> int:
        """Read what is new and return how many records that were."""
        before = self.position
        for position, one in records(self.ledger, after=self.position):
            self.position = position
            self._note(one)
        return self.position - before

    @property
    def open_alerts(self) -> int:
        """How many rows of alerts are open."""
        return self.raised_by_rule.total() - self.closed_by_outcome.total()

    def _note(self, one: Record) -> None:
        self.ids.add(one.event_id)
        if one.type == "alert_raised":
            data = one.data()
            self.raised[data["alert"]] = data["due"]
            self.raised_by_rule[data["rule"]] += 1
            self.news.append(self._line(one.case, data))
        if one.type == "alert_closed":
            self.closed_by_outcome[one.data()["outcome"]] += 1

    def _line(self, case: str, alert: Mapping[str, Any]) -> str:
        begun = self.ledger.record(alert["because"][0])
        return self.sentences.of(case, alert, begun[1].event() if begun else None)


def records(ledger: Ledger, *, after: int = 0) -> Iterator[tuple[int, Record]]:
    """Yield the records of the ledger after a position, with their positions, in pages."""
    while page := ledger.notifications(after=after, limit=PAGE):
        for one in page:
            after = one.position
            yield one.position, record.decode(one.body)

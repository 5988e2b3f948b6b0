"""Sending a file of lines and telling how it went: the work behind `waakvlam-agency publish`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from waakvlam.clock import Clock, SystemClock
from waakvlam.errors import Unfit
from waakvlam.lines import BadLine, Line, Problem, place_of, read_line
from waakvlam.publisher import Publisher, Sent, fit_to_send
from waakvlam.receipt import Receipt
from waakvlam.topics import Agency


class Telling(Protocol):
    """Hears how it goes, line by line."""

    def problem(self, number: int, problem: Problem) -> None:
        """Hear what is wrong with a line."""
        ...

    def sent(self, number: int, sent: Sent) -> None:
        """Hear that the event of a line was handed over."""
        ...


@dataclass(slots=True)
class Outcome:
    """How a file went: which line each id came from, how many lines were wrong, what became of the events."""

    read: int = 0
    wrong: int = 0
    lines_by_id: dict[str, int] = field(default_factory=dict)
    receipts: Mapping[str, Receipt] = field(default_factory=dict)

    @property
    def without_receipt(self) -> set[str]:
        """The ids of events that no receipt came for."""
        return self.lines_by_id.keys() - self.receipts.keys()

    @property
    def not_taken(self) -> list[Receipt]:
        """The receipts that say an event will not come into the ledger."""
        return [one for one in self.receipts.values() if one.is_final and not one.is_in_the_ledger]

    def counts(self) -> dict[str, int]:
        """Return the figures: lines read, wrong and sent, and for each verdict how many."""
        verdicts = [one.verdict for one in self.receipts.values()]
        return {
            "read": self.read,
            "wrong": self.wrong,
            "sent": len(self.lines_by_id),
            **{verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))},
        }


def check_lines(texts: Iterable[str], agency: Agency, telling: Telling, clock: Clock | None = None) -> Outcome:
    """Read every line, look at it as intake will, and send nothing."""
    outcome, clock = Outcome(), clock or SystemClock()
    for number, line in _good_lines(texts, agency, telling, outcome):
        try:
            fit_to_send(line.message, line.id, agency, now=clock.micros())
        except Unfit as error:
            _unfit(number, line, error, telling, outcome)
    return outcome


def send_lines(
    texts: Iterable[str], publisher: Publisher, telling: Telling, *, wants_proof: bool = False, is_canary: bool = False
) -> Outcome:
    """Send the good lines and tell of the others; returns when all that was sent has arrived.

    Raises NotDelivered when Kafka takes or confirms no more: sending the same file again counts nothing twice.
    """
    outcome = Outcome()
    for number, line in _good_lines(texts, publisher.agency, telling, outcome):
        try:
            sent = publisher.publish(line.message, id=line.id, wants_proof=wants_proof, is_canary=is_canary)
        except Unfit as error:
            _unfit(number, line, error, telling, outcome)
        else:
            outcome.lines_by_id[sent.id] = number
            telling.sent(number, sent)
    publisher.flush()
    return outcome


def _good_lines(texts: Iterable[str], agency: Agency, telling: Telling, outcome: Outcome) -> Iterator[tuple[int, Line]]:
    """Yield each line that holds an event, with its number; blank lines are passed over."""
    for number, text in enumerate(texts, 1):
        if not text.strip():
            continue
        outcome.read += 1
        try:
            yield number, read_line(text, agency.id)
        except BadLine as error:
            _wrong(number, error.problems, telling, outcome)


def _unfit(number: int, line: Line, error: Unfit, telling: Telling, outcome: Outcome) -> None:
    _wrong(number, [Problem(place_of(line.message.event_type(), error.field), error.reason)], telling, outcome)


def _wrong(number: int, problems: Iterable[Problem], telling: Telling, outcome: Outcome) -> None:
    outcome.wrong += 1
    for problem in problems:
        telling.problem(number, problem)

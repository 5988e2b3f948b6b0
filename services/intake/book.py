"""What the ledger knows about the events of one batch: asked in bulk, and kept up to date as the batch goes on.

So that an event sees what stands before it in the same batch, as if each had been committed by itself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count
from operator import itemgetter
from typing import Any

from ledger.model import Alias, Draft, Head, Known, Parked, PersonMatch
from ledger.record import Record, case_id, stream_of
from ledger.tables import gone
from ledger.writing import Writing
from services.intake.judging import NEEDS_HISTORY
from services.intake.outcome import ACCEPTED, PARKED, Outcome
from services.intake.redaction import is_personal
from services.intake.rules import Reading, pseudonyms_in

MOVED = "events_moved"  # may open a case, like a report
PERSONS_MATCH_WITHIN = 5 * 36_525 * 864_000_000  # five years of 365.25 days, in microseconds

_Waits = tuple[int, Reading | Parked, Outcome | None]  # its number in the order of arrival


class Book:
    """The state of the ledger as far as one batch is concerned."""

    def __init__(self, w: Writing, readings: Sequence[Reading]) -> None:
        self._w = w
        self.seen: dict[str, tuple[Reading, Outcome]] = {}
        self.known: dict[str, Known] = w.known([reading.event_id for reading in readings])
        fresh = [one for one in readings if not self.is_settled(one.event_id)]
        named = {alias for one in fresh if (alias := one.alias)}
        self._aliases: dict[Alias, str] = w.cases_by_alias(named)
        self._persons = self._matches(fresh)
        self._asked = set(self._cases_named(fresh))
        self._heads: dict[str, Head] = w.heads(self._asked)
        self._versions: dict[str, int] = {}  # of cases that got events in this batch
        self._labels = w.persons_of({case for one in fresh if is_personal(one.type) for case in self._guess(one)})
        self._histories = w.histories(
            {case for one in fresh if one.type.name in NEEDS_HISTORY for case in self._guess(one)}
        )
        self._new_persons: dict[str, set[str]] = {}
        self._came = count()  # numbers what waits, in the order in which it came
        self._waiting = self._wait_already(named, fresh)

    # What is asked of it.

    def is_settled(self, event_id: str) -> bool:
        """Tell whether an event is in the ledger or waits there; one that was set aside may be tried again."""
        known = self.known.get(event_id)
        return known is not None and known.verdict in {ACCEPTED, PARKED}

    def exists(self, case: str) -> bool:
        """Tell whether there is such a case."""
        return case in self._versions or case in self._heads or self._look_up(case)

    def case_of(self, alias: Alias) -> str | None:
        """Return the case that a file number belongs to."""
        return self._aliases.get(alias)

    def case_of_persons(self, pseudonyms: Iterable[str]) -> str | None:
        """Return the case with most of these persons; of equals the most recent, then the least id."""
        found: dict[str, list[int]] = {}
        for pseudonym in pseudonyms:
            for match in self._persons.get(pseudonym, ()):
                found.setdefault(match.case, [0, match.last_at])[0] += 1
            for case in self._new_persons.get(pseudonym, set()) - {m.case for m in self._persons.get(pseudonym, ())}:
                found.setdefault(case, [0, self._w.now])[0] += 1
        for case, score in found.items():
            if case in self._versions:
                score[1] = self._w.now
        return min(found, key=lambda case: (-found[case][0], -found[case][1], case), default=None)

    def labels_of(self, case: str) -> dict[str, str]:
        """Return the labels of the persons of a case."""
        if case not in self._labels:
            self._labels[case] = self._w.persons(case) if case in self._heads else {}
        return self._labels[case]

    def history_of(self, case: str) -> list[Record]:
        """Return the committed records of a case."""
        if case not in self._histories:
            self._histories[case] = self._w.history(case) if case in self._heads else []
        return self._histories[case]

    # What is told to it.

    def next_version(self, case: str) -> int:
        """Give out the next version of a case; from now on the case exists."""
        head = self._heads.get(case)
        version = self._versions.get(case, head.version if head else 0) + 1
        self._versions[case] = version
        return version

    def bind(self, alias: Alias, case: str) -> None:
        """Take note that a file number belongs to a case."""
        self._aliases[alias] = case

    def meet(self, case: str, persons: dict[str, str]) -> None:
        """Take note of the persons of a case."""
        self.labels_of(case).update(persons)
        for pseudonym in persons:
            self._new_persons.setdefault(pseudonym, set()).add(case)

    def follow(self, source: str, target: str, aliases: Iterable[Alias], persons: Iterable[str]) -> None:
        """Take note that file numbers go to another case, and that of these persons nothing is left where they were."""
        for alias in aliases:
            if self._aliases.get(alias, source) == source:
                self._aliases[alias] = target
        labels = self.labels_of(source)
        for pseudonym in persons:
            label = labels.pop(pseudonym)
            labels[gone(label)] = label
            self._new_persons.get(pseudonym, set()).discard(source)
            matches = self._persons.get(pseudonym, [])
            self._persons[pseudonym] = [match for match in matches if match.case != source]

    def personal_of(self, told: Record | Draft) -> Mapping[str, Any]:
        """Return the personal values of an event; raises Erased when its case was erased."""
        return told.personal if isinstance(told, Draft) else self._w.unseal(told)

    def wait(self, reading: Reading, outcome: Outcome) -> None:
        """Let an event of this batch wait."""
        self._waiting.setdefault(waits_for(reading), []).append((next(self._came), reading, outcome))

    def released(self, *keys: Alias | str) -> list[tuple["Reading | Parked", Outcome | None]]:
        """Return what waited for these file numbers or cases, in the order in which it came; it waits no longer."""
        waited = sorted(chain.from_iterable(self._waiting.pop(key, ()) for key in keys), key=itemgetter(0))
        return [(one, outcome) for _, one, outcome in waited]

    def still_waiting(self) -> Iterator[tuple[Reading, Outcome]]:
        """Yield the events of this batch that wait at its end, in the order in which they came."""
        for waiting in self._waiting.values():
            for _, one, outcome in waiting:
                if isinstance(one, Reading) and outcome:
                    yield one, outcome

    # How it is asked.

    def _matches(self, readings: Sequence[Reading]) -> dict[str, list[PersonMatch]]:
        persons = {
            pseudonym
            for one in readings
            if one.type.opens_case and not one.case and one.alias not in self._aliases
            for pseudonym in pseudonyms_in(one.type, one.record)
        }
        return self._w.cases_by_person(persons, since=self._w.now - PERSONS_MATCH_WITHIN) if persons else {}

    def _cases_named(self, readings: Sequence[Reading]) -> Iterator[str]:
        yield from self._aliases.values()
        for matches in self._persons.values():
            for match in matches:
                yield match.case
        for one in readings:
            if one.case:
                yield one.case
            elif one.type.without_case:
                yield stream_of(one.agency.id)
            elif one.type.opens_case:
                yield case_id(one.event_id)

    def _guess(self, reading: Reading) -> Iterator[str]:
        """Yield the cases that an event may turn out to belong to, as far as they exist."""
        guesses = [reading.case or (reading.alias and self._aliases.get(reading.alias))]
        if reading.type.opens_case:
            guesses += [
                match.case
                for pseudonym in pseudonyms_in(reading.type, reading.record)
                for match in self._persons.get(pseudonym, ())
            ]
        yield from (case for case in guesses if case and case in self._heads)

    def _wait_already(self, named: set[Alias], readings: Sequence[Reading]) -> dict[Alias | str, list[_Waits]]:
        waiting: dict[Alias | str, list[_Waits]] = {}
        unbound = named - self._aliases.keys()
        opened = {case_id(one.event_id) for one in readings if one.type.opens_case or one.type.name == MOVED}
        if unbound or opened:
            for one in self._w.parked(unbound, cases=opened):
                waiting.setdefault(_parked_for(one), []).append((next(self._came), one, None))
        return waiting

    def _look_up(self, case: str) -> bool:
        if case in self._asked:
            return False
        self._asked.add(case)
        self._heads.update(self._w.heads([case]))
        return case in self._heads


def waits_for(reading: Reading) -> Alias | str:
    """Return what an event waits for: the case that it names, or else its file number."""
    return reading.case or reading.alias or ""


def _parked_for(parked: Parked) -> Alias | str:
    return parked.case or (parked.agency, parked.reference or "")

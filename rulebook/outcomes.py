"""How each thing that had to happen came out: in time, late, still open, or no longer needed.

Counts are by rule, municipality and half-year: that of the day from which the term counts (the start, the day that was
named, the day of the moment). Late is by the breach as it was first due; an accepted stall does not make it in time.
What is open and past its term counts as late against a norm; what is open and in time does not count yet. Of how many
somebody accepted that they stall is counted apart, whatever came of them: one count beside the others, not one of their parts.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rulebook import kind, scratch
from rulebook.agreements import Agreements
from rulebook.history import History as Known
from rulebook.instance import BREACH, CASE_CLOSED, Instance
from rulebook.instants import date_of, day_start, local_day
from rulebook.kind import Counting
from rulebook.kinds import silence
from rulebook.plan import Plan
from rulebook.reading import known_fields
from rulebook.replay import HELD, History

Key = tuple[str, str, str]  # rule, municipality (empty for all), half-year


@dataclass(slots=True)
class Outcome:
    """Exact counts of one rule in one place and half-year: only to be told as `rulebook.figures` tells them."""

    instances: int = 0
    in_time: int = 0
    late: int = 0
    running: int = 0
    overdue: int = 0
    lapsed: int = 0
    signals: int = 0
    accepted: int = 0  # stalls of which somebody accepted that they wait; each is counted among the others too
    durations: "array[int]" = field(default_factory=lambda: array("q"))


@dataclass(slots=True)
class Outcomes:
    """The counts of a whole history, and the instant at which it was looked at."""

    at: int | None = None
    counts: dict[Key, Outcome] = field(default_factory=dict)

    def note(self, instance: Instance, known: Known, place: str, at: int) -> None:
        """Count one instance, for its municipality and for all together."""
        day = _base_day(instance)
        ended_at = None if instance.end is None else _ended_at(known, instance)
        is_done = instance.satisfied_at is not None and (ended_at is None or instance.satisfied_at < ended_at)
        if day > local_day(at) or (not is_done and ended_at is not None and ended_at < day_start(day)):
            return  # the day has not come, or was not to come any more
        half_year = f"{date_of(day).year}-{1 if date_of(day).month <= 6 else 2}"
        is_accepted = instance.rule.may_wait and (instance.rule.id, instance.key) in known.accepted_until
        for where in {place, ""}:  # a case without municipality is in none, and counts among all
            count = self.counts.setdefault((instance.rule.id, where, half_year), Outcome())
            count.instances += 1
            count.accepted += is_accepted
            _count(count, instance, ended_at, at, is_done=is_done)


def outcomes(
    agreements: Agreements, lines: Iterable[str], until: int | None = None, *, types: frozenset[str] | None = None
) -> Outcomes:
    """Return how everything in a history came out at its end, or at an instant. Raises HistoryError or CannotCount.

    A long history does not stay in memory (see `rulebook.replay`).
    """
    known_types = frozenset(known_fields()) if types is None else types
    with History(known_types, held=HELD) as history:
        history.read(lines)
        at = history.last_at if until is None else until
        found = Outcomes(at)
        if at is None:
            return found
        for case, facts in history.by_case():
            known = scratch.known_at(facts, at)
            for instance in _instances(agreements.plan(known.municipality), case, known, at):
                found.note(instance, known, known.municipality or "", at)
    return found


def _instances(plan: Plan, case: str, known: Known, at: int) -> Iterator[Instance]:
    for rule in plan.counted:
        wanted = kind.of(rule).wanted_by(known, at)
        yield from kind.instances(rule, Counting(known, plan, case, at, wanted)).values()
    phases = _phases(known) if plan.silences else {}
    for rule_id in plan.silences:
        for instance in silence.instances(known, rule_id, plan)[0].values():
            if phases[instance.start.id] in instance.rule.listens_in:
                yield instance


def _phases(known: Known) -> dict[str, str]:
    """Return the phase of the case behind each event."""
    growing = Known()
    found = {}
    for event in known.events:
        growing.add(event)
        found[event.id] = growing.phase
    return found


def _base_day(instance: Instance) -> int:
    if instance.day is not None:
        return instance.day
    return instance.rule.base_day(instance.start.day, instance.number)


def _count(count: Outcome, instance: Instance, ended_at: int | None, at: int, *, is_done: bool) -> None:
    if instance.rule.is_signal:
        count.signals += 1
        return
    breach = instance.original(BREACH)
    if is_done and instance.satisfied_at is not None:
        is_late = breach is not None and instance.satisfied_at >= breach
        if instance.rule.is_timed and not instance.already:
            count.durations.append(instance.satisfied_at - instance.start.occurred_at)
    elif ended_at is not None:
        if breach is None or ended_at < breach:
            count.lapsed += 1
            return
        is_late = True
    else:
        is_overdue = breach is not None and breach <= at
        count.overdue += is_overdue
        count.running += not is_overdue
        return
    count.late += is_late
    count.in_time += not is_late


def _ended_at(known: Known, instance: Instance) -> int | None:
    """Return when an instance ended without being satisfied."""
    if instance.end == CASE_CLOSED:
        closing = known.first_closing_after(instance.start)
        return None if closing is None else closing[0]
    return next((event.occurred_at for event in kind.of(instance.rule).enders(known, instance)), None)

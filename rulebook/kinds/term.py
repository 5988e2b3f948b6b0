"""After this, that must follow in time (rule book 4.1)."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import ClassVar, Self

from rulebook import wording
from rulebook.entries import Entry
from rulebook.event import Event
from rulebook.history import History
from rulebook.instance import Instance, settle
from rulebook.kind import Counting, Kind
from rulebook.question import Question
from rulebook.reading_parts import Reader, common, flag, matcher, shared_field, stages
from rulebook.rules import FROM_LADDER, Due, Keyed
from rulebook.values import shared
from rulebook.wording import Words


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class TermRule(Keyed, Kind):
    """After this, that must follow in time (4.1)."""

    kind: ClassVar[str] = "term"
    called: ClassVar[str] = "termijn na een gebeurtenis"
    keys: ClassVar[tuple[str, ...]] = ("from", "until", "per", "warn", "breach", "already")
    required: ClassVar[tuple[str, ...]] = ("from", "until")
    refusals: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            r"(\S+) names no ladder and level to take a term from",
            r"\1 noemt geen ladder en niveau om een termijn van te nemen",
        ),
    )
    is_timed: ClassVar[bool] = True

    @classmethod
    def read(cls, found: Mapping[str, Entry], reader: Reader) -> Self:
        """Return the rule that these entries tell of. Raises AgreementError."""
        start, until = matcher(found["from"], reader), matcher(found["until"], reader)
        rule = cls(
            **common(found, reader),
            **stages(found, of_days=False, may_be_from_ladder=True),
            start=start,
            until=until,
            per=shared_field(found, "per", (start, until), reader),
            already=flag(found, "already"),
        )
        if FROM_LADDER in (rule.warn, rule.breach):
            for name in start.by_type:
                if not reader.fields[name] >= {"ladder", "level"}:
                    raise found["from"].refuse(f"{name} names no ladder and level to take a term from")
        return rule

    def instances(self, counting: Counting) -> dict[str, Instance]:
        """Return an instance for every start that takes this version of the rule."""
        history = counting.history
        starts = history.matching(self.start)
        if not starts:
            return {}
        stops: dict[Hashable, list[Event]] = defaultdict(list)
        for event in history.matching(self.until):
            stops[shared(event.data, self.per)].append(event)
        found: dict[str, Instance] = {}
        for start in starts:
            if counting.plan.choose(start.day).get(self.id) is not self:
                continue
            if not self.may_start(start, closed=history.closed_before(start)):
                continue
            share = shared(start.data, self.per)
            found[start.id] = _instance(history, self, start, share, stops.get(share, ()))
        return found

    def satisfier(self, instance: Instance, question: Question) -> Event | None:
        """Return the event that satisfied an instance."""
        return stop_of(self, instance, question.history)

    def asks(self, words: Words) -> str:
        """Return what the rule asks, as Dutch sentences."""
        start, until = wording.matched(self.start), wording.matched(self.until)
        parts = [f"Na een {start} hoort {wording.within(self.breach)} een {until} te volgen.", *_warning(self)]
        if self.already:
            parts.append("Was dat er al, dan is het goed.")
        return " ".join([*parts, *counted_per(self.per)])

    def own_aspects(self, words: Words) -> dict[str, str]:
        """Return what only this kind says, by the name of the aspect."""
        return {
            "het begin": wording.matched(self.start),
            "het vervolg": wording.matched(self.until),
            "wat apart telt": wording.counted_by(self.per),
            "een eerder vervolg": "telt ook" if self.already else "telt niet",
        }

    def remedy(self, instance: Instance) -> str:
        """Return what would settle an instance that lives."""
        return done_with(self)


# What a rule with a day (4.2) shares with this one.


def stop_of(rule: Keyed, instance: Instance, history: History) -> Event | None:
    """Return the event that satisfied an instance of a rule from a start until a stop."""
    start = instance.start
    of_it = [
        event
        for event in history.matching(rule.until)
        if shared(event.data, rule.per) == instance.share
        and event is not start
        and (event.order < start.order) == instance.already
    ]
    return next((event for event in of_it if event.occurred_at == instance.satisfied_at), None)


def done_with(rule: Keyed) -> str:
    """Return with what a rule is met, as a sentence."""
    per = "" if rule.per is None else f", met hetzelfde nummer (per {wording.counted_by(rule.per)})"
    return f"Klaar met: {wording.matched(rule.until)}{per}."


def counted_per(name: str | None) -> list[str]:
    """Return by what a rule counts, as a sentence; none where it counts all together."""
    return [] if name is None else [f"Dit telt per {wording.counted_by(name)}."]


def _warning(rule: Due) -> list[str]:
    return [] if rule.warn is None else [f"Waarschuwing {wording.after(rule.warn)}."]


def _instance(history: History, rule: TermRule, start: Event, share: Hashable, stops: Sequence[Event]) -> Instance:
    """Return the instance of a start; `stops` are those that share with it, in order, itself perhaps among them."""
    instance = Instance(rule, start)
    instance.share = share
    place = bisect_left(stops, start.order, key=attrgetter("order"))
    if rule.already and place > 0:
        instance.already = True
        instance.satisfied_at = stops[place - 1].occurred_at
    else:
        after = next((stop for stop in stops[place : place + 2] if stop is not start), None)
        settle(instance, satisfied=after, closing=history.first_closing_after(start))
    return instance

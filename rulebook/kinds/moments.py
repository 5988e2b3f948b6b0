"""A schedule of contacts (rule book 4.3)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Self

from rulebook import wording
from rulebook.entries import Entry
from rulebook.errors import CannotCount
from rulebook.event import Event, Order
from rulebook.finding import ERROR, WARNING, Finding, Places
from rulebook.history import History
from rulebook.instance import BREACH, ENDED, REPLACED, WARN, Instance, settle
from rulebook.instants import local_day
from rulebook.kind import Counting, Kind
from rulebook.matcher import NOTHING, Matcher
from rulebook.question import Question
from rulebook.reading_parts import Reader, common, matcher, stages
from rulebook.reading_terms import read_term
from rulebook.rules import Due
from rulebook.terms import Term
from rulebook.values import is_number
from rulebook.wording import Words

_MOMENTS_MAX = 1000  # of a schedule that are looked at; a moment that was told wrongly may bear any number


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class MomentsRule(Due, Kind):
    """A schedule of contacts (4.3)."""

    kind: ClassVar[str] = "moments"
    called: ClassVar[str] = "reeks momenten"
    keys: ClassVar[tuple[str, ...]] = ("from", "until", "warn", "breach", "at", "then_every", "ends")
    required: ClassVar[tuple[str, ...]] = ("from", "until", "at")
    refusals: ClassVar[tuple[tuple[str, str], ...]] = (
        (r"needs at least one moment", "hier hoort minstens één moment te staan"),
        (r"must be positive", "dit hoort meer dan nul te zijn"),
        (r"must be in (.+), as the last entry of at", r"dit hoort in \1 te zijn, zoals het laatste moment van at"),
    )
    may_differ_by_version: ClassVar[bool] = False
    is_around_day: ClassVar[bool] = True

    start: Matcher
    until: Matcher
    ends: Matcher
    at: tuple[Term, ...]
    then_every: Term | None

    @classmethod
    def read(cls, found: Mapping[str, Entry], reader: Reader) -> Self:
        """Return the rule that these entries tell of. Raises AgreementError."""
        at = tuple(read_term(one, of_days=True) for one in found["at"].items())
        if not at:
            raise found["at"].refuse("needs at least one moment")
        then_every = None
        if "then_every" in found and not found["then_every"].is_null:
            then_every = read_term(found["then_every"], of_days=True)
            if then_every.number <= 0:
                raise found["then_every"].refuse("must be positive")
            if then_every.unit != at[-1].unit:
                raise found["then_every"].refuse(f"must be in {at[-1].unit}, as the last entry of at")
        return cls(
            **common(found, reader),
            **stages(found, of_days=True, may_be_from_ladder=False),
            start=matcher(found["from"], reader),
            until=matcher(found["until"], reader),
            ends=matcher(found["ends"], reader, may_be_empty=True) if "ends" in found else NOTHING,
            at=at,
            then_every=then_every,
        )

    def begins_with(self) -> Matcher:
        """Return the events with which something begins."""
        return self.start

    def term_of(self, number: int) -> Term:
        """Return the term, from the day of the anchor, at whose end the day of a moment ends. Counted in one step."""
        if number <= len(self.at):
            return self.at[number - 1]
        assert self.then_every is not None, "a schedule that goes on"
        return self.at[-1].further(self.then_every, number - len(self.at))

    def base_day(self, day: int, number: int | None) -> int:
        """Return the day of a moment, from the day of the anchor."""
        assert number is not None, "a moment has a number"
        key = (f"#{number}", day)
        if key not in self.counted:
            self.counted[key] = self.term_of(number).day_from(day, self.source.calendar)
        return self.counted[key]

    def instances(self, counting: Counting) -> dict[str, Instance]:
        """Return the moments that live, up to the first whose stages all fall after the horizon, and those wanted."""
        history = counting.history
        anchors = [
            event
            for event in history.matching(self.start)
            if self.may_start(event, closed=history.closed_before(event))
        ]
        if not anchors:
            return {}
        found: dict[str, Instance] = {}
        for start in anchors:
            if counting.plan.choose(start.day).get(self.id) is not self:
                continue
            schedule = _Schedule(history, self, start, is_replaced=start is not anchors[-1])
            for instance in schedule.wanted(counting.wanted):
                found[instance.key] = instance
            for instance in schedule.living(counting.horizon):
                found[instance.key] = instance
        return found

    def edge(self, living: Collection[Instance]) -> int | None:
        """Return the instant at which the last moment that was counted comes due, of a schedule without end."""
        beyond = [one for one in living if one.number is not None and one.number > len(self.at)]
        if not beyond:
            return None
        last = max(beyond, key=lambda one: one.number or 0)
        return min(due for due in (last.original(WARN), last.original(BREACH)) if due is not None)

    def wanted_by(self, history: History, at: int) -> Sequence[str]:
        """Return the keys of all moments whose day has come, also those that are done."""
        last = local_day(at)
        keys = []
        for start in history.of(*self.start.by_type):
            number = 1
            while number <= len(self.at) or self.then_every is not None:
                try:
                    day = self.base_day(start.day, number)
                except CannotCount:
                    break
                if number > len(self.at) and day > last:
                    break
                keys.append(f"{start.id}#{number}")
                number += 1
        return keys

    def wanted_of(self, history: History, start: Event) -> Sequence[str]:
        """Return the keys of the moments of the list, and of those that were done."""
        told = [event.data.get("moment") for event in history.of(*self.until.by_type)]
        done = [one for one in told if isinstance(one, int) and not isinstance(one, bool) and one < _MOMENTS_MAX]
        most = max([len(self.at), *done]) if self.then_every is not None else len(self.at)
        return [f"{start.id}#{number}" for number in range(1, most + 1)]

    def satisfier(self, instance: Instance, question: Question) -> Event | None:
        """Return the first contact that bears the number of a moment."""
        return next(
            (
                event
                for event in question.history.matching(self.until)
                if event.order > instance.start.order and is_number(event.data.get("moment"), instance.number or 0)
            ),
            None,
        )

    def enders(self, history: History, instance: Instance) -> Sequence[Event]:
        """Return the later anchors of a schedule that was replaced, or what ended it."""
        start = instance.start
        if instance.end == ENDED:
            return [event for event in history.matching(self.ends) if event.order > start.order]
        return [
            event
            for event in history.matching(self.start)
            if event.order > start.order and self.may_start(event, closed=history.closed_before(event))
        ]

    def ending(self, end: str) -> str:
        """Return what happened when a schedule was replaced or ended."""
        return "daarna is de reeks opnieuw begonnen" if end == REPLACED else "de reeks is gestopt"

    def asks(self, words: Words) -> str:
        """Return what the rule asks, as Dutch sentences."""
        parts = [f"Na een {wording.matched(self.start)} hoort er steeds een {wording.matched(self.until)} te zijn:"]
        parts.append(f"{self._in_words()}.")
        parts.append(f"Te laat is het {wording.around(self.breach)}.")
        if self.warn is not None:
            parts.append(f"Waarschuwing {wording.around(self.warn)}.")
        if self.ends.by_type:
            parts.append(f"De reeks stopt bij een {wording.matched(self.ends)}.")
        return " ".join(parts)

    def own_aspects(self, words: Words) -> dict[str, str]:
        """Return what only this kind says, by the name of the aspect."""
        return {
            "het begin": wording.matched(self.start),
            "het vervolg": wording.matched(self.until),
            "de momenten": self._in_words(),
            "waar de reeks stopt": wording.matched(self.ends) or "nergens",
        }

    def _in_words(self) -> str:
        """Return the moments of a schedule: na drie, twaalf en achttien maanden, daarna elke zes maanden."""
        text = wording.listed([wording.after(one) for one in self.at], "en")
        if self.then_every is not None:
            text += f", daarna elke {wording.length(self.then_every)}"
        return text

    def remedy(self, instance: Instance) -> str:
        """Return what would settle a moment that lives."""
        done = f"Klaar met: {wording.matched(self.until)}, met moment {instance.number}."
        return f"{done} De reeks stopt bij: {wording.matched(self.ends)}." if self.ends.by_type else done

    def findings(self, on: int, places: Places) -> Iterator[Finding]:
        """Yield moments that do not follow each other, or that do not follow their anchor."""
        try:
            days = [term.day_from(on, self.source.calendar) for term in self.at]
        except CannotCount:
            return
        if any(later <= earlier for earlier, later in pairwise(days)):
            sentence = "De momenten staan niet op volgorde; ieder moment hoort later te zijn dan het vorige."
            yield places.finding(ERROR, "termijnen", f"rules[{self.id}].at", sentence)
        if days[0] <= on:
            sentence = "Het eerste moment ligt op of vóór de dag waarna het telt."
            yield places.finding(WARNING, "termijnen", f"rules[{self.id}].at", sentence)


class _Schedule:
    """The moments of one anchor."""

    def __init__(self, history: History, rule: MomentsRule, start: Event, *, is_replaced: bool) -> None:
        self.rule = rule
        self.start = start
        self.is_replaced = is_replaced
        self.done = [event for event in history.matching(rule.until) if event.order > start.order]
        self.closing = history.first_closing_after(start)
        self.ending: Order | None = next(
            (event.order for event in history.matching(rule.ends) if event.order > start.order), None
        )

    def moment(self, number: int) -> Instance:
        """Return a moment as it stands."""
        instance = Instance(self.rule, self.start, number=number)
        satisfied = next((event for event in self.done if is_number(event.data.get("moment"), number)), None)
        settle(instance, satisfied=satisfied, closing=self.closing)
        if self.is_replaced:
            instance.end = REPLACED
        elif self.ending is not None and (satisfied is None or satisfied.order >= self.ending):
            instance.end = ENDED
        return instance

    def wanted(self, keys: Collection[str]) -> Iterator[Instance]:
        """Yield the moments of this anchor among the keys."""
        for key in keys:
            start, _, number = key.rpartition("#")
            if start == self.start.id and (int(number) <= len(self.rule.at) or self.rule.then_every is not None):
                yield self.moment(int(number))

    def living(self, horizon: int) -> Iterator[Instance]:
        """Yield the moments that live, in order, up to the first whose stages all fall after the horizon."""
        if self.is_replaced or self.ending is not None or self.closing is not None:
            return
        is_past = False
        number = 0
        while True:
            number += 1
            is_listed = number <= len(self.rule.at)
            if not is_listed and self.rule.then_every is None:
                return
            instance = self.moment(number)
            try:
                is_after = all(due > horizon for due in _dues(instance))
            except CannotCount:
                if is_past and not is_listed:
                    return
                if instance.is_live and not is_past:
                    raise
                continue
            is_past = is_past or is_after
            if instance.is_live:
                yield instance
                if is_after and not is_listed:
                    return


def _dues(instance: Instance) -> list[int]:
    return [due for due in instance.originals() if due is not None]

"""By this day, named in the event (rule book 4.2)."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from rulebook import wording
from rulebook.entries import Entry
from rulebook.event import Event
from rulebook.history import History
from rulebook.instance import REPLACED, Instance, settle
from rulebook.instants import parse_day
from rulebook.kind import Counting, Kind
from rulebook.kinds.term import counted_per, done_with, stop_of
from rulebook.question import Question
from rulebook.reading_parts import Reader, common, matcher, shared_field, stages
from rulebook.rules import Keyed
from rulebook.values import shared
from rulebook.wording import Words

NO_DATE = "no_date"


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class DateRule(Keyed, Kind):
    """By this day, named in the event (4.2)."""

    kind: ClassVar[str] = "date"
    called: ClassVar[str] = "dag die een gebeurtenis noemt"
    keys: ClassVar[tuple[str, ...]] = ("from", "until", "per", "warn", "breach", "due_field")
    required: ClassVar[tuple[str, ...]] = ("from", "until", "due_field")
    refusals: ClassVar[tuple[tuple[str, str], ...]] = ((r"names no field", "hier hoort de naam van een veld te staan"),)
    is_dated: ClassVar[bool] = True
    is_around_day: ClassVar[bool] = True

    due_field: str

    @classmethod
    def read(cls, found: Mapping[str, Entry], reader: Reader) -> Self:
        """Return the rule that these entries tell of. Raises AgreementError."""
        start, until = matcher(found["from"], reader), matcher(found["until"], reader)
        due_field = shared_field(found, "due_field", (start,), reader)
        if due_field is None:
            raise found["due_field"].refuse("names no field")
        return cls(
            **common(found, reader),
            **stages(found, of_days=True, may_be_from_ladder=False),
            start=start,
            until=until,
            per=shared_field(found, "per", (start, until), reader),
            due_field=due_field,
        )

    def named_day(self, event: Event) -> int | None:
        """Return the day that an event names in the field of the rule, or nothing."""
        return parse_day(event.data.get(self.due_field))

    def instances(self, counting: Counting) -> dict[str, Instance]:
        """Return an instance for every dated start that takes this version; all but the last of each value are replaced."""
        history = counting.history
        dated = [
            (event, day)
            for event in history.matching(self.start)
            if (day := self.named_day(event)) is not None and self.may_start(event, closed=history.closed_before(event))
        ]
        if not dated:
            return {}
        last = {shared(event.data, self.per): event for event, _ in dated}
        stops = history.matching(self.until)
        found: dict[str, Instance] = {}
        for start, day in dated:
            if counting.plan.choose(start.day).get(self.id) is not self:
                continue
            instance = Instance(self, start, day=day)
            instance.share = shared(start.data, self.per)
            settle(
                instance,
                satisfied=_first(stops, start, self.per, instance.share),
                closing=history.first_closing_after(start),
            )
            if last[instance.share] is not start:
                instance.end = REPLACED
            found[start.id] = instance
        return found

    def satisfier(self, instance: Instance, question: Question) -> Event | None:
        """Return the event that satisfied an instance."""
        return stop_of(self, instance, question.history)

    def enders(self, history: History, instance: Instance) -> Sequence[Event]:
        """Return the later starts that name a day for the same."""
        start = instance.start
        return [
            event
            for event in history.matching(self.start)
            if event.order > start.order
            and self.may_start(event, closed=history.closed_before(event))
            and self.named_day(event) is not None
            and shared(event.data, self.per) == shared(start.data, self.per)
        ]

    def ending(self, end: str) -> str:
        """Return what happened when an instance was replaced."""
        return "daarna is er een andere dag genoemd"

    def hindrance(self, event: Event) -> tuple[str, str] | None:
        """Return why an event begins nothing: it names no day."""
        return None if self.named_day(event) is not None else (NO_DATE, f"er staat geen dag in `{self.due_field}`")

    def asks(self, words: Words) -> str:
        """Return what the rule asks, as Dutch sentences."""
        start, until = wording.matched(self.start), wording.matched(self.until)
        parts = [f"Een {start} noemt een dag (`{self.due_field}`)."]
        parts.append(f"Uiterlijk {wording.around(self.breach)} hoort er een {until} te zijn.")
        if self.warn is not None:
            parts.append(f"Waarschuwing {wording.around(self.warn)}.")
        parts.append("Wordt er later een andere dag genoemd, dan geldt die.")
        return " ".join([*parts, *counted_per(self.per)])

    def own_aspects(self, words: Words) -> dict[str, str]:
        """Return what only this kind says, by the name of the aspect."""
        return {
            "het begin": wording.matched(self.start),
            "het vervolg": wording.matched(self.until),
            "de dag": f"`{self.due_field}`",
            "wat apart telt": wording.counted_by(self.per),
        }

    def remedy(self, instance: Instance) -> str:
        """Return what would settle an instance that lives."""
        return f"{done_with(self)} Met een nieuwe {wording.matched(self.start)} geldt de dag die daarin staat."


def _first(stops: list[Event], start: Event, per: str | None, share: Hashable) -> Event | None:
    return next((stop for stop in stops if stop.order > start.order and shared(stop.data, per) == share), None)

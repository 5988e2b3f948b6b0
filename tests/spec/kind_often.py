"""A kind of rule that Waakvlam does not have: after this, that must follow so many times. One file, and nothing else."""

from dataclasses import dataclass
from typing import ClassVar

from rulebook import wording
from rulebook.instance import Instance, settle
from rulebook.kind import Kind
from rulebook.matcher import Matcher
from rulebook.reading_parts import common, matcher, stages
from rulebook.rules import Due


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class OftenRule(Due, Kind):
    """After each start, `until` must have happened so many times in time."""

    kind: ClassVar[str] = "often"
    called: ClassVar[str] = "aantal keren na een gebeurtenis"
    keys: ClassVar[tuple[str, ...]] = ("from", "until", "times", "warn", "breach")
    required: ClassVar[tuple[str, ...]] = ("from", "until", "times")
    refusals: ClassVar[tuple[tuple[str, str], ...]] = (
        (r"once is a rule of kind term", "dit hoort minstens 2 te zijn; voor één keer is er de soort term"),
    )

    start: Matcher
    until: Matcher
    times: int

    @classmethod
    def read(cls, found, reader):
        if found["times"].whole() < 2:
            raise found["times"].refuse("once is a rule of kind term")
        return cls(
            **common(found, reader),
            **stages(found, of_days=False, may_be_from_ladder=False),
            start=matcher(found["from"], reader),
            until=matcher(found["until"], reader),
            times=found["times"].whole(),
        )

    def begins_with(self):
        return self.start

    def instances(self, counting):
        history, found = counting.history, {}
        stops = [event for event in history.of(*self.until.by_type) if self.until.matches(event)]
        for start in filter(self.start.matches, history.of(*self.start.by_type)):
            if counting.plan.choose(start.day).get(self.id) is not self:
                continue
            if not self.may_start(start, closed=history.closed_before(start)):
                continue
            after = [event for event in stops if event.order > start.order]
            last = after[self.times - 1] if len(after) >= self.times else None
            found[start.id] = Instance(self, start)
            settle(found[start.id], satisfied=last, closing=history.first_closing_after(start))
        return found

    def asks(self, words):
        start, until = wording.matched(self.start), wording.matched(self.until)
        often = f"{wording.number(self.times)} keer"
        return f"Na een {start} hoort er {wording.within(self.breach)} {often} een {until} te zijn."

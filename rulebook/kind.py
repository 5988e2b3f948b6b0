"""What is asked of a kind of rule: its YAML, its instances, its words. A kind is one class in one file of `rulebook.kinds`.

It must say what it is called (`kind`, `called`), which keys it has (`keys`, `required`, `read`), with which events something
begins (`begins_with`), which instances a history yields (`instances`) and what it asks of people (`asks`). All else has an answer here that is right for any kind; a kind
that can say it better says it in its own file.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from rulebook import wording
from rulebook.entries import Entry
from rulebook.event import Event
from rulebook.finding import Finding, Places
from rulebook.history import History
from rulebook.instance import Instance
from rulebook.plan import Plan
from rulebook.question import Question, Silent
from rulebook.reading_parts import Reader
from rulebook.rules import Rule
from rulebook.wording import Words

ANYTHING = "elk bericht over het gezin"


@dataclass(slots=True)
class Counting:
    """What the instances of a rule are counted from: a case as it is known, and what holds for it.

    A kind that goes on without end counts up to the horizon. `wanted` are keys that are looked for although they may have
    ended.
    """

    history: History
    plan: Plan
    case: str
    horizon: int
    wanted: Collection[str] = ()


class Kind(Rule):
    """One kind of rule; its record has this class beside `Due` or `Keyed`: `class TermRule(Keyed, Kind)`."""

    __slots__ = ()

    called: ClassVar[str]  # by people, in Dutch
    keys: ClassVar[tuple[str, ...]]  # in YAML, beside those that every rule has
    required: ClassVar[tuple[str, ...]]
    refusals: ClassVar[tuple[tuple[str, str], ...]] = ()  # what only this kind refuses: a pattern, and a Dutch sentence
    # Why nothing alerts is told start by start (rulebook.why_not_begun); if not, by `why_not` below.
    is_told_by_start: ClassVar[bool] = True

    @classmethod
    def read(cls, found: Mapping[str, Entry], reader: Reader) -> Self:
        """Return the rule that these entries tell of. Raises AgreementError."""
        raise NotImplementedError

    # What there must be.

    def instances(self, counting: Counting) -> dict[str, Instance]:
        """Return, by key, the instances of this version of the rule. Raises CannotCount.

        A silence yields none here: each event asks its own version of it.
        """
        raise NotImplementedError

    def edge(self, living: Collection[Instance]) -> int | None:
        """Return the instant at which more must be counted than these, which live."""
        return None

    def wanted_by(self, history: History, at: int) -> Sequence[str]:
        """Return the keys that figures ask for beside those that live: whose day has come by an instant."""
        return ()

    def wanted_of(self, history: History, start: Event) -> Sequence[str]:
        """Return the keys of which `why --not` tells the fate beside those that live."""
        return ()

    # What became of it.

    def satisfier(self, instance: Instance, question: Question) -> Event | None:
        """Return the event that satisfied an instance: the last that this rule looks at and that happened at that instant."""
        found = [one for one in question.history.of(*self.touches()) if one.occurred_at == instance.satisfied_at]
        return found[-1] if found else None

    def enders(self, history: History, instance: Instance) -> Sequence[Event]:
        """Return the events by which an instance was replaced or ended, in order."""
        return ()

    def ending(self, end: str) -> str:
        """Return what happened when an instance was replaced or ended, as the rest of a sentence before `, met`."""
        return "daarna hoefde het niet meer"

    def hindrance(self, event: Event) -> tuple[str, str] | None:
        """Return why an event begins nothing, as a code and a Dutch clause, where this kind has a reason of its own."""
        return None

    @classmethod
    def why_not(cls, question: Question) -> Iterator[Silent]:
        """Yield why no version of this kind alerts, where that is not told start by start."""
        raise NotImplementedError

    # What people read.

    def asks(self, words: Words) -> str:
        """Return what the rule asks, as Dutch sentences."""
        raise NotImplementedError

    def own_aspects(self, words: Words) -> dict[str, str]:
        """Return what only this kind says, by the name of the aspect; stages come by themselves."""
        return {"wat de regel vraagt": self.asks(words)}

    def remedy(self, instance: Instance) -> str:
        """Return what would settle an instance that lives."""
        return f"Klaar als gebeurt wat deze regel vraagt: {self.asks(Words())}"

    def awaited(self) -> str:
        """Return which events start something."""
        return wording.matched(self.begins_with()) or ANYTHING

    def findings(self, on: int, places: Places) -> Iterator[Finding]:
        """Yield what is odd in this rule, beside its words and its stages."""
        yield from ()


def of(rule: Rule) -> Kind:
    """Return a rule as its kind. Every rule that is read is of one."""
    assert isinstance(rule, Kind), f"{type(rule).__name__} is of no kind that is known"
    return rule


def instances(rule: Rule, counting: Counting) -> dict[str, Instance]:
    """Return, by key, the instances of one version of a rule; none where it is for other families."""
    if rule.if_case is not None and not counting.history.has_child:
        return {}
    return of(rule).instances(counting)

"""What an agreement says, as records: rules of five kinds, ladders, attention lists (rule book sections 3, 4 and 6)."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from rulebook.calendar import Calendar
from rulebook.event import Event
from rulebook.terms import Term
from rulebook.values import comparable

ASSESSMENT, DIRECT_SAFETY, STABLE_SAFETY, RECOVERY, PILOT_LIGHT, CLOSED = PHASES = (
    "assessment",
    "direct_safety",
    "stable_safety",
    "recovery",
    "pilot_light",
    "closed",
)
OPENERS = frozenset({"report_received", "case_reopened"})
MARKERS = OPENERS | {"case_closed"}
NEVER_HEARD = frozenset(
    {
        "report_classified",
        "case_routed",
        "alert_raised",
        "alert_closed",
        "alert_reminded",
        "alert_escalated",
        "alert_acknowledged",
        "alert_handed_over",
        "alert_judged",
        "stall_accepted",
        "stall_acceptance_proposed",
        "erasure_proposed",
        "erasure_confirmed",
        "events_moved",  # the family itself was not heard of
        "link_confirmed",
    }
)
DANGER = 5
Where = tuple[tuple[str, frozenset[Hashable]], ...]


class FromLadder:
    """Stands where a term would: the term is that of the ladder's level that the start names."""


FROM_LADDER = FromLadder()
StageTerm = Term | FromLadder | None


class Matcher:
    """A list of event types, each with or without `where`."""

    __slots__ = ("by_type",)

    def __init__(self, entries: list[tuple[str, Where]]) -> None:
        by_type: dict[str, tuple[Where, ...]] = {}
        for name, where in entries:
            by_type[name] = (*by_type.get(name, ()), where)
        self.by_type: Mapping[str, tuple[Where, ...]] = by_type

    def matches(self, event: Event) -> bool:
        """Tell whether an event is one of those meant."""
        for where in self.by_type.get(event.type, ()):  # noqa: SIM110 - asked several times for each event
            if not where or passes(event, where):
                return True
        return False


def passes(event: Event, where: Where) -> bool:
    """Tell whether the fields of an event have the values that are allowed."""
    for name, allowed in where:
        if name not in event.data:
            return False
        value = event.data[name]
        values = value if isinstance(value, list) else (value,)
        if not any(comparable(one) in allowed for one in values):
            return False
    return True


NOTHING = Matcher([])


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an attention list: who is told, and how long after the alert was raised."""

    to: str
    after: Term | None


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a ladder."""

    nr: int
    name: str
    term: Term | None
    warn: Term | None
    may_skip: bool
    information: str
    direction: str
    participants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ladder:
    """An escalation ladder: its levels, and the reasons it allows."""

    id: str
    levels: tuple[Level, ...]
    reasons: tuple[str, ...]
    skip_reasons: tuple[str, ...]
    title: str = ""

    def level(self, nr: object) -> Level | None:
        """Return the level with this number, or nothing."""
        wanted = comparable(nr)
        return next((level for level in self.levels if level.nr == wanted), None)


@dataclass(frozen=True, eq=False, slots=True)
class Source:
    """What a rule takes from its file: the agreement, its calendar and its ladders."""

    agreement: str
    version: int
    title: str
    calendar: Calendar
    ladders: Mapping[str, Ladder]
    file: str


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Rule:
    """What all kinds share. A rule is equal only to itself: each version in each file is another."""

    kind: ClassVar[str] = ""

    source: Source
    line: int  # of its id, in the file of its source
    id: str
    title: str
    why: str
    basis: str
    legal: bool
    weight: int
    steps: tuple[Step, ...]
    if_case: str | None

    def may_start(self, event: Event, *, closed: bool) -> bool:
        """Tell whether an event may start something here, at a place where the case is closed or not."""
        return not closed or event.type in OPENERS or self.weight == DANGER

    @property
    def may_wait(self) -> bool:
        """Whether an accepted stall changes anything: not of a legal term, and not of a signal (section 5)."""
        return not self.legal

    def touches(self) -> frozenset[str]:
        """Return the event types that this rule looks at."""
        return frozenset()


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Due(Rule):
    """A rule with a warning and a breach; counted dues are kept per day, for they never change."""

    warn: StageTerm
    breach: StageTerm
    counted: dict[tuple[str, int], int] = field(default_factory=dict)
    both: dict[tuple[int | None, int], tuple[int | None, int | None]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class TermRule(Due):
    """After this, that must follow in time (4.1)."""

    kind: ClassVar[str] = "term"
    start: Matcher
    until: Matcher
    per: str | None
    already: bool

    def touches(self) -> frozenset[str]:
        """Return the event types that this rule looks at."""
        return frozenset(self.start.by_type) | frozenset(self.until.by_type)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class DateRule(Due):
    """By this day, named in the event (4.2)."""

    kind: ClassVar[str] = "date"
    start: Matcher
    until: Matcher
    per: str | None
    due_field: str

    def touches(self) -> frozenset[str]:
        """Return the event types that this rule looks at."""
        return frozenset(self.start.by_type) | frozenset(self.until.by_type)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class MomentsRule(Due):
    """A schedule of contacts (4.3)."""

    kind: ClassVar[str] = "moments"
    start: Matcher
    until: Matcher
    ends: Matcher
    at: tuple[Term, ...]
    then_every: Term | None

    def touches(self) -> frozenset[str]:
        """Return the event types that this rule looks at."""
        return frozenset(self.start.by_type) | frozenset(self.until.by_type) | frozenset(self.ends.by_type)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class SilenceRule(Due):
    """Nothing at all is heard (4.4)."""

    kind: ClassVar[str] = "silence"
    phases: frozenset[str]
    ignore: frozenset[str]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class PatternRule(Rule):
    """Many signals are one signal (4.5)."""

    kind: ClassVar[str] = "pattern"
    of: Matcher
    count: int
    agencies: int
    window: int
    after: Matcher | None
    within: Term | None

    @property
    def may_wait(self) -> bool:
        """Whether an accepted stall changes anything: a signal has come, and does not go by waiting."""
        return False

    def touches(self) -> frozenset[str]:
        """Return the event types that this rule looks at."""
        return frozenset(self.of.by_type) | frozenset(self.after.by_type if self.after else ())


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Agreement:
    """One version of one agreement, as its file tells it."""

    source: Source
    valid_from: int
    valid_to: int | None
    municipalities: frozenset[str] | None
    rules: Mapping[str, Rule]

    @property
    def id(self) -> str:
        """The agreement's id."""
        return self.source.agreement

    @property
    def version(self) -> int:
        """The version of the agreement."""
        return self.source.version

    def applies_to(self, municipality: str | None) -> bool:
        """Tell whether this file is for a case of this municipality (none while there is no report)."""
        return self.municipalities is None or municipality in self.municipalities

    def is_valid_on(self, day: int) -> bool:
        """Tell whether this file is valid on a local day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

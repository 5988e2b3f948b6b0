"""What an agreement says, as records: what all rules share, ladders, attention lists (rule book sections 3, 4 and 6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import ClassVar

from rulebook.calendar import Calendar
from rulebook.event import Event
from rulebook.matcher import NOTHING, Matcher
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


class FromLadder:
    """Stands where a term would: the term is that of the ladder's level that the start names."""


FROM_LADDER = FromLadder()
StageTerm = Term | FromLadder | None


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
    """What all kinds share. A rule is equal only to itself: each version in each file is another.

    What a kind does stands in its own file in `rulebook.kinds`; `rulebook.kind` tells what is asked of it. Here is what
    the way of an event through the engine asks, with answers that are right for any kind, if not the quickest.
    """

    kind: ClassVar[str] = ""
    # Each event asks its own version of the rule whether it is heard: a silence, counted by id (rulebook.kinds.silence).
    is_silence: ClassVar[bool] = False
    # One stage, due when it starts, ended by an acknowledgement: a pattern.
    is_signal: ClassVar[bool] = False
    # What two versions with the same content count may differ from what one counts.
    may_differ_by_version: ClassVar[bool] = True
    # How long it took from the start to what satisfied it is worth a figure.
    is_timed: ClassVar[bool] = False

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
        return not (self.legal or self.is_signal)

    @property
    def listens_in(self) -> frozenset[str]:
        """The phases in which a silence is noticed."""
        return frozenset()

    def begins_with(self) -> Matcher:
        """Return the events with which something begins; none for a kind that begins with anything."""
        return NOTHING

    def touches(self) -> frozenset[str]:
        """Return the event types that this rule looks at: all that its fields name."""
        values = (getattr(self, one.name) for one in fields(self))
        return frozenset(name for value in values if isinstance(value, Matcher) for name in value.by_type)

    def base_day(self, day: int, number: int | None) -> int:  # noqa: ARG002 - the number is that of a moment
        """Return the day from which stages are counted, from the day of the start."""
        return day


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Due(Rule):
    """A rule with a warning and a breach; counted dues are kept per day, for they never change."""

    # Both are told as so long before or after a day that was named, and may lie before it.
    is_around_day: ClassVar[bool] = False

    warn: StageTerm
    breach: StageTerm
    counted: dict[tuple[str, int], int] = field(default_factory=dict)
    both: dict[tuple[int | None, int], tuple[int | None, int | None]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Keyed(Due):
    """From a start until a stop that shares a field with it: `rulebook.folding` follows such a rule event by event."""

    may_differ_by_version: ClassVar[bool] = False
    # Stages are counted from the day that a start names, and a later one that names a day takes its place.
    is_dated: ClassVar[bool] = False

    start: Matcher
    until: Matcher
    per: str | None
    already: bool = False

    def begins_with(self) -> Matcher:
        """Return the events with which something begins."""
        return self.start

    def named_day(self, event: Event) -> int | None:  # noqa: ARG002 - for a kind that is dated
        """Return the day that an event names, or nothing."""
        return None


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

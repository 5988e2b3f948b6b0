"""An instance: one thing that must happen because something started, or one signal (rule book section 4)."""

from collections.abc import Sequence

from rulebook.event import Event, Order
from rulebook.rows import AlertRow
from rulebook.rules import Due, FromLadder, Rule, StageTerm
from rulebook.terms import Term

WARN, BREACH, SIGNAL = "warn", "breach", "signal"
REPLACED, ENDED, ACKNOWLEDGED, CASE_CLOSED = "replaced", "ended", "acknowledged", "case_closed"


class Instance:
    """One instance of one version of a rule, as K(T) yields it: its start, and how it ended or was satisfied, if so."""

    __slots__ = (
        "already",
        "because",
        "breach",
        "day",
        "dues",
        "end",
        "is_stale",
        "key",
        "number",
        "row",
        "rule",
        "satisfied_at",
        "share",
        "start",
        "warn",
    )

    def __init__(self, rule: Rule, start: Event, *, number: int | None = None, day: int | None = None) -> None:
        self.rule = rule
        self.start = start
        self.key = start.id if number is None else f"{start.id}#{number}"
        self.number = number
        # The day from which stages are counted, where it is not the day of the start.
        self.day = day
        self.share: object = None
        self.because: Sequence[str] = (start.id,)
        self.satisfied_at: int | None = None
        self.already = False
        self.end: str | None = None
        # Warning and breach before any acceptance, once they were counted: they never change.
        self.dues: tuple[int | None, int | None] | None = None
        # The dues as they stand, after any acceptance; counted only for an instance that lives.
        self.warn: int | None = None
        self.breach: int | None = None
        self.row: AlertRow | None = None
        self.is_stale = False

    @property
    def is_live(self) -> bool:
        """Tell whether this instance is neither ended nor satisfied."""
        return self.end is None and self.satisfied_at is None

    @property
    def may_come_due(self) -> bool:
        """Tell whether this instance lives and is still the one that stands for its key."""
        return not self.is_stale and self.end is None and self.satisfied_at is None

    @property
    def far_stage(self) -> str:
        """The name of the furthest stage of this kind."""
        return SIGNAL if self.rule.is_signal else BREACH

    def original(self, stage: str) -> int | None:
        """Return the due of a stage before any acceptance. Raises CannotCount."""
        if self.dues is not None:
            return self.dues[0] if stage == WARN else self.dues[1]
        rule = self.rule
        if not isinstance(rule, Due):
            return self.start.occurred_at
        return _due(rule, self, stage, rule.warn if stage == WARN else rule.breach)

    def originals(self) -> tuple[int | None, int | None]:
        """Return warning and breach of a rule that has them, before any acceptance. Raises CannotCount."""
        if self.dues is None:
            assert isinstance(self.rule, Due), "a signal has neither"
            self.dues = _both(self.rule, self)
        return self.dues

    def count(self, accepted_until: int | None) -> None:
        """Count the dues of an instance that lives, with the end of the day until which a stall was accepted."""
        rule = self.rule
        if not isinstance(rule, Due):
            self.breach = self.start.occurred_at
            return
        warn, breach = self.originals()
        if accepted_until is None:
            self.warn, self.breach = warn, breach
        else:
            self.warn, self.breach = self.after_acceptance(warn, breach, accepted_until)

    def after_acceptance(
        self, warn: int | None, breach: int | None, accepted_until: int | None
    ) -> tuple[int | None, int | None]:
        """Return warning and breach as an accepted stall leaves them."""
        if accepted_until is None or not self.rule.may_wait:
            return warn, breach
        return None, None if breach is None else max(breach, accepted_until)

    def open_stage(self, at: int) -> tuple[str, int] | None:
        """Return the furthest stage that is due at an instant, with its due."""
        if self.end is not None or self.satisfied_at is not None:
            return None
        if self.breach is not None and self.breach <= at:
            return self.far_stage, self.breach
        if self.warn is not None and self.warn <= at:
            return WARN, self.warn
        return None

    def next_due(self, at: int) -> int | None:
        """Return the next instant after `at` at which a stage of this instance comes due and opens an alert."""
        breach = self.breach if self.breach is not None and self.breach > at else None
        if self.breach is not None and breach is None:
            return None
        if self.warn is not None and self.warn > at and (breach is None or self.warn < breach):
            return self.warn
        return breach


def settle(instance: Instance, *, satisfied: Event | None, closing: Order | None) -> None:
    """Note what came first after the start: what satisfies, or the closing of the case."""
    if satisfied is not None and (closing is None or satisfied.order <= closing):
        instance.satisfied_at = satisfied.occurred_at
    elif closing is not None:
        instance.end = CASE_CLOSED


def _both(rule: Due, instance: Instance) -> tuple[int | None, int | None]:
    """Return warning and breach; those that only depend on the day are kept by the rule."""
    day = instance.start.day if instance.day is None or instance.number is not None else instance.day
    key = (instance.number, day)
    kept = rule.both.get(key)
    if kept is not None:
        return kept
    dues = _due(rule, instance, WARN, rule.warn), _due(rule, instance, BREACH, rule.breach)
    if _is_by_day(rule.warn) and _is_by_day(rule.breach):
        rule.both[key] = dues
    return dues


def _is_by_day(term: StageTerm) -> bool:
    return term is None or (not isinstance(term, FromLadder) and term.is_by_day)


def _due(rule: Due, instance: Instance, stage: str, term: StageTerm) -> int | None:
    is_kept = not isinstance(term, FromLadder)
    if isinstance(term, FromLadder):
        term = _level_term(rule, instance.start, stage)
    if term is None:
        return None
    calendar = rule.source.calendar
    if not term.is_by_day:
        return term.from_instant(instance.start.occurred_at, calendar)
    if instance.day is None:
        instance.day = rule.base_day(instance.start.day, instance.number)
    day = instance.day
    if not is_kept:
        return term.from_day(day, calendar)
    key = (stage, day)
    if key not in rule.counted:
        rule.counted[key] = term.from_day(day, calendar)
    return rule.counted[key]


def _level_term(rule: Due, start: Event, stage: str) -> Term | None:
    ladder = rule.source.ladders.get(start.data["ladder"]) if isinstance(start.data.get("ladder"), str) else None
    level = ladder.level(start.data.get("level")) if ladder else None
    if level is None:
        return None
    return level.warn if stage == WARN else level.term

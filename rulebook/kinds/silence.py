"""Nothing at all is heard (rule book 4.4). Every event asks its own version of the rule whether it is heard."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from rulebook import fates, wording
from rulebook.entries import Entry
from rulebook.event import Event
from rulebook.history import History
from rulebook.instance import Instance
from rulebook.kind import ANYTHING, Counting, Kind
from rulebook.matcher import NOTHING, Matcher
from rulebook.plan import Plan
from rulebook.question import NO_AGREEMENT, NO_START, Question, Silent
from rulebook.reading_parts import Reader, common, known_type, stages
from rulebook.rules import MARKERS, NEVER_HEARD, OPENERS, PHASES, Due
from rulebook.why_not_begun import hindrance
from rulebook.wording import Words

CASE_IS_CLOSED, PHASE = "case_is_closed", "phase"


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class SilenceRule(Due, Kind):
    """Nothing at all is heard (4.4)."""

    kind: ClassVar[str] = "silence"
    called: ClassVar[str] = "stilte"
    keys: ClassVar[tuple[str, ...]] = ("phases", "ignore", "warn", "breach")
    required: ClassVar[tuple[str, ...]] = ("phases",)
    refusals: ClassVar[tuple[tuple[str, str], ...]] = (
        (r"unknown phase; known are (.+)", r"deze fase bestaat niet; wel bestaan: \1"),
        (r"needs at least one phase", "hier hoort minstens één fase te staan"),
        (r"(\S+) is always heard", r"\1 telt altijd als teken van leven"),
    )
    is_silence: ClassVar[bool] = True
    may_differ_by_version: ClassVar[bool] = False
    is_told_by_start: ClassVar[bool] = False

    phases: frozenset[str]
    ignore: frozenset[str]

    @classmethod
    def read(cls, found: Mapping[str, Entry], reader: Reader) -> Self:
        """Return the rule that these entries tell of. Raises AgreementError."""
        phases = frozenset(one.text() for one in found["phases"].items())
        for one in found["phases"].items():
            if one.text() not in PHASES:
                raise one.refuse(f"unknown phase; known are {', '.join(PHASES)}")
        if not phases:
            raise found["phases"].refuse("needs at least one phase")
        for one in found["ignore"].items() if "ignore" in found else ():
            if known_type(one, reader) in MARKERS:
                raise one.refuse(f"{one.text()} is always heard")
        return cls(
            **common(found, reader),
            **stages(found, of_days=False, may_be_from_ladder=False),
            phases=phases,
            ignore=frozenset(one.text() for one in found["ignore"].items()) if "ignore" in found else frozenset(),
        )

    @property
    def listens_in(self) -> frozenset[str]:
        """The phases in which a silence is noticed."""
        return self.phases

    def begins_with(self) -> Matcher:
        """Return none: a silence begins with anything that is heard."""
        return NOTHING

    def instances(self, counting: Counting) -> dict[str, Instance]:
        """Return nothing: `instances` below asks all versions of the rule together."""
        return {}

    @classmethod
    def why_not(cls, question: Question) -> Iterator[Silent]:
        """Yield why nobody is told that a case falls still: only what was heard last counts."""
        events = reversed(question.history.events)
        last = next((one for one in events if is_heard(one, question.id, question.plan)), None)
        if last is None:
            text = "Over deze casus is nog niets gehoord waarna het stil kan zijn."
            yield question.silent(NO_START, text, question.versions[-1])
            return
        rule = question.chosen(last)
        if rule is None:
            yield question.no_agreement(NO_AGREEMENT, last)
        elif isinstance(rule, SilenceRule):
            found = (
                _not_listening(question, rule, last)
                or hindrance(question, rule, last)
                or _waiting(question, rule, last)
            )
            if found is not None:
                yield found

    def asks(self, words: Words) -> str:
        """Return what the rule asks, as Dutch sentences."""
        phases = _phases(self, words, "of")
        parts = [
            f"In de fase {phases} hoort er {wording.within(self.breach)} weer iets over het gezin te horen te zijn."
        ]
        if self.warn is not None:
            parts.append(f"Waarschuwing {wording.after(self.warn)} stilte.")
        if self.ignore:
            parts.append(f"Niet als teken van leven telt: {wording.events(sorted(self.ignore))}.")
        return " ".join(parts)

    def own_aspects(self, words: Words) -> dict[str, str]:
        """Return what only this kind says, by the name of the aspect."""
        return {
            "de fasen": _phases(self, words, "en"),
            "wat niet telt": wording.events(sorted(self.ignore)) or "alles telt",
        }

    def remedy(self, instance: Instance) -> str:
        """Return what would settle an instance that lives."""
        but = f", maar niet: {wording.events(sorted(self.ignore))}" if self.ignore else ""
        return f"Klaar met: {ANYTHING}{but}."


def is_heard(event: Event, rule_id: str, plan: Plan) -> bool:
    """Tell whether an event breaks the silence that a rule listens for."""
    if event.type in NEVER_HEARD:
        return False
    rule = plan.choose(event.day).get(rule_id)
    return not (isinstance(rule, SilenceRule) and event.type in rule.ignore)


def instances(history: History, rule_id: str, plan: Plan) -> tuple[dict[str, Instance], Event | None]:
    """Return the instances of all versions of a rule by key, and the last event that was heard.

    An event starts one under its own version of the rule, whatever the phase or state of the case is now.
    """
    found: dict[str, Instance] = {}
    last: Event | None = None
    for event in history.events:
        if event.type in NEVER_HEARD:
            continue
        rule = plan.choose(event.day).get(rule_id)
        version = rule if isinstance(rule, SilenceRule) else None
        if version is not None and event.type in version.ignore:
            continue
        if last is not None and last.id in found:
            found[last.id].satisfied_at = event.occurred_at
        last = event
        if version is not None and _may_start(version, event, history):
            found[event.id] = Instance(version, event)
    if last is not None and last.id in found and not is_listening(history, found[last.id].rule):
        del found[last.id]
    return found, last


def _may_start(rule: SilenceRule, event: Event, history: History) -> bool:
    if rule.if_case is not None and not history.has_child:
        return False
    return event.type in OPENERS or not history.closed_before(event)


def is_listening(history: History, rule: object) -> bool:
    """Tell whether a rule listens now: the case is open and in one of the rule's phases."""
    return isinstance(rule, SilenceRule) and not history.closed and history.phase in rule.phases


def _phases(rule: SilenceRule, words: Words, last: str) -> str:
    return wording.listed([words.phase(one) for one in PHASES if one in rule.phases], last)


# Why nobody is told.


def _not_listening(question: Question, rule: SilenceRule, last: Event) -> Silent | None:
    history, words = question.history, question.names.words
    if history.closed:
        text = f"De casus is gesloten; dan hoeft er niets te worden gehoord. Het laatste was {question.told(last)}."
        return question.silent(CASE_IS_CLOSED, text, rule, last)
    if history.phase not in rule.phases:
        listening = _phases(rule, words, "of")
        text = f"De casus is in de fase {words.phase(history.phase)}; deze regel let alleen op stilte in {listening}."
        return question.silent(PHASE, text, rule, last)
    return None


def _waiting(question: Question, rule: SilenceRule, last: Event) -> Silent | None:
    became = fates.fate(Instance(rule, last), question)
    if became is None:
        return None
    return question.silent(became.code, became.sentence, rule, last, by=became.by, until=became.until)

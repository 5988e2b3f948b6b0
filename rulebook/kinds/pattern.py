"""Many signals are one signal (rule book 4.5)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from rulebook import fates, wording
from rulebook.alerts import alert_id
from rulebook.dutch import instant_in_words
from rulebook.entries import Entry
from rulebook.event import Event
from rulebook.finding import ERROR, WARNING, Finding, Places
from rulebook.history import History, in_order
from rulebook.instance import ACKNOWLEDGED, CASE_CLOSED, SIGNAL, Instance
from rulebook.kind import Counting, Kind, instances
from rulebook.matcher import Matcher
from rulebook.question import NO_AGREEMENT, Question, Silent
from rulebook.reading_parts import Reader, common, matcher, positive
from rulebook.reading_terms import read_term
from rulebook.terms import CLOCK_UNITS, Term
from rulebook.why_not_begun import hindrance
from rulebook.wording import Words

TOO_FEW, NOT_AFTER, RUNNING = "too_few", "not_after", "running"
_DAY = 24 * CLOCK_UNITS["hours"]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class PatternRule(Kind):
    """Many signals are one signal (4.5)."""

    kind: ClassVar[str] = "pattern"
    called: ClassVar[str] = "patroon van signalen"
    keys: ClassVar[tuple[str, ...]] = ("of", "count", "agencies", "window", "after")
    required: ClassVar[tuple[str, ...]] = ("of", "count", "window")
    refusals: ClassVar[tuple[tuple[str, str], ...]] = (
        (r"must be a positive number of days.*", "hier hoort een aantal dagen (van 24 uur) of uren te staan"),
    )
    is_signal: ClassVar[bool] = True
    is_told_by_start: ClassVar[bool] = False

    of: Matcher
    count: int
    agencies: int
    window: int
    after: Matcher | None
    within: Term | None

    @classmethod
    def read(cls, found: Mapping[str, Entry], reader: Reader) -> Self:
        """Return the rule that these entries tell of. Raises AgreementError."""
        window = read_term(found["window"])
        if window.unit not in {"days", "hours"} or window.shift or window.number <= 0:
            raise found["window"].refuse("must be a positive number of days (of 24 hours) or hours")
        after = within = None
        if "after" in found and not found["after"].is_null:
            told = found["after"].record(("types", "within"), required=("types", "within"))
            after, within = matcher(told["types"], reader), read_term(told["within"])
        return cls(
            **common(found, reader),
            of=matcher(found["of"], reader),
            count=positive(found["count"]),
            agencies=positive(found["agencies"]) if "agencies" in found else 1,
            window=window.number * (_DAY if window.unit == "days" else CLOCK_UNITS["hours"]),
            after=after,
            within=within,
        )

    def begins_with(self) -> Matcher:
        """Return the events with which a signal begins."""
        return self.of

    def instances(self, counting: Counting) -> dict[str, Instance]:
        """Return an instance for every signal that started one under this version of the rule."""
        history = counting.history
        matching = history.matching(self.of)
        if len(matching) < self.count:
            return {}
        times = [event.occurred_at for event in matching]
        found: dict[str, Instance] = {}
        running: Instance | None = None
        for event in matching:
            if counting.plan.choose(event.day).get(self.id) is not self:
                continue
            first = bisect_right(times, event.occurred_at - self.window)
            window = matching[first : bisect_right(times, event.occurred_at)]
            if not _holds(history, self, event, window):
                running = None
                continue
            if running is not None and not _has_stopped(history, running, event, counting.case):
                continue
            running = None
            if self.may_start(event, closed=history.closed_before(event)):
                running = found[event.id] = _instance(history, self, event, window, counting.case)
        return found

    @classmethod
    def why_not(cls, question: Question) -> Iterator[Silent]:
        """Yield, for each event that counts in a pattern, why it gave no signal that is open."""
        counting = Counting(question.history, question.plan, question.case, question.at)
        found = {rule: instances(rule, counting) for rule in question.versions if isinstance(rule, PatternRule)}
        running: Instance | None = None
        for event in filter(question.could_start, question.history.events):
            rule = question.chosen(event)
            if rule is None:
                yield question.no_agreement(NO_AGREEMENT, event)
            elif isinstance(rule, PatternRule) and rule.of.matches(event):
                running = found[rule].get(event.id, running)
                yield from _signal(question, rule, event, running)

    def asks(self, words: Words) -> str:
        """Return what the rule asks, as Dutch sentences."""
        times = f"{wording.number(self.count)} keer" if self.count > 1 else ""
        parts = ["Er komt meteen een signaal bij", times, f"een {wording.matched(self.of)}"]
        if self.count > 1:
            parts.append(f"binnen {wording.window(self.window)}")
        if self.agencies > 1:
            parts.append(f"van minstens {wording.number(self.agencies)} organisaties")
        if self.after is not None:
            parts.append(f"{wording.within(self.within)} na een {wording.matched(self.after)}")
        return " ".join(part for part in parts if part) + "."

    def own_aspects(self, words: Words) -> dict[str, str]:
        """Return what only this kind says, by the name of the aspect."""
        return {
            "de signalen": wording.matched(self.of),
            "het aantal signalen": wording.number(self.count),
            "het aantal organisaties": wording.number(self.agencies),
            "de periode": wording.window(self.window),
            "wat eraan voorafging": "niets"
            if self.after is None
            else f"{wording.matched(self.after)}, {wording.within(self.within)}",
        }

    def remedy(self, instance: Instance) -> str:
        """Return what would settle a signal."""
        return "Klaar zodra iemand dit signaal oppakt."

    def findings(self, on: int, places: Places) -> Iterator[Finding]:
        """Yield numbers that ask for something else than they seem to."""
        if self.agencies > self.count:
            sentence = (
                f"Er zijn {wording.number(self.count)} signalen gevraagd van {wording.number(self.agencies)} organisaties; "
                f"in werkelijkheid moeten het er dus {wording.number(self.agencies)} zijn."
            )
            yield places.finding(WARNING, "termijnen", f"rules[{self.id}].agencies", sentence)
        within = self.within
        if within is not None and within.number <= 0 and not (within.is_by_day and within.number == 0):
            sentence = "De tijd erna is nul of minder; dit patroon komt nooit voor."
            yield places.finding(ERROR, "termijnen", f"rules[{self.id}].after", sentence)


def _holds(history: History, rule: PatternRule, event: Event, window: Sequence[Event]) -> bool:
    """Tell whether the pattern holds at an event whose window holds these."""
    if len(window) < rule.count or len({one.agency for one in window}) < rule.agencies:
        return False
    if rule.after is None or rule.within is None:
        return True
    last = _preceding(history, rule, event)
    return last is not None and event.occurred_at < rule.within.from_instant(last.occurred_at, rule.source.calendar)


def _preceding(history: History, rule: PatternRule, event: Event) -> Event | None:
    """Return the last event before this one of those that a pattern comes after."""
    if rule.after is None:
        return None
    earlier = history.matching(rule.after)
    place = bisect_left(earlier, event.order, key=in_order)
    return earlier[place - 1] if place else None


def _instance(history: History, rule: PatternRule, event: Event, window: Sequence[Event], case: str) -> Instance:
    instance = Instance(rule, event)
    instance.because = tuple(one.id for one in window)
    if history.acknowledgements and any(history.acknowledged(_alert(instance, case))):
        instance.end = ACKNOWLEDGED
    elif history.first_closing_after(event) is not None:
        instance.end = CASE_CLOSED
    return instance


def _has_stopped(history: History, running: Instance, event: Event, case: str) -> bool:
    """Tell whether a running instance was ended by a closing, or acknowledged, before an event."""
    closing = history.first_closing_after(running.start)
    if closing is not None and closing < event.order:
        return True
    if not history.acknowledgements:
        return False
    return any(one.order < event.order for one in history.acknowledged(_alert(running, case)))


def _alert(instance: Instance, case: str) -> str:
    return alert_id(case, instance.rule, instance.key, SIGNAL, instance.start.occurred_at)


# Why it gave no signal.


def _signal(question: Question, rule: PatternRule, event: Event, running: Instance | None) -> Iterator[Silent]:
    window = [
        one
        for one in question.history.matching(rule.of)
        if event.occurred_at - rule.window < one.occurred_at <= event.occurred_at
    ]
    if not _holds(question.history, rule, event, window):
        yield _not_holding(question, rule, event, window)
    elif running is not None and running.start is event:
        became = fates.fate(running, question)
        if became is not None:
            yield question.silent(became.code, became.sentence, rule, event, by=became.by, until=became.until)
    elif (hindered := hindrance(question, rule, event)) is not None:
        yield hindered
    elif running is not None:
        text = f"{wording.sentence(question.told(event))} hoort bij een signaal dat al liep, sinds {question.told(running.start)}."
        yield question.silent(RUNNING, text, rule, event, by=running.start.id)


def _not_holding(question: Question, rule: PatternRule, event: Event, window: list[Event]) -> Silent:
    agencies = len({one.agency for one in window})
    if len(window) >= rule.count and agencies >= rule.agencies:
        return _not_after(question, rule, event)
    text = (
        f"In {wording.window(rule.window)} tot en met {instant_in_words(event.occurred_at)} kwam "
        f"{wording.number(len(window))} keer een {wording.matched(rule.of)}, van {_agencies(agencies)}. "
        f"Nodig is {wording.number(rule.count)} keer, van minstens {_agencies(rule.agencies)}."
    )
    return question.silent(TOO_FEW, text, rule, event)


def _not_after(question: Question, rule: PatternRule, event: Event) -> Silent:
    assert rule.after is not None, "what else keeps a window with enough signals from holding"
    begins_not = f"Na {question.told(event)} begint niets:"
    soon = f"{wording.within(rule.within)} na een {wording.matched(rule.after)}"
    last = _preceding(question.history, rule, event)
    if last is None:
        return question.silent(NOT_AFTER, f"{begins_not} het telt alleen {soon}, en die was er niet.", rule, event)
    text = f"{begins_not} het telt alleen {soon}, en de laatste was {question.told(last)}."
    return question.silent(NOT_AFTER, text, rule, event, by=last.id)


def _agencies(count: int) -> str:
    return f"{wording.number(count)} {'organisatie' if count == 1 else 'organisaties'}"

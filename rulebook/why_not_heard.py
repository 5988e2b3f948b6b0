"""Why silence or a pattern does not alert: who was heard last, in which phase, and how many signals a window holds."""

from collections.abc import Iterator

from rulebook import fates, kinds, wording
from rulebook.dutch import instant_in_words
from rulebook.event import Event
from rulebook.instance import Instance
from rulebook.kinds import pattern, silence
from rulebook.question import Question, Silent
from rulebook.rules import PHASES, PatternRule, SilenceRule
from rulebook.why_not_begun import NO_AGREEMENT, NO_START, hindrance

CASE_IS_CLOSED, PHASE = "case_is_closed", "phase"
TOO_FEW, NOT_AFTER, RUNNING = "too_few", "not_after", "running"


def heard(question: Question) -> Iterator[Silent]:
    """Yield why nobody is told that a case falls still: only what was heard last counts."""
    last = next(
        (one for one in reversed(question.history.events) if silence.is_heard(one, question.id, question.plan)), None
    )
    if last is None:
        text = "Over deze casus is nog niets gehoord waarna het stil kan zijn."
        yield question.silent(NO_START, text, question.versions[-1])
        return
    rule = question.chosen(last)
    if rule is None:
        yield question.no_agreement(NO_AGREEMENT, last)
    elif isinstance(rule, SilenceRule):
        found = (
            _not_listening(question, rule, last) or hindrance(question, rule, last) or _waiting(question, rule, last)
        )
        if found is not None:
            yield found


def _not_listening(question: Question, rule: SilenceRule, last: Event) -> Silent | None:
    history, words = question.history, question.names.words
    if history.closed:
        text = f"De casus is gesloten; dan hoeft er niets te worden gehoord. Het laatste was {question.told(last)}."
        return question.silent(CASE_IS_CLOSED, text, rule, last)
    if history.phase not in rule.phases:
        phases = wording.listed([words.phase(one) for one in PHASES if one in rule.phases], "of")
        text = f"De casus is in de fase {words.phase(history.phase)}; deze regel let alleen op stilte in {phases}."
        return question.silent(PHASE, text, rule, last)
    return None


def _waiting(question: Question, rule: SilenceRule, last: Event) -> Silent | None:
    became = fates.fate(Instance(rule, last), question)
    if became is None:
        return None
    return question.silent(became.code, became.sentence, rule, last, by=became.by, until=became.until)


def signals(question: Question) -> Iterator[Silent]:
    """Yield, for each event that counts in a pattern, why it gave no signal that is open."""
    versions = [one for one in question.versions if isinstance(one, PatternRule)]
    instances = {
        rule: kinds.instances(question.history, rule, question.plan, case=question.case, horizon=question.at)
        for rule in versions
    }
    running: Instance | None = None
    for event in filter(question.could_start, question.history.events):
        rule = question.chosen(event)
        if rule is None:
            yield question.no_agreement(NO_AGREEMENT, event)
        elif isinstance(rule, PatternRule) and rule.of.matches(event):
            running = instances[rule].get(event.id, running)
            yield from _signal(question, rule, event, running)


def _signal(question: Question, rule: PatternRule, event: Event, running: Instance | None) -> Iterator[Silent]:
    window = [
        one
        for one in question.history.of(*rule.of.by_type)
        if rule.of.matches(one) and event.occurred_at - rule.window < one.occurred_at <= event.occurred_at
    ]
    if not pattern.holds(question.history, rule, event, window):
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
    last = pattern.preceding(question.history, rule, event)
    if last is None:
        return question.silent(NOT_AFTER, f"{begins_not} het telt alleen {soon}, en die was er niet.", rule, event)
    text = f"{begins_not} het telt alleen {soon}, en de laatste was {question.told(last)}."
    return question.silent(NOT_AFTER, text, rule, event, by=last.id)


def _agencies(count: int) -> str:
    return f"{wording.number(count)} {'organisatie' if count == 1 else 'organisaties'}"

"""Why nothing that could have begun alerts, start by start; and events that are gone or were not known yet."""

from collections.abc import Iterator, Sequence

from rulebook import fates, kind
from rulebook.dutch import instant_in_words
from rulebook.event import CORRECTED, WITHDRAWN, Event
from rulebook.history import named_event
from rulebook.instance import CASE_CLOSED, REPLACED
from rulebook.kind import Counting
from rulebook.question import NO_AGREEMENT, NO_START, Question, Silent
from rulebook.rules import Rule
from rulebook.wording import sentence

OTHER_VALUES, CLOSED_CASE, NO_CHILD = "other_values", "closed_case", "no_child"
WITHDRAWN_START, CORRECTED_START, NOT_YET_KNOWN = "withdrawn", "corrected", "not_yet_known"


def begun(question: Question) -> Iterator[Silent]:
    """Yield what became of each event with which something could begin."""
    for event in filter(question.could_start, question.history.events):
        rule = question.chosen(event)
        if rule is None:
            yield question.no_agreement(NO_AGREEMENT, event)
        elif kind.of(rule).is_told_by_start:
            hindered = hindrance(question, rule, event)
            yield from _fates(question, rule, event) if hindered is None else (hindered,)


def hindrance(question: Question, rule: Rule, event: Event) -> Silent | None:
    """Return why an event begins nothing under the version of the rule that holds for it."""
    begins_not = f"Na {question.told(event)} begint niets:"
    of_kind = kind.of(rule)
    if of_kind.is_told_by_start and not rule.begins_with().matches(event):
        return question.silent(OTHER_VALUES, f"{begins_not} nodig is {of_kind.awaited()}.", rule, event)
    if not rule.may_start(event, closed=question.history.closed_before(event)):
        return question.silent(CLOSED_CASE, f"{begins_not} de casus was toen gesloten.", rule, event)
    if rule.if_case is not None and not question.history.has_child:
        text = f"{begins_not} in geen enkele melding van deze casus staat een kind."
        return question.silent(NO_CHILD, text, rule, event)
    own = of_kind.hindrance(event)
    return None if own is None else question.silent(own[0], f"{begins_not} {own[1]}.", rule, event)


def nothing_began(question: Question) -> Iterator[Silent]:
    """Yield the events of the right type that do not count, or that there are none."""
    types = {name for one in question.versions for name in one.begins_with().by_type}
    near = [event for event in question.history.events if event.type in types]
    for event in near:
        rule = question.chosen(event) or question.versions[-1]
        text = f"Na {question.told(event)} begint niets: nodig is {kind.of(rule).awaited()}."
        yield question.silent(OTHER_VALUES, text, rule, event)
    if not near:
        rule = question.versions[-1]
        text = f"Er is in deze casus niets waarmee deze regel begint. Nodig is {kind.of(rule).awaited()}."
        yield question.silent(NO_START, text, rule)


def lost(question: Question, facts: Sequence[Event]) -> Iterator[Silent]:
    """Yield events with which the rule could begin, were they not withdrawn, corrected or told later."""
    known = {event.id: event for event in question.history.events}
    for event in filter(question.could_start, facts):
        rule = question.chosen(event) or question.versions[-1]
        told = question.told(event)
        if event.recorded_at > question.at:
            if event.occurred_at <= question.at:
                known_at = instant_in_words(event.recorded_at)
                text = f"{sentence(told)} was toen nog niet bekend: dat is pas verteld op {known_at}."
                yield question.silent(NOT_YET_KNOWN, text, rule, event)
        elif event.id not in known:
            by = _last(question, facts, WITHDRAWN, event)
            text = f"{sentence(told)} telt niet meer: dat is ingetrokken, met {question.told(by)}."
            yield question.silent(WITHDRAWN_START, text, rule, event, by=by.id)
        elif not question.could_start(known[event.id]):
            by = _last(question, facts, CORRECTED, event)
            text = f"{sentence(told)} telt hier niet meer: dat is gecorrigeerd, met {question.told(by)}."
            yield question.silent(CORRECTED_START, text, rule, event, by=by.id)


def _fates(question: Question, rule: Rule, event: Event) -> Iterator[Silent]:
    wanted = kind.of(rule).wanted_of(question.history, event)
    counting = Counting(question.history, question.plan, question.case, question.at, wanted)
    found = kind.instances(rule, counting).values()
    own = sorted((one for one in found if one.start is event), key=lambda one: one.number or 0)
    if own and all(one.end in {REPLACED, CASE_CLOSED} for one in own):
        own = own[:1]  # one story for all moments of a schedule
    for instance in own:
        became = fates.fate(instance, question)
        if became is not None:
            yield question.silent(became.code, became.sentence, rule, event, by=became.by, until=became.until)


def _last(question: Question, facts: Sequence[Event], kind: str, event: Event) -> Event:
    """Return the correction or withdrawal that was recorded last of those that were known and name an event."""
    naming = [one for one in facts if one.type == kind and one.recorded_at <= question.at]
    of_it = [one for one in naming if named_event(one) == event.id]
    return max(of_it, key=lambda one: (one.recorded_at, one.id))

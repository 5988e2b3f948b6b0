"""What became of one instance that does not alert: done, ended, accepted or not due yet, with a Dutch sentence.

A fate names what made it so: an event, or the instant at which it changes by itself.
"""

from dataclasses import dataclass

from rulebook.alerts import alert_id
from rulebook.dutch import deadline_in_words, instant_in_words
from rulebook.errors import CannotCount
from rulebook.event import Event
from rulebook.instance import ACKNOWLEDGED, BREACH, CASE_CLOSED, ENDED, REPLACED, SIGNAL, WARN, Instance
from rulebook.kinds import date, silence
from rulebook.question import Question
from rulebook.rules import DateRule, MomentsRule, SilenceRule, TermRule
from rulebook.values import is_number, shared

IN_TIME, LATE, ALREADY = "in_time", "late", "already"
ACCEPTED, NOT_DUE, NO_TERM = "accepted", "not_due", "no_term"


@dataclass(frozen=True, slots=True)
class Fate:
    """Why an instance does not alert, the event that made it so, and when it will alert if nothing comes."""

    code: str
    sentence: str
    by: str | None = None  # the id of an event
    until: int | None = None


def fate(instance: Instance, question: Question) -> Fate | None:
    """Return what became of an instance; nothing when its alert is open. Raises CannotCount."""
    if instance.end is not None:
        return _ended(instance, question)
    if instance.satisfied_at is not None:
        return _satisfied(instance, question)
    accepted = question.history.accepted_until.get((instance.rule.id, instance.key))
    instance.count(accepted)
    if instance.open_stage(question.at) is not None:
        return None
    return _waiting(instance, None if instance.rule.legal else accepted, question)


def beginning(instance: Instance, question: Question) -> str:
    """Return how an instance began, as the first words of a sentence about it."""
    moment = "" if instance.number is None else f", moment {instance.number}"
    return f"Na {question.told(instance.start)}{moment}:"


def _waiting(instance: Instance, accepted: int | None, question: Question) -> Fate:
    due = instance.next_due(question.at)
    start = beginning(instance, question)
    if accepted is not None:
        text = f"{start} iemand heeft uitstel geaccepteerd tot en met {deadline_in_words(accepted)}."
        more = "" if due is None else f" Te laat is het na {deadline_in_words(due)}."
        return Fate(ACCEPTED, text + more, _acceptance(instance, question), due)
    if due is None:
        return Fate(NO_TERM, f"{start} daar hoort geen termijn bij.")
    text = f"{start} het is nog niet zo ver."
    if due == instance.warn and due != instance.breach:
        text += f" De regel waarschuwt na {deadline_in_words(due)}."
        if instance.breach is not None:
            text += f" Te laat is het na {deadline_in_words(instance.breach)}."
        return Fate(NOT_DUE, text, None, due)
    return Fate(NOT_DUE, f"{text} Te laat is het na {deadline_in_words(due)}.", None, due)


def _acceptance(instance: Instance, question: Question) -> str | None:
    """Return the id of the acceptance that reaches furthest."""
    found = [
        event
        for event in question.history.of("stall_accepted")
        if (event.data.get("rule"), event.data.get("instance")) == (instance.rule.id, instance.key)
    ]
    return max(found, key=lambda event: str(event.data.get("until_on"))).id if found else None


def _satisfied(instance: Instance, question: Question) -> Fate:
    by = satisfier(instance, question)
    what = "iets over het gezin" if by is None else question.told(by)
    event = None if by is None else by.id
    start = beginning(instance, question)
    if instance.already:
        return Fate(ALREADY, f"{start} dat was toen al gedaan, met {what}.", event)
    due = _last_due(instance, question)
    last = "" if due is None else f" Uiterlijk was {deadline_in_words(due)}."
    if due is None or (instance.satisfied_at or 0) < due:
        told_late = due is not None and by is not None and by.recorded_at >= due
        more = f" Het is pas verteld op {instant_in_words(by.recorded_at)}." if told_late and by is not None else ""
        return Fate(IN_TIME, f"{start} dat is op tijd gedaan, met {what}.{last}{more}", event)
    return Fate(LATE, f"{start} dat is gedaan, maar te laat, met {what}.{last} Het alarm is daarom gesloten.", event)


def _last_due(instance: Instance, question: Question) -> int | None:
    """Return the due of the furthest stage as it stood; nothing where there is none or it cannot be counted."""
    try:
        warn, breach = instance.original(WARN), instance.original(BREACH)
    except CannotCount:
        return None
    accepted = question.history.accepted_until.get((instance.rule.id, instance.key))
    warn, breach = instance.after_acceptance(warn, breach, accepted)
    return warn if breach is None else breach


def satisfier(instance: Instance, question: Question) -> Event | None:
    """Return the event that satisfied an instance."""
    rule, history, start = instance.rule, question.history, instance.start
    match rule:
        case TermRule() | DateRule():
            of_it = [
                event
                for event in history.of(*rule.until.by_type)
                if rule.until.matches(event)
                and shared(event.data, rule.per) == instance.share
                and event is not start
                and (event.order < start.order) == instance.already
            ]
            return next((event for event in of_it if event.occurred_at == instance.satisfied_at), None)
        case MomentsRule():
            return next(
                (
                    event
                    for event in history.of(*rule.until.by_type)
                    if event.order > start.order
                    and rule.until.matches(event)
                    and is_number(event.data.get("moment"), instance.number or 0)
                ),
                None,
            )
        case SilenceRule():
            later = (event for event in history.events if event.order > start.order)
            return next((event for event in later if silence.is_heard(event, rule.id, question.plan)), None)
    return None


def _ended(instance: Instance, question: Question) -> Fate:
    begun = beginning(instance, question)
    match instance.end:
        case "replaced" if isinstance(instance.rule, DateRule):
            by = _last_start(instance, question)
            return Fate(REPLACED, f"{begun} daarna is er een andere dag genoemd, met {question.told(by)}.", by.id)
        case "replaced":
            by = _last_start(instance, question)
            return Fate(REPLACED, f"{begun} daarna is de reeks opnieuw begonnen, met {question.told(by)}.", by.id)
        case "ended":
            by = _first_end(instance, question)
            return Fate(ENDED, f"{begun} de reeks is gestopt, met {question.told(by)}.", by.id)
        case "acknowledged":
            alert = alert_id(question.case, instance.rule, instance.key, SIGNAL, instance.start.occurred_at)
            by = next(question.history.acknowledged(alert))
            return Fate(ACKNOWLEDGED, f"{begun} iemand heeft dit signaal opgepakt, met {question.told(by)}.", by.id)
    place = question.history.first_closing_after(instance.start)
    by = next(event for event in question.history.of("case_closed") if event.order == place)
    return Fate(CASE_CLOSED, f"{begun} daarna is de casus gesloten, met {question.told(by)}.", by.id)


def _last_start(instance: Instance, question: Question) -> Event:
    """Return the event that took the place of the start of an instance."""
    rule, history = instance.rule, question.history
    assert isinstance(rule, DateRule | MomentsRule), "only these are replaced"
    return [
        event
        for event in history.of(*rule.start.by_type)
        if rule.start.matches(event)
        and rule.may_start(event, closed=history.closed_before(event))
        and (
            not isinstance(rule, DateRule)
            or (date.named_day(rule, event) is not None and shared(event.data, rule.per) == instance.share)
        )
    ][-1]


def _first_end(instance: Instance, question: Question) -> Event:
    rule = instance.rule
    assert isinstance(rule, MomentsRule), "only a schedule has ends"
    ends = (event for event in question.history.of(*rule.ends.by_type) if rule.ends.matches(event))
    return next(event for event in ends if event.order > instance.start.order)

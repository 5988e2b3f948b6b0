"""What became of one instance that does not alert: done, ended, accepted or not due yet, with a Dutch sentence.

A fate names what made it so: an event, or the instant at which it changes by itself.
"""

from dataclasses import dataclass

from rulebook import kind
from rulebook.alerts import alert_id
from rulebook.dutch import deadline_in_words, instant_in_words
from rulebook.errors import CannotCount
from rulebook.instance import ACKNOWLEDGED, BREACH, CASE_CLOSED, REPLACED, SIGNAL, WARN, Instance
from rulebook.question import Question

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
    by = kind.of(instance.rule).satisfier(instance, question)
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


def _ended(instance: Instance, question: Question) -> Fate:
    history, begun = question.history, beginning(instance, question)
    if instance.end == ACKNOWLEDGED:
        alert = alert_id(question.case, instance.rule, instance.key, SIGNAL, instance.start.occurred_at)
        by = next(history.acknowledged(alert))
        return Fate(ACKNOWLEDGED, f"{begun} iemand heeft dit signaal opgepakt, met {question.told(by)}.", by.id)
    if instance.end == CASE_CLOSED:
        place = history.first_closing_after(instance.start)
        by = next(event for event in history.of("case_closed") if event.order == place)
        return Fate(CASE_CLOSED, f"{begun} daarna is de casus gesloten, met {question.told(by)}.", by.id)
    return _ended_by_its_kind(instance, question)


def _ended_by_its_kind(instance: Instance, question: Question) -> Fate:
    """Return by what an instance was replaced or ended: the last that took its place, or the first that ended it."""
    assert instance.end is not None, "only what has ended"
    rule = kind.of(instance.rule)
    text = f"{beginning(instance, question)} {rule.ending(instance.end)}"
    by = rule.enders(question.history, instance)
    if not by:
        return Fate(instance.end, f"{text}.")
    one = by[-1] if instance.end == REPLACED else by[0]
    return Fate(instance.end, f"{text}, met {question.told(one)}.", one.id)

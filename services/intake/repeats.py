"""The verdict before there is one, and the verdict on what was seen before. Pure."""

from services.intake import outcome as verdicts
from services.intake import sentences
from services.intake.outcome import Outcome
from services.intake.rules import Reading, Rejected


def undecided(one: Reading) -> Outcome:
    """Return the outcome of an event that is still to be judged."""
    return Outcome(one.raw, one.agency, one.event_id, "")


def rejected(one: Rejected) -> Outcome:
    """Return the outcome of a record that cannot be read, or that its sender may not say."""
    return Outcome(one.raw, one.agency, one.event_id, verdicts.REJECTED, field=one.field, reason=one.reason)


def again(one: Reading, source: str, content: bytes, before: Outcome) -> Outcome | None:
    """Return the verdict on an event whose id was seen before; None when that one was set aside and this is its repeat."""
    outcome = undecided(one)
    if source != one.source:
        outcome.verdict, outcome.field, outcome.reason = verdicts.REJECTED, "ce_id", sentences.NOT_YOURS
    elif content != one.content:
        outcome.verdict, outcome.field, outcome.reason = verdicts.CONFLICT, "ce_id", sentences.CONFLICTS
    elif before.verdict == verdicts.ACCEPTED:
        outcome.verdict, outcome.first, outcome.reason = verdicts.DUPLICATE, before, sentences.SEEN
    elif before.verdict == verdicts.PARKED:
        outcome.verdict, outcome.field, outcome.reason = verdicts.PARKED, before.field, sentences.SEEN_AND_WAITS
    else:
        return None
    return outcome

"""By when people must have looked at what was set aside.

Pure. A dead letter is decided on by the end of the next working day: whoever sent it hears of a fault while the people
who made it are still at it, and no term of the agreements that is counted in working days has run out by then for want
of an event that lay with us. Source: decision 21. What waits for its case has `WAAKVLAM_INTAKE_PARKED_DAYS`.
"""

from rulebook.agreements import Agreements
from rulebook.calendar import Calendar
from rulebook.errors import CannotCount
from rulebook.instants import SECOND
from rulebook.terms import Term

DEAD_LETTER_TERM = Term("working_days", 1)
WITHOUT_CALENDAR_MICROS = 24 * 3600 * SECOND


def calendar_of(agreements: Agreements) -> Calendar | None:
    """Return the calendar by which our own people work: that of the agreement that holds for all municipalities."""
    everywhere = [one for one in agreements.files if one.municipalities is None]
    found = everywhere or list(agreements.files)
    return found[0].source.calendar if found else None


def dead_letter_due(set_aside_at: int, calendar: Calendar | None) -> int:
    """Return when people must have decided; where no calendar tells working days, after a day and a night."""
    if calendar is not None:
        try:
            return DEAD_LETTER_TERM.from_instant(set_aside_at, calendar)
        except CannotCount:
            pass
    return set_aside_at + WITHOUT_CALENDAR_MICROS

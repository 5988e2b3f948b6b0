"""How long what is about people is kept. Pure: the terms are data (`agreements/retention`), by kind and with dates.

A closed case is kept so many years, and then two persons erase it. What else has ended (a login) is thrown
away by the service that keeps it, so many days later.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rulebook.entries import Entry, read
from rulebook.event import Event
from rulebook.history import effective
from rulebook.instants import add_months, day_of, local_day

FOLDER = "retention"
CASE = "case"
SESSION, LOGIN = "session", "login"
KINDS = (CASE, SESSION, LOGIN)
_KEYS = ("kind", "valid_from", "years", "from_youngest_age", "source")
_AGE_KEYS = ("kind", "valid_from", "days", "source")


@dataclass(frozen=True, slots=True)
class Term:
    """So many years, for cases closed from this day on; counted from the closing, or the youngest child's birthday."""

    valid_from: int
    years: int
    from_youngest_age: int
    source: str


@dataclass(frozen=True, slots=True)
class Age:
    """So many days after it ended something of this kind is thrown away, as counts from this day on."""

    kind: str
    valid_from: int
    days: int
    source: str


def load(folder: Path) -> tuple[Term, ...]:
    """Return the terms for cases of a folder with agreements, the oldest first; raises AgreementError."""
    return tuple(sorted((one for one in _read(folder) if isinstance(one, Term)), key=lambda one: one.valid_from))


def load_ages(folder: Path) -> tuple[Age, ...]:
    """Return the terms for all other kinds, the oldest first; raises AgreementError."""
    return tuple(sorted((one for one in _read(folder) if isinstance(one, Age)), key=lambda one: one.valid_from))


def age_of(ages: Sequence[Age], kind: str, day: int) -> Age | None:
    """Return the term that counts for a kind on a local day; None: it is not thrown away."""
    counting = [one for one in ages if one.kind == kind and one.valid_from <= day]
    return counting[-1] if counting else None


def closed_on(events: Iterable[Event]) -> int | None:
    """Return the local day on which a case was closed; None when it is open."""
    closing = None
    for one in effective(events):
        if one.type == "case_closed":
            closing = local_day(one.occurred_at)
        elif one.type in {"report_received", "case_reopened"}:
            closing = None
    return closing


def ends_on(terms: Sequence[Term], closed: int, birth_years: Iterable[int]) -> int | None:
    """Return the last local day on which a closed case is kept, given its children's years of birth; None: no term."""
    counting = [one for one in terms if one.valid_from <= closed]
    if not counting:
        return None
    term = counting[-1]
    # The day of birth is not known, so a child is taken to be as young as it can be.
    grown = max((day_of(date(year + term.from_youngest_age, 12, 31)) for year in birth_years), default=closed)
    return add_months(max(closed, grown), 12 * term.years)


def _read(folder: Path) -> Iterator[Term | Age]:
    for path in sorted((folder / FOLDER).glob("*.yaml")):
        for one in read(path).record(("retention",), required=("retention",))["retention"].items():
            yield _entry(one)


def _entry(one: Entry) -> Term | Age:
    kind = one.record({*_KEYS, *_AGE_KEYS}, required=("kind",))["kind"]
    if kind.text() not in KINDS:
        raise kind.refuse(f"unknown kind; known are {', '.join(KINDS)}")
    if kind.text() != CASE:
        found = one.record(_AGE_KEYS, required=_AGE_KEYS)
        if (days := found["days"].whole()) < 0:
            raise found["days"].refuse("days must be 0 or more")
        return Age(kind.text(), found["valid_from"].day(), days, found["source"].text())
    found = one.record(_KEYS, required=_KEYS)
    years, age = found["years"].whole(), found["from_youngest_age"].whole()
    if min(years, age) < 0:
        raise one.refuse("years and from_youngest_age must be 0 or more")
    return Term(found["valid_from"].day(), years, age, found["source"].text())

"""How long what is told about people in a closed case is kept. Pure: the terms are data (`agreements/retention`)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rulebook.entries import read
from rulebook.event import Event
from rulebook.history import effective
from rulebook.instants import add_months, day_of, local_day

FOLDER = "retention"
KINDS = ("case",)
_KEYS = ("kind", "valid_from", "years", "from_youngest_age", "source")


@dataclass(frozen=True, slots=True)
class Term:
    """So many years, for cases closed from this day on; counted from the closing, or the youngest child's birthday."""

    valid_from: int
    years: int
    from_youngest_age: int
    source: str


def load(folder: Path) -> tuple[Term, ...]:
    """Return the terms for cases of a folder with agreements, the oldest first; raises AgreementError."""
    terms = [term for path in sorted((folder / FOLDER).glob("*.yaml")) for term in _terms(path)]
    return tuple(sorted(terms, key=lambda one: one.valid_from))


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


def _terms(path: Path) -> Iterator[Term]:
    for one in read(path).record(("retention",), required=("retention",))["retention"].items():
        found = one.record(_KEYS, required=_KEYS)
        if found["kind"].text() not in KINDS:
            raise found["kind"].refuse(f"unknown kind; known are {', '.join(KINDS)}")
        years, age = found["years"].whole(), found["from_youngest_age"].whole()
        if min(years, age) < 0:
            raise one.refuse("years and from_youngest_age must be 0 or more")
        yield Term(found["valid_from"].day(), years, age, found["source"].text())

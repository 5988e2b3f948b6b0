"""The language of a page: Dutch is what is written in code and templates, other languages come from a catalogue.

    say("{count} nieuwe alarmen", count=3)      # in the language of this request
    with speaking("en"): …

The catalogue (`locale/en.po`, the format of gettext) is keyed by the Dutch text, so a template stays a page that one can
read. Text between tags and the attributes that people hear or see are looked up by themselves; a text with values in it
is a call of `say`. What agencies told and what an agreement says is quoted: it stays as it was said, and is marked Dutch.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from babel.dates import format_date
from babel.messages.pofile import read_po

from ledger import words
from rulebook.dutch import MONTHS
from rulebook.terms import Term
from rulebook.wording import UNITS, length
from waakvlam.catalogue import EventType

HERE: Final = Path(__file__).parent / "locale"
DUTCH: Final = "nl"
LANGUAGES: Final[Mapping[str, str]] = {DUTCH: "Nederlands", "en": "English"}
_speaks: ContextVar[str] = ContextVar("language", default=DUTCH)


def spoken_now() -> str:
    """Return the language of the request that is answered now."""
    return _speaks.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language for as long as this lasts; one that we do not have is Dutch."""
    token = _speaks.set(language if language in LANGUAGES else DUTCH)
    try:
        yield
    finally:
        _speaks.reset(token)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return the texts of a language by their Dutch; nothing for Dutch itself."""
    if language == DUTCH:
        return {}
    with (HERE / f"{language}.po").open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale=language) if one.id and one.string}


def say(dutch: str, /, **values: object) -> str:
    """Return a text in the language of this request, with its blanks filled; what no catalogue has stays Dutch."""
    return catalogue(_speaks.get()).get(dutch, dutch).format(**values)


def preferred(asked: str, kept: str, accepted: str) -> str:
    """Return the language that somebody wants: as asked now, as asked before, or as the browser says."""
    for one in (asked, kept, *_accepted(accepted)):
        if one in LANGUAGES:
            return one
    return DUTCH


def _accepted(header: str) -> list[str]:
    """Return the languages of an Accept-Language header, the most wanted first."""
    found = re.findall(r"([a-zA-Z]{1,8})(?:-[a-zA-Z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{1,3})?))?", header[:200])
    return [name.lower() for name, _ in sorted(found, key=lambda one: -float(one[1] or 1))]


# Days and instants.


def day(value: object) -> str | None:
    """Write a date, or its text YYYY-MM-DD; anything else is nothing."""
    dutch = words.day(value)
    if dutch is None or _speaks.get() == DUTCH:
        return dutch
    number, month, year = dutch.split(" ")
    when = date(int(year), MONTHS.index(month) + 1, int(number))
    return format_date(when, "d MMMM y", locale=_speaks.get())


def clock_time(micros: int) -> str:
    """Write the time of day of an instant."""
    return say("{at:%H.%M}", at=words.local(micros))


def moment(micros: int) -> str:
    """Write an instant: day and time."""
    return say("{day} om {time} uur", day=day(words.local(micros).date()), time=clock_time(micros))


def spoken(micros: int) -> str:
    """Write an instant; a term that ends with a day is named by the day that begins."""
    at = words.local(micros)
    return (day(at.date()) or "") if _is_midnight(micros) else moment(micros)


def last_day(micros: int) -> str:
    """Write until when something can be done; a term that ends with a day is named by that day itself."""
    before = words.local(micros - words.MINUTE)
    return (day(before.date()) or "") if _is_midnight(micros) else moment(micros)


def how_long(since: int, *, now: int) -> str:
    """Write how long something lasts, in the largest unit that says enough."""
    number, unit = words.how_long(since, now=now).split(" ")
    return say(f"1 {unit}") if number == "1" else f"{number} {say(unit)}"


def listed(parts: list[str]) -> str:
    """Write words as a list in a sentence."""
    return f" {say('en')} ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def event_name(of: EventType) -> str:
    """Return how a kind of event is called: its Dutch name in Dutch, else the name of its contract, which is English."""
    name = of.nl if _speaks.get() == DUTCH else of.name
    return name.replace("-", " ").replace("_", " ").capitalize()


def term_length(term: Term) -> str:
    """Write how long a term of an agreement is, without its direction."""
    if _speaks.get() == DUTCH:
        return length(term)
    count = abs(term.number)
    return f"{count} {say(UNITS[term.unit][count != 1])}"


def half_year_in_words(name: str) -> str:
    """Write a half-year (2026-1): 2026, 1e helft."""
    year, _, half = name.partition("-")
    return say("{year}, 1e helft", year=year) if half == "1" else say("{year}, 2e helft", year=year)


def duration(hours: float | None) -> str:
    """Write a coarse duration; a dash where none is told."""
    if hours is None:
        return "–"
    if hours >= 2 * 24:
        return say("{count} dagen", count=f"{hours / 24:g}")
    return say("{count} uur", count=f"{hours:g}") if hours >= 2 else say("{count} min", count=round(hours * 60))


def role(name: str) -> str:
    """Return the word for a role in an attention list."""
    return say(words.role(name))


def phase(name: str) -> str:
    """Return the word for the phase that a case is in."""
    return say(words.phase(name))


def _is_midnight(micros: int) -> bool:
    at = words.local(micros)
    return (at.hour, at.minute, at.second) == (0, 0, 0)

"""A form: what was filled in becomes values or sentences about what is not right, and what was typed stays.

Two things that look alike are kept apart: `read` judges what a person filled in; whether the event can be is asked of the
action (`Action.refuse`) and of the door (`door.refusal`). Nothing here repeats what was typed in a sentence.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from ledger.words import local
from rulebook.instants import AMSTERDAM
from services.board.doing.action import Problem
from services.board.doing.fields import Asked, Kind
from services.board.language import day, say
from waakvlam.shapes import is_id

TEXT_MAX = 2_000
TIME = "-tijd"  # behind the name of a moment: the input for the time of day
NOON = time(12)
NINE_DIGITS = re.compile(r"[0-9]{9}").fullmatch

Given = Mapping[str, Sequence[str]]
"""What a browser sent: a list of texts by the name of each input."""


class NotRight(Exception):
    """Something that was filled in is not right; its text is a sentence."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was read: values by field, and what is not right, in the order of the form."""

    values: Mapping[str, Any]
    problems: tuple[Problem, ...]


def read(questions: Sequence[Asked], given: Given, *, now: int) -> Filled:
    """Read what was filled in; `now` (micros) stands in where somebody says today without a time."""
    values: dict[str, Any] = {}
    problems = []
    for one in questions:
        try:
            values[one.name] = READERS[one.kind](one, given, now)
        except NotRight as wrong:
            problems.append(Problem(one.name, str(wrong)))
    return Filled(values, tuple(problems))


def _text(one: Asked, given: Given) -> str:
    return next(iter(given.get(one.name, ())), "").strip()


def _left_out(one: Asked, sentence: str) -> None:
    """Take nothing for an answer where that may be; raises NotRight where it may not."""
    if one.required:
        raise NotRight(sentence)


def _choice(one: Asked, given: Given, _: int) -> str | None:
    text = _text(one, given)
    if not text:
        _left_out(one, say("Maak een keuze."))
        return None
    if text not in (one.choices or {}):
        raise NotRight(say("Deze keuze bestaat niet (meer). Kies een van de mogelijkheden."))
    return text


def _choices(one: Asked, given: Given, _: int) -> list[str]:
    found = [text for text in dict.fromkeys(given.get(one.name, ())) if text]
    if not found:
        _left_out(one, say("Kies er ten minste een."))
    if not set(found) <= set(one.choices or {}):
        raise NotRight(say("Een van deze keuzes bestaat niet (meer). Kies opnieuw."))
    return found


def _day(one: Asked, given: Given, _: int) -> date | None:
    text = _text(one, given)
    if not text:
        _left_out(one, say("Kies een dag."))
        return None
    found = _date(text)
    if one.earliest is not None and found < one.earliest:
        raise NotRight(say("Deze dag is voorbij. Kies vandaag of een latere dag."))
    if one.latest is not None and found > one.latest:
        raise NotRight(one.too_late or say("Kies uiterlijk {day}.", day=day(one.latest)))
    return found


def _moment(one: Asked, given: Given, now: int) -> datetime | None:
    found = _day(one, given, now)
    if found is None:
        return None
    told = next(iter(given.get(one.name + TIME, ())), "").strip()
    if not told:
        return local(now) if found == local(now).date() else datetime.combine(found, NOON, AMSTERDAM)
    try:
        at = datetime.combine(found, time.fromisoformat(told), AMSTERDAM)
    except ValueError:
        raise NotRight(say("Deze tijd bestaat niet. Schrijf bijvoorbeeld 14:30.")) from None
    if at > local(now):
        raise NotRight(say("Dit tijdstip moet nog komen. Kies wanneer het gebeurde."))
    return at


def _words(one: Asked, given: Given, _: int) -> str | None:
    text = _text(one, given).replace("\r\n", "\n")
    if not text:
        _left_out(one, say("Vul dit in, in een paar woorden."))
        return None
    if len(text) > TEXT_MAX:
        raise NotRight(
            say("Dit zijn {count} tekens. Er passen er {most} in: maak het korter.", count=len(text), most=TEXT_MAX)
        )
    return text


def _number(one: Asked, given: Given, _: int) -> str | None:
    text = _text(one, given)
    if not text:
        _left_out(one, say("Vul het nummer in."))
        return None
    if not is_id(text):
        raise NotRight(say("Hier hoort één nummer of code, zonder spaties. Woorden over mensen horen hier niet."))
    if NINE_DIGITS(text):
        raise NotRight(say("Negen cijfers kunnen een BSN zijn. Dat hoort hier niet."))
    return text


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotRight(say("Deze dag bestaat niet. Schrijf bijvoorbeeld 2026-11-24.")) from None


READERS: Mapping[Kind, Callable[[Asked, Given, int], Any]] = {
    Kind.CHOICE: _choice,
    Kind.MANY: _choices,
    Kind.DAY: _day,
    Kind.MOMENT: _moment,
    Kind.TEXT: _words,
    Kind.ID: _number,
}


# How a form looks.


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose."""

    value: str
    word: str
    hint: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One field as a page shows it: ids for a reader, what was typed, and what is not right with it."""

    asked: Asked
    number: str  # of the input, on the page
    text: str
    time: str
    options: tuple[Option, ...]
    problem: str
    is_quoted: bool  # the problem is what the door would say

    @property
    def described_by(self) -> str:
        """Which lines of the page explain this field."""
        parts = [f"{self.number}-uitleg"] if self.asked.help else []
        return " ".join([*parts, *([f"{self.number}-fout"] if self.problem else [])])


def shown(questions: Sequence[Asked], given: Given | None, problems: Sequence[Problem]) -> tuple[Question, ...]:
    """Return the fields as a page shows them; `given` is None when nothing was filled in yet."""
    wrong = {one.field: one for one in reversed(problems)}
    return tuple(_question(one, given, wrong.get(one.name, Problem("", ""))) for one in questions)


def _question(one: Asked, given: Given | None, problem: Problem) -> Question:
    texts = [one.text, *one.texts] if given is None else list(given.get(one.name, ()))
    whole = next(iter(texts), "")
    first, _, clock = whole.partition("T") if one.kind is Kind.MOMENT and given is None else (whole, "", "")
    if given is not None:
        clock = next(iter(given.get(one.name + TIME, ())), "")
    hints = one.hints or {}
    return Question(
        asked=one,
        number=f"veld-{re.sub('[^a-z0-9]', '-', one.name)}",
        text=first,
        time=clock,
        options=tuple(
            Option(value, word, hints.get(value, ""), value in texts) for value, word in (one.choices or {}).items()
        ),
        problem=problem.sentence,
        is_quoted=problem.quoted,
    )

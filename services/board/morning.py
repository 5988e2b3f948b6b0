"""The morning page: the open alarms, worst first, and the parts of that list that somebody may ask for.

What is asked for stands in the address, as codes and words that say nothing about a person. A part never hides how much
there is: the numbers beside the parts count everything, and what is left out below is said.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from services.board import views
from services.board.language import say
from services.board.outlook import Ground
from services.board.sifting import ALL, Sieve, choices
from services.board.store import AlertRow
from services.board.with_whom import lies_with

PARTS = ("alles", "nieuw", "opgepakt")
EVERYBODY, MINE = WHOSE = ("allen", "mij")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the list somebody asked for; `place` is a municipality's code, empty for all."""

    shown: str = PARTS[0]
    whose: str = EVERYBODY
    place: str = ""
    sieve: Sieve = ALL

    def address(self, *, shown: str | None = None, whose: str | None = None) -> str:
        """Return the query of the address of this part, or of one like it; what is usual is left out."""
        part = replace(self, shown=shown or self.shown, whose=whose or self.whose)
        usual = Asked()
        given = {"toon": (part.shown, usual.shown), "van": (part.whose, usual.whose), "gemeente": (part.place, "")}
        asked = {name: value for name, (value, default) in given.items() if value != default}
        return urlencode(asked | part.sieve.given())


@dataclass(frozen=True, slots=True)
class Glance:
    """When somebody looks (micros), and who (an opaque id)."""

    now: int
    me: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """The list of open alerts, worst first, with its numbers and the point up to which it is true."""

    page: tuple[views.Card, ...]
    left_out: int
    limit: int
    stand: int
    asked: Asked
    counts: Mapping[str, int]
    families: int
    places: tuple[tuple[str, str], ...]
    rules: tuple[tuple[str, str], ...]
    is_empty: bool  # there is no open alarm at all, in any part

    @property
    def shown(self) -> str:
        """Which part of the list this is."""
        return self.asked.shown


def asked(shown: str, whose: str, place: str, sieve: Sieve = ALL) -> Asked:
    """Return what was asked for; a word that means nothing asks for the usual."""
    return Asked(
        shown if shown in PARTS else PARTS[0],
        whose if whose in WHOSE else EVERYBODY,
        place if place.isdigit() else "",
        sieve,
    )


def overview(
    rows: Sequence[AlertRow],
    reasons: Callable[[Sequence[AlertRow]], Mapping[str, Ground]],
    municipalities: Mapping[str, str],
    *,
    stand: int,
    part: Asked,
    chosen: Sequence[AlertRow],
    limit: int,
    glance: Glance,
) -> Overview:
    """Return the list of alerts, of rows that come worst first (`views.urgency`).

    `chosen` are those of all open ones (`rows`) that were asked for. `reasons` is asked for the grounds of those that
    are shown, and of no others.
    """
    day = views.today(glance.now).isoformat()
    parts: dict[str, list[AlertRow]] = {"alles": [*chosen], "nieuw": [], "opgepakt": []}
    for row in chosen:
        parts["opgepakt" if views.is_picked_up(row, day) else "nieuw"].append(row)
    found = parts[part.shown][:limit]
    why, per_case = reasons(found), Counter(row.case_id for row in rows)
    return Overview(
        page=tuple(
            replace(
                _card(row, municipalities, why.get(row.raised, Ground("")), glance), others=per_case[row.case_id] - 1
            )
            for row in found
        ),
        left_out=max(0, len(parts[part.shown]) - limit),
        limit=limit,
        stand=stand,
        asked=part,
        counts={name: len(some) for name, some in parts.items()},
        families=len({row.case_id for row in chosen}),
        places=_places(rows, municipalities),
        rules=tuple(choices(rows)),
        is_empty=not rows,
    )


def from_address(query: str) -> Asked:
    """Return the part of the list that the query of an address asks for; what it cannot be is left out."""
    given = dict(parse_qsl(query))
    sieve = Sieve.of(given.get("regel", ""), given.get("organisatie", ""), given.get("zwaarte", ""))
    return asked(given.get("toon", ""), given.get("van", ""), given.get("gemeente", ""), sieve)


def chosen_of(rows: Sequence[AlertRow], part: Asked, *, me: str, sight: Mapping[str, str]) -> Sequence[AlertRow]:
    """Return the alerts that somebody asked for, whether they are new or not; `sight` by case as in `sifting`."""
    own = whose(rows, part.whose, me)
    if not part.place and part.sieve == ALL:
        return own
    return [row for row in own if part.place in {"", row.municipality} and part.sieve.keeps(row, sight)]


def whose(rows: Sequence[AlertRow], who: str, me: str) -> Sequence[AlertRow]:
    """Return the alerts of everybody, or of the cases in which an open alert lies with me: taken up by me, or handed to me."""
    if who != MINE:
        return rows
    cases = {row.case_id for row in rows if lies_with(row, me)}
    return [row for row in rows if row.case_id in cases]


def _card(row: AlertRow, municipalities: Mapping[str, str], ground: Ground, glance: Glance) -> views.Card:
    why, lines, ends = ground.sentence, ground.lines, ground.ends
    return views.card(row, municipalities, why=why, behind=lines, ends=ends, now=glance.now, me=glance.me)


def _places(rows: Sequence[AlertRow], municipalities: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the municipalities from which there are alerts, by name."""
    names = {
        one: municipalities.get(one) or say("gemeente {code}", code=one) for one in {row.municipality for row in rows}
    }
    return tuple(sorted(names.items(), key=lambda one: one[1]))

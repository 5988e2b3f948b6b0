"""A ladder as a page shows it: each step with who sits there, how long it may take, and where the question is now."""

from dataclasses import dataclass

from ledger.words import listed
from rulebook.rules import Ladder
from services.board.doing.on_ladders import decided_within, level_name
from services.board.language import say

INFORMATION = {
    "none": "Hier gaat geen informatie over het gezin heen.",
    "minimal": "Hier gaat geen naam of adres heen, alleen de vraag.",
    "case": "Hier mag over de casus worden gesproken.",
}
VEILIG_THUIS = "vt"
SPELLED = {"om": "Openbaar Ministerie", "avz": "AVZ"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One level of a ladder, in words."""

    name: str
    who: str  # as the agreement calls them
    direction: str
    term: str
    information: str
    is_now: bool


def steps(ladder: Ladder, now: int | None) -> tuple[Step, ...]:
    """Return the steps of a ladder, the highest first, as it stands on a wall."""
    return tuple(
        Step(
            name=level_name(ladder, level),
            who=_as_begin(listed(list(map(_people, level.participants)))),
            direction=_people(level.direction),
            term=decided_within(level),
            information=say(INFORMATION[level.information]) if level.information in INFORMATION else "",
            is_now=level.nr == now,
        )
        for level in reversed(ladder.levels)
    )


def _people(name: str) -> str:
    words = name.split("-")
    whose = " van Veilig Thuis" if VEILIG_THUIS in words else ""
    return " ".join(SPELLED.get(word, word) for word in words if word != VEILIG_THUIS) + whose


def _as_begin(words: str) -> str:
    return words[:1].upper() + words[1:]

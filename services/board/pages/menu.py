"""The menu: an address, its word, and the action that says who sees it there; and on which page each role begins."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.board.rights import Action, Person, Role


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    path: str
    word: str
    action: Action


MENU: Final = (
    Entry("/", "Alarmen", Action.SEE_ALERTS),
    Entry("/team", "Team", Action.SEE_TEAM),
    Entry("/regio", "Regio", Action.SEE_REGION),
    Entry("/spiegel", "Aanlevering", Action.SEE_MIRROR),
    Entry("/bestuur", "Afspraken", Action.SEE_GOVERNORS),
    Entry("/inzage", "Inzage", Action.SEE_LOOKS),
    Entry("/noodtoegang", "Noodtoegang", Action.REVIEW_EMERGENCY_ACCESS),
)

FIRST: Final = "/"
HOMES: Final[Mapping[Role, str]] = {
    Role.MONITOR: FIRST,
    Role.WORKER: FIRST,
    Role.TEAM_MANAGER: "/team",
    Role.POLICY_OFFICER: "/regio",
    Role.ADMINISTRATOR: "/spiegel",
    Role.AUDITOR: "/inzage",
}
"""Where somebody's day begins: who governs begins at figures, and meets no family on the way."""


def home_of(person: Person) -> str | None:
    """Return the page on which somebody begins; None for who has no role here."""
    return next((HOMES[role] for role in Role if role in person.roles), None)

"""What stands around every page because of who reads it: who they are, what was logged, and when they must log in again."""

from functools import partial
from typing import Any, Final

from fastapi import Request

from services.board.access.emergency import Emergency
from services.board.access.keeper import Keeper
from services.board.pages.menu import MENU, home_of
from services.board.rights import Action, Person, Role, Whose, may

ROLE_WORDS: Final = {
    Role.MONITOR: "Monitor van Veilig Thuis",
    Role.WORKER: "Medewerker met eigen taken",
    Role.TEAM_MANAGER: "Teammanager",
    Role.POLICY_OFFICER: "Beleidsmedewerker",
    Role.ADMINISTRATOR: "Beheerder",
    Role.AUDITOR: "Controleur",
}


def around(keeper: Keeper, request: Request) -> dict[str, Any]:
    """Return what the frame of a page shows of its reader."""
    person: Person | None = getattr(request.state, "person", None)
    looked: str | None = getattr(request.state, "looked", None)
    has_login = keeper.access.provider is not None
    return {
        "medewerker": person.id if person else "",
        "rollen": [ROLE_WORDS[role] for role in Role if person and role in person.roles],
        "rol": next(iter(person.roles), None) if person else None,
        "alle_rollen": [] if has_login else list(ROLE_WORDS.items()),
        "aangemeld": has_login and person is not None,
        "rust_na": keeper.access.sessions.lifetimes.idle * 60 if has_login and person else 0,
        "mag": partial(may, person),
        "menu": [one for one in MENU if may(person, one.action)],
        "hier": request.url.path,
        "thuis": home_of(person) if person else None,
        "ingezien": looked is not None,
        "opgesomd": getattr(request.state, "listed", False),
        "noodtoegangen": told_of(keeper, looked),
        "wacht_op_oordeel": len(waiting(keeper, person)),
    }


def told_of(keeper: Keeper, case: str | None) -> list[Emergency]:
    """Return the emergency accesses that everybody who sees this case must know of."""
    return keeper.access.emergencies.of_case(case) if case else []


def waiting(keeper: Keeper, person: Person | None) -> list[Emergency]:
    """Return the emergency accesses that wait for somebody to judge them, for who may; never one's own."""
    if person is None or not may(person, Action.REVIEW_EMERGENCY_ACCESS):
        return []
    return [one for one in keeper.access.emergencies.unjudged() if one.person != person.id and oversees(person, one)]


def oversees(person: Person, emergency: Emergency) -> bool:
    """Tell whether it is for somebody to judge this emergency access."""
    return may(person, Action.REVIEW_EMERGENCY_ACCESS, Whose(municipality=emergency.municipality))

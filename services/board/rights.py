"""Who may do what at the board, as one table: a role beside an action, and one of three answers.

The table is pure and is the only place where this is decided. Every route names its action (`pages/routes.py`), the test
of the forbidden pairs and the page `docs/reference/rights-on-the-board.md` are made from it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody is at the board; one person may be several things."""

    MONITOR = "monitor"
    WORKER = "worker"
    TEAM_MANAGER = "team_manager"
    POLICY_OFFICER = "policy_officer"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Grant(StrEnum):
    """What the table answers: yes, in one's own scope only, or no."""

    YES = "yes"
    OWN = "own"
    NO = "no"


class Action(StrEnum):
    """What can be done at the board; each route is one of these."""

    # For everybody and everything that can reach the board, also before anybody logs in.
    BE_LET_IN = "be_let_in"
    BE_MEASURED = "be_measured"
    # For everybody who is somebody here.
    READ_HELP = "read_help"
    # Cases.
    SEE_ALERTS = "see_alerts"
    FIND_CASE = "find_case"
    SEE_CASE = "see_case"
    TAKE_CASE_OUT = "take_case_out"
    # What is done about them.
    ACKNOWLEDGE = "acknowledge"
    HAND_OVER_ALERT = "hand_over_alert"
    ACCEPT_STALL = "accept_stall"
    RECORD_MOMENT = "record_moment"
    RECORD_CONTACT = "record_contact"
    REPORT_BACK = "report_back"
    ESCALATE = "escalate"
    CORRECT_EVENT = "correct_event"
    JUDGE_LINK = "judge_link"
    RATE_ALERT = "rate_alert"
    # Overviews.
    SEE_TEAM = "see_team"
    SEE_REGION = "see_region"
    SEE_MIRROR = "see_mirror"
    SEE_GOVERNORS = "see_governors"
    # Access itself.
    ASK_EMERGENCY_ACCESS = "ask_emergency_access"
    REVIEW_EMERGENCY_ACCESS = "review_emergency_access"
    SEE_LOOKS = "see_looks"


OPEN: Final = frozenset({Action.BE_LET_IN, Action.BE_MEASURED})
"""What needs no person."""

EVERYWHERE: Final = frozenset({"*"})
"""The municipalities of somebody whose work is the whole region."""

_Y, _O, _N = Grant.YES, Grant.OWN, Grant.NO
_COLUMNS: Final = (Role.MONITOR, Role.WORKER, Role.TEAM_MANAGER, Role.POLICY_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR)
_ROWS: Final[Mapping[Action, tuple[Grant, ...]]] = {
    Action.READ_HELP: (_Y, _Y, _Y, _Y, _Y, _Y),
    Action.SEE_ALERTS: (_O, _O, _O, _N, _N, _N),
    Action.FIND_CASE: (_O, _O, _O, _N, _N, _N),
    Action.SEE_CASE: (_O, _O, _O, _N, _N, _N),
    Action.TAKE_CASE_OUT: (_O, _N, _O, _N, _N, _N),
    Action.ACKNOWLEDGE: (_O, _O, _O, _N, _N, _N),
    Action.HAND_OVER_ALERT: (_O, _O, _O, _N, _N, _N),
    Action.ACCEPT_STALL: (_O, _N, _O, _N, _N, _N),
    Action.RECORD_MOMENT: (_O, _O, _O, _N, _N, _N),
    Action.RECORD_CONTACT: (_O, _O, _O, _N, _N, _N),
    Action.REPORT_BACK: (_O, _O, _O, _N, _N, _N),
    Action.ESCALATE: (_O, _O, _O, _N, _N, _N),
    Action.CORRECT_EVENT: (_O, _O, _O, _N, _N, _N),
    Action.JUDGE_LINK: (_O, _N, _O, _N, _N, _N),
    Action.RATE_ALERT: (_O, _O, _O, _N, _N, _N),
    Action.SEE_TEAM: (_N, _N, _O, _N, _N, _N),
    Action.SEE_REGION: (_Y, _N, _Y, _Y, _N, _N),
    Action.SEE_MIRROR: (_Y, _N, _Y, _Y, _Y, _N),
    Action.SEE_GOVERNORS: (_Y, _N, _Y, _Y, _Y, _Y),
    Action.ASK_EMERGENCY_ACCESS: (_Y, _Y, _Y, _N, _N, _N),
    Action.REVIEW_EMERGENCY_ACCESS: (_N, _N, _O, _N, _N, _Y),
    Action.SEE_LOOKS: (_N, _N, _N, _N, _N, _Y),
}
TABLE: Final[Mapping[tuple[Role, Action], Grant]] = {
    (role, action): grant for action, row in _ROWS.items() for role, grant in zip(_COLUMNS, row, strict=True)
}


OPAQUE: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.:|-]{0,63}$")
"""What the id of a person looks like: never a name or an address of mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody at the board: an opaque id, never a name. Municipalities are CBS codes, or `EVERYWHERE`."""

    id: str
    roles: frozenset[Role]
    municipalities: frozenset[str] = frozenset()
    team: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose a case is: the municipality the family lives in, and the people who have a task on it (opaque ids)."""

    municipality: str
    people: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which cases somebody may do a thing to: those of municipalities, and those on somebody's desk (an opaque id)."""

    municipalities: frozenset[str] = frozenset()
    desk_of: str | None = None

    @property
    def is_everything(self) -> bool:
        """Tell whether no case is left out."""
        return self.municipalities == EVERYWHERE

    def covers(self, municipality: str, *desks: str | None) -> bool:
        """Tell whether a case of this municipality, on these desks, is in reach."""
        return (
            self.is_everything
            or municipality in self.municipalities
            or (self.desk_of is not None and self.desk_of in desks)
        )

    def where(self, municipality: str, *desks: str) -> tuple[str, list[str]]:
        """Return a condition for SQL, over what holds a case's municipality and the desks it lies on, and its values."""
        if self.is_everything:
            return "1 = 1", []
        marks = ",".join("?" * len(self.municipalities)) or "NULL"
        values = [*sorted(self.municipalities), self.desk_of or ""]
        return f"({municipality} IN ({marks}) OR ? IN ({', '.join(desks)}))", values


EVERYTHING: Final = Reach(municipalities=EVERYWHERE)


def grant(person: Person, action: Action) -> Grant:
    """Return the widest answer that one of this person's roles gives."""
    found = {TABLE[role, action] for role in person.roles}
    return next((one for one in (Grant.YES, Grant.OWN) if one in found), Grant.NO)


def may(person: Person | None, action: Action, whose: Whose | None = None) -> bool:
    """Tell whether a person may do this; with `whose`, whether they may do it to that case.

    Without `whose` the answer is about the page as such: who may do it in their own scope only, may open it, and is shown
    what is theirs (`is_own`).
    """
    if action in OPEN:
        return True
    if person is None:
        return False
    return any(
        TABLE[role, action] is Grant.YES
        or (TABLE[role, action] is Grant.OWN and (whose is None or is_own(person, role, whose)))
        for role in person.roles
    )


def reach(person: Person, action: Action) -> Reach:
    """Return which cases somebody may do this to: what `may` says of each, as one condition over all."""
    granted = {role: TABLE[role, action] for role in person.roles}
    if Grant.YES in granted.values():
        return EVERYTHING
    own = {role for role, answer in granted.items() if answer is Grant.OWN}
    by_place = own - {Role.WORKER}
    return Reach(
        municipalities=person.municipalities if by_place else frozenset(),
        desk_of=person.id if Role.WORKER in own else None,
    )


def is_own(person: Person, role: Role, whose: Whose) -> bool:
    """Tell whether a case is in somebody's scope: a worker's by a task on it, anybody else's by its municipality."""
    if role is Role.WORKER:
        return person.id in whose.people
    return person.municipalities == EVERYWHERE or whose.municipality in person.municipalities

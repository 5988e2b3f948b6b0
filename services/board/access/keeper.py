"""The doorkeeper: who asks, whose a case is, whether they may, and the line in the look log before anything is shown."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from fastapi import HTTPException, Request

from ledger import errors
from ledger.database import Database
from services.board.access.emergency import Emergencies, Emergency
from services.board.access.lately import Lately
from services.board.access.line import CONTROL, CONTROL_PURPOSE, ORGANISATION, Look
from services.board.access.looks import LookLog
from services.board.access.provider import Provider
from services.board.access.sessions import Lifetimes, Session, Sessions
from services.board.outbox import Seal
from services.board.rights import EVERYWHERE, Action, Person, Role, Whose, may
from waakvlam.clock import Clock, SystemClock

COOKIE: Final = "waakvlam_sessie"
ROLE_COOKIE: Final = "waakvlam_rol"
DEMO_NAMES: Final = {
    Role.WORKER: "taken",
    Role.TEAM_MANAGER: "team",
    Role.POLICY_OFFICER: "beleid",
    Role.ADMINISTRATOR: "beheer",
    Role.AUDITOR: "controle",
}
PURPOSES: Final = {
    Role.MONITOR: ("monitoren", "Volgen of afspraken over de casus worden nagekomen"),
    Role.WORKER: ("eigen-taak", "Eigen taak in de casus uitvoeren"),
    Role.TEAM_MANAGER: ("aansturen", "Het werk van het team aansturen"),
    Role.AUDITOR: (CONTROL, CONTROL_PURPOSE),
}
EMERGENCY_PURPOSE: Final = ("noodtoegang", "Handelen bij gevaar, buiten het eigen werkgebied")
PATH: Final = re.compile(r"^/(?![/\\])[\w\-./?=&%]*$", re.ASCII)


class Anonymous(HTTPException):
    """Nobody is logged in; `towards` is where they wanted to go."""

    def __init__(self, towards: str) -> None:
        super().__init__(401)
        self.towards = towards


class OutOfScope(HTTPException):
    """A case that is not in somebody's scope; they may ask for emergency access."""

    def __init__(self, case: str) -> None:
        super().__init__(403)
        self.case = case


class NotLogged(HTTPException):
    """A look that could not be logged; nothing is shown."""

    def __init__(self) -> None:
        super().__init__(503)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What the doorkeeper works with; without a provider this is a demonstration on one machine."""

    looks: LookLog
    sessions: Sessions
    emergencies: Emergencies
    clock: Clock = field(compare=False)
    provider: Provider | None = None
    organisation: str = ORGANISATION
    lately: Lately = field(default_factory=Lately, compare=False)

    @classmethod
    def by(
        cls,
        database: Database,
        *,
        clock: Clock | None = None,
        provider: Provider | None = None,
        lifetimes: Lifetimes | None = None,
        organisation: str = ORGANISATION,
        seal: Seal | None = None,
    ) -> "Access":
        """Return the access that is kept in one database; the clock is the wall's unless a test hands in another.

        Explanations are sealed with `seal`; without one nobody can read them after this process.
        """
        wall = clock or SystemClock()
        log = LookLog(database, wall)
        return cls(
            looks=log,
            sessions=Sessions(database, wall, lifetimes or Lifetimes()),
            emergencies=Emergencies(log, wall, seal or Seal()),
            clock=wall,
            provider=provider,
            organisation=organisation,
        )


@dataclass(frozen=True, slots=True)
class Keeper:
    """Stands at every door. `whose_case` tells whose a case is; None when there is no such case."""

    access: Access
    staff: str
    whose_case: Callable[[str], Whose | None]

    def person(self, request: Request) -> Person:
        """Return who asks; raises Anonymous when nobody is logged in."""
        if self.access.provider is None:
            return demo_person(self.staff, request.cookies.get(ROLE_COOKIE, ""))
        session = self.session(request)
        if session is None:
            raise Anonymous(towards(request))
        return session.person

    def session(self, request: Request) -> Session | None:
        """Return the session of a browser; what a page does by itself does not make it last."""
        token = request.cookies.get(COOKIE, "")
        by_hand = request.method == "POST" or request.headers.get("sec-fetch-mode", "navigate") == "navigate"
        return self.access.sessions.find(token, touch=by_hand) if token else None

    def whose(self, case: str) -> Whose | None:
        """Return whose a case is; None when there is no such case."""
        return self.whose_case(case)

    def let_in(self, person: Person, action: Action, case: str, whose: Whose | None) -> Emergency | None:
        """Return the emergency access by which somebody does this to a case, if it is by that; raises OutOfScope."""
        if whose is None or may(person, action, whose):
            return None
        found = self.access.emergencies.open_to(person.id, case)
        if found is None or action is Action.TAKE_CASE_OUT:
            raise OutOfScope(case)
        return found

    def look(self, person: Person, action: Action, case: str, emergency: Emergency | None) -> None:
        """Log a look at a case before it is shown; raises NotLogged, and then nothing is shown."""
        try:
            self.access.looks.add([self.look_of(person, action, case, emergency)])
        except errors.LedgerError as error:
            raise NotLogged from error

    def look_at_list(self, person: Person, action: Action, cases: Iterable[str], *, follows: bool) -> None:
        """Log a look at a list of cases before it is shown; raises NotLogged.

        A list that `follows` is one that a page asks for by itself: then only what is new in it is a look.
        """
        now, shown = self.access.clock.micros(), set(cases)
        if follows:
            shown = set(self.access.lately.new_to(person.id, action.value, shown, now=now))
        try:
            self.access.looks.add_list(self.look_of(person, action, ""), shown)
        except errors.LedgerError as error:
            raise NotLogged from error
        self.access.lately.note(person.id, action.value, shown, now=now)

    def look_of(self, person: Person, action: Action, case: str, emergency: Emergency | None = None) -> Look:
        """Return the line for a look."""
        doing = next((PURPOSES[role] for role in PURPOSES if role in person.roles), EMERGENCY_PURPOSE)
        activity, purpose = EMERGENCY_PURPOSE if emergency else doing
        return Look(
            person=person.id,
            roles=",".join(sorted(person.roles)),
            behalf=self.access.organisation,
            case_id=case,
            name=action.value,
            activity=activity,
            purpose=purpose,
            emergency=emergency.id if emergency else "",
        )


def demo_person(staff: str, role: str) -> Person:
    """Return who somebody is on a demonstration: one of the roles, each an id of its own so that two can be needed."""
    chosen = Role(role) if role in set(Role) else Role.MONITOR
    name = f"{staff}-{DEMO_NAMES[chosen]}" if chosen in DEMO_NAMES else staff
    return Person(id=name, roles=frozenset({chosen}), municipalities=EVERYWHERE)


def towards(request: Request) -> str:
    """Return the page that somebody wanted; only a page of ours, and only by looking."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return safe_path(wanted) if request.method == "GET" else "/"


def safe_path(path: str) -> str:
    """Return an address on this board; the first page for anything else."""
    return path if PATH.match(path) and len(path) < 500 else "/"


def login_address(path: str) -> str:
    """Return the address that begins a login and leads back to a page."""
    return f"/aanmelden?{urlencode({'naar': path})}"

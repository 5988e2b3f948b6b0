"""What a route is at this board: an address, an answer, and the action that it is in the table of rights.

A route without an action cannot be mounted: `mount` looks at all that the app answers to, and refuses to start.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Protocol

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from starlette.routing import Mount

from services.board.access.emergency import Emergency
from services.board.pages.menu import FIRST, home_of
from services.board.rights import OPEN, Action, Person, Whose, may

STATIC: Final = "static"


class Unguarded(Exception):
    """A route that says not who may take it."""


class Elsewhere(HTTPException):
    """The first page is not for this person; theirs is at `towards`."""

    def __init__(self, towards: str) -> None:
        super().__init__(303)
        self.towards = towards


class Doorkeeper(Protocol):
    """What a guard asks of the board."""

    def person(self, request: Request) -> Person:
        """Return who asks; raises HTTPException when that is nobody."""

    def whose(self, case: str) -> Whose | None:
        """Return whose a case is; None when there is no such case."""

    def let_in(self, person: Person, action: Action, case: str, whose: Whose | None) -> Emergency | None:
        """Return the emergency access that lets somebody in, if it is that; raises HTTPException."""

    def look(self, person: Person, action: Action, case: str, emergency: Emergency | None) -> None:
        """Log a look at a case; raises HTTPException when it cannot be logged."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the board: what answers, and what it is in the table of rights. `{case}` is a case's id.

    Whatever shows a case is logged as a look, unless it `follows`: a page that was logged asks for more by itself. What shows
    a list of cases says which (`Site.shows`), and of a list that follows only what is new in it is logged.
    """

    path: str
    answer: Callable[..., Any]
    action: Action
    method: str = "GET"
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets in who may: before the answer is made, and before anything that was asked is looked at."""

    keeper: Doorkeeper
    action: Action
    follows: bool = False

    def __call__(self, request: Request) -> None:
        """Raise HTTPException unless who asks may do this; afterwards `request.state.person` says who it is.

        What is shown of a case is logged first; what cannot be logged is not shown.
        """
        if self.action in OPEN:
            return
        person = request.state.person = self.keeper.person(request)
        request.state.action, request.state.follows = self.action, self.follows
        if not may(person, self.action):
            raise _turned_away(request, person)
        case = request.path_params.get("case")
        if not case:
            return
        whose = self.keeper.whose(case)
        emergency = self.keeper.let_in(person, self.action, case, whose)
        if whose and request.method == "GET" and not self.follows:
            self.keeper.look(person, self.action, case, emergency)
            request.state.looked = case


def _turned_away(request: Request, person: Person) -> HTTPException:
    """Return what is said to who may not: whoever only opens the board is led to where their own work begins."""
    home = home_of(person)
    if request.method == "GET" and request.url.path == FIRST and home not in {FIRST, None}:
        return Elsewhere(str(home))
    return HTTPException(403)


def who(request: Request) -> Person:
    """Return who asks, as the guard of this route found."""
    person: Person = request.state.person
    return person


Who = Annotated[Person, Depends(who)]
"""For the arguments of an answer: who asks."""


def mount(app: FastAPI, keeper: Doorkeeper, routes: Iterable[Route]) -> None:
    """Put routes on an app, each behind its guard; raises Unguarded when the app answers to anything else."""
    for one in routes:
        app.add_api_route(
            one.path,
            one.answer,
            methods=[one.method],
            response_model=None,
            response_class=HTMLResponse,
            dependencies=[Depends(Guard(keeper, one.action, one.follows))],
        )
    for found in app.routes:
        if action_of(found) is None and not (isinstance(found, Mount) and found.name == STATIC):
            raise Unguarded(f"{getattr(found, 'path', found)} names no action of services/board/rights.py.")


def action_of(route: object) -> Action | None:
    """Return the action that guards a mounted route; None when nothing does."""
    if not isinstance(route, APIRoute):
        return None
    return next((one.dependency.action for one in route.dependencies if isinstance(one.dependency, Guard)), None)

"""Logging in and out, choosing a role on a demonstration, and the way to be gone at once."""

from typing import Annotated, Final

from fastapi import Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from services.board.access.keeper import COOKIE, ROLE_COOKIE, safe_path
from services.board.access.provider import NotLetIn, Provider
from services.board.pages.menu import FIRST, HOMES, home_of
from services.board.pages.routes import Route
from services.board.pages.site import Site, Told
from services.board.rights import Action, Person, Role

LOGIN_COOKIE: Final = "waakvlam_aanmelden"
BACK: Final = "/aanmelden/terug"
NO_ROLE: Final = (
    "U bent aangemeld, maar u hebt op dit bord nog geen rol. Vraag uw teammanager om een rol voor Waakvlam."
)
COME_AGAIN: Final = "Dit aanmelden is verlopen of in een ander venster begonnen. Probeer het opnieuw."


class LoginPages:
    """What somebody does before they are somebody, and after."""

    def __init__(self, site: Site) -> None:
        self.site, self.access = site, site.access

    def begin(self, request: Request, naar: str = "/") -> Response:
        """Send a browser to the provider, with a cookie that says which login it began."""
        provider = self._provider()
        try:
            address, begun = provider.begin(back=self.site.address(request, BACK), towards=safe_path(naar))
        except NotLetIn as error:
            raise Told(503, str(error)) from error
        answer = RedirectResponse(address, status_code=303)
        token = self.access.sessions.begin_login(begun)
        # Lax, for somebody comes back from another site with it; it opens nothing by itself.
        answer.set_cookie(
            LOGIN_COOKIE, token, httponly=True, samesite="lax", secure=self.site.is_safe(request), path=BACK
        )
        return answer

    def come_back(self, request: Request, code: str = "", state: str = "") -> Response:
        """Make a session of what the provider says; always a new one."""
        provider = self._provider()
        begun = self.access.sessions.end_login(request.cookies.get(LOGIN_COOKIE, ""))
        if begun is None or not code or state != begun.state:
            raise Told(400, COME_AGAIN)
        try:
            person, id_token = provider.finish(begun, back=self.site.address(request, BACK), code=code)
        except NotLetIn as error:
            raise Told(403, str(error)) from error
        if not person.roles:
            raise Told(403, NO_ROLE)
        token = self.access.sessions.open(person, id_token=id_token)
        # A page that leads on by itself, not a redirect: a strict cookie does not travel with what another site began.
        answer = self.site.page(request, "verder.html", naar=_begins(begun.towards, person))
        del answer.headers["set-cookie"]  # the mark of this browser did not travel either; its forms still bear it
        answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=self.site.is_safe(request), path="/")
        answer.delete_cookie(LOGIN_COOKIE, path=BACK)
        return answer

    async def leave(self, request: Request, handtekening: Annotated[str, Form(max_length=100)] = "") -> Response:
        """End the session here and at the provider."""
        provider = self._provider()
        self.site.take_form(request, handtekening)
        away = await run_in_threadpool(self._close, request, provider)
        answer = RedirectResponse(away or "/afgemeld", status_code=303)
        answer.delete_cookie(COOKIE, path="/")
        return answer

    def told(self, request: Request) -> Response:
        """Say that nobody is logged in here any more, or that somebody is again, in a window opened for that alone."""
        return self.site.page(request, "afgemeld.html")

    def stay(self) -> Response:
        """Do nothing: to be asked is enough to last."""
        return Response(status_code=204)

    async def choose(
        self,
        request: Request,
        rol: Annotated[str, Form(max_length=40)],
        handtekening: Annotated[str, Form(max_length=100)] = "",
    ) -> Response:
        """Look as somebody else, on a demonstration."""
        if self.access.provider is not None or rol not in set(Role):
            raise HTTPException(404)
        self.site.take_form(request, handtekening)
        answer = RedirectResponse(HOMES[Role(rol)], status_code=303)
        answer.set_cookie(
            ROLE_COOKIE, rol, httponly=True, samesite="strict", secure=self.site.is_safe(request), path="/"
        )
        return answer

    def rest(self, request: Request) -> Response:
        """Show a page that says nothing of families or of this board."""
        return self.site.page(request, "rust.html")

    def _provider(self) -> Provider:
        if self.access.provider is None:
            raise HTTPException(404)
        return self.access.provider

    def _close(self, request: Request, provider: Provider) -> str | None:
        session = self.site.keeper.session(request)
        if session is None:
            return None
        self.access.sessions.close(session.token)
        return provider.leave(session.id_token, back=self.site.address(request, "/afgemeld"))


def _begins(towards: str, person: Person) -> str:
    """Return where somebody goes after logging in: where they wanted to, or else where their own work begins."""
    return (home_of(person) or towards) if towards == FIRST else towards


def routes(site: Site) -> list[Route]:
    """Return the addresses of logging in and out."""
    pages = LoginPages(site)
    return [
        Route("/aanmelden", pages.begin, Action.BE_LET_IN),
        Route(BACK, pages.come_back, Action.BE_LET_IN),
        Route("/afmelden", pages.leave, Action.BE_LET_IN, "POST"),
        Route("/afgemeld", pages.told, Action.BE_LET_IN),
        Route("/aangemeld", pages.told, Action.READ_HELP),
        Route("/rol", pages.choose, Action.BE_LET_IN, "POST"),
        Route("/rust", pages.rest, Action.BE_LET_IN),
        Route("/blijf", pages.stay, Action.READ_HELP, "POST"),
    ]

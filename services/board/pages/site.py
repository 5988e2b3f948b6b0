"""What all pages share: what they are made from, the frame around a page, the live stream, the error pages."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Template
from sse_starlette import EventSourceResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from ledger.metrics import Meters
from ledger.record import Record
from services.board import live, views
from services.board.access.emergency import REASONS
from services.board.access.keeper import Access, Anonymous, Keeper, OutOfScope, login_address
from services.board.desk import Desk
from services.board.desks import people_of
from services.board.doing.addresses import address
from services.board.doing.scene import NOTHING_AGREED, Agreed
from services.board.feed import Feed
from services.board.language import say, speaking, spoken_now
from services.board.outlook import Reasons
from services.board.overviews.book import Overviews
from services.board.pages.frame import around
from services.board.pages.routes import Elsewhere
from services.board.ports import Histories, Rulebook
from services.board.request_language import language_of
from services.board.rights import Whose
from services.board.security import FIELD, HEADERS, FormSigner
from services.board.store import Store
from services.board.theme import OWN, Theme
from services.board.translating import environments
from waakvlam.clock import Clock

HERE = Path(__file__).parents[1]
CASE = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
Stand = Annotated[int, Query(ge=0, le=2**53)]
STALE_FORM = "Dit formulier is verlopen of komt niet van dit bord. Ga terug, vernieuw de pagina en probeer het opnieuw."
ERRORS = {
    403: "Deze pagina is niet voor u bedoeld. Vraag uw teammanager als u denkt dat dit niet klopt.",
    404: "Deze pagina of casus bestaat niet, of is hier niet bekend.",
    409: "Dit alarm staat niet meer open. Vernieuw de pagina om te zien wat er is gebeurd.",
    422: "In het adres of het formulier staat iets dat niet kan, bijvoorbeeld een datum die niet bestaat of voorbij is.",
    503: "Uw inzage kon niet worden vastgelegd. Daarom wordt de casus niet getoond. Probeer het over een minuut opnieuw.",
    500: "Er ging bij ons iets mis. Er is niets veranderd of kwijt. Probeer het zo nog een keer.",
}
LATER = "Dit lukt nu niet. Probeer het later opnieuw."


class Told(StarletteHTTPException):
    """An error whose `detail` is a sentence of ours, to be shown on the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All that the pages need."""

    store: Store
    ledger: Histories
    desk: Desk
    feed: Feed
    hub: live.Hub
    clock: Clock
    staff: str
    signer: FormSigner
    rulebook: Rulebook
    reasons: Reasons
    meters: Meters
    overviews: Overviews
    theme: Theme = OWN
    agreed: Agreed = NOTHING_AGREED
    access: Access | None = None  # none: kept beside the view
    address: str = ""


class Site:
    """A board and the frame around its pages; handed to every module of pages."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self._templates = environments(HERE / "templates", veld=FIELD, thema=board.theme, naar=address)
        self._municipality: dict[str, str] = {}
        self.access = board.access or Access.by(board.store.database)
        self.keeper = Keeper(self.access, board.staff, self.whose)

    def template(self, name: str) -> Template:
        """Return a template in the language of the request that is answered now."""
        return self._templates[spoken_now()].get_template(name)

    # Who asks, and whose.

    def whose(self, case: str) -> Whose | None:
        """Return whose a case is; None when there is no such case."""
        if case not in self._municipality:  # where a case began does not change, and the whole history is dear to read
            records = self.history(case)
            if not records:
                return None
            self._municipality[case] = records[0].municipality
        return Whose(municipality=self._municipality[case], people=people_of(self.board.store.database, case))

    def address(self, request: Request, path: str) -> str:
        """Return the whole address of a page of ours, as browsers know it."""
        return (self.board.address or str(request.base_url)).rstrip("/") + path

    def is_safe(self, request: Request) -> bool:
        """Tell whether browsers reach this board over an encrypted road."""
        return self.address(request, "").startswith("https:")

    # What pages show.

    def shows(self, request: Request, *cases: Iterable[str]) -> None:
        """Log which cases a list will show, before it does; every answer that names a case asks this. Raises NotLogged."""
        state, shown = request.state, set(chain.from_iterable(cases))
        self.keeper.look_at_list(state.person, state.action, shown, follows=state.follows)
        state.listed = bool(shown)

    def history(self, case: str) -> list[Record]:
        """Return all records of a case, in version order; none when there is no such case."""
        records = self.board.ledger.history(case) if CASE.match(case) else []
        return [] if not records or records[0].caseless else records

    def state(self) -> views.State:
        """Return up to when a page is true."""
        return views.state(fed=self.board.feed.is_fed(), now=self.board.clock.micros())

    def page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return a page or a piece of one; every template also has what stands in `shared`."""
        mark, signature = self.board.signer.prepare(request)
        shared = {
            **around(self.keeper, request),
            "handtekening": signature,
            "vandaag": views.today(self.board.clock.micros()),
        }
        page = self.template(template).render(**shared, **values, status=status)
        answer = HTMLResponse(page, status_code=status)
        self.board.signer.keep(answer, mark, secure=self.is_safe(request))
        return answer

    def stream(self, template: str, text: Callable[[], str], **values: Any) -> Response:
        """Say at each beat up to when the page is true, and what is new when that is something else than before."""
        said: list[str] = []

        def tell() -> list[str]:
            state = self.template("_stand.html").render(toestand=self.state(), los=True)
            news = text()
            if said == [news]:
                return [state]
            said[:] = [news]
            return [f"{state}\n{self.template(template).render(tekst=news, **values)}"]

        return EventSourceResponse(live.stream(self.board.hub, tell), ping=3600)

    def take_form(self, request: Request, signature: str) -> None:
        """Raise Told unless a form came from a page of ours."""
        if not self.board.signer.is_ours(request, signature):
            raise Told(403, STALE_FORM)

    # What goes wrong.

    async def error_page(self, request: Request, error: Exception) -> Response:
        """Show an error as a page that says what to do; what was asked or filled in is not repeated."""
        if isinstance(error, Anonymous):
            return await self.ask_to_log_in(request, error)
        if isinstance(error, Elsewhere):
            return RedirectResponse(error.towards, status_code=303)
        if isinstance(error, OutOfScope) and request.method == "GET":
            return self.page(request, "buiten.html", status=403, zaak=error.case, redenen=REASONS)
        status = error.status_code if isinstance(error, StarletteHTTPException) else 422
        text = say(error.detail if isinstance(error, Told) else ERRORS.get(status, LATER))
        return self.page(request, "fout.html", status=status, tekst=text)

    async def ask_to_log_in(self, request: Request, error: Anonymous) -> Response:
        """Send a reader to the login; what somebody filled in comes back in a page, to be sent again after it."""
        if request.headers.get("sec-fetch-mode", "navigate") != "navigate":
            return Response(status_code=401)
        if request.method == "GET":
            return RedirectResponse(login_address(error.towards), status_code=303)
        form = await request.form()
        filled = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
        if not self.board.signer.is_ours(request, str(form.get(FIELD, ""))):
            return self.page(request, "fout.html", status=403, tekst=say(STALE_FORM))
        return self.page(request, "opnieuw.html", status=401, velden=filled, pad=request.url.path)

    async def fault_page(self, request: Request, _: Exception) -> Response:
        """Show a fault of our own as such a page; it is made outside of all guards, so it brings its headers and language."""
        with speaking(language_of(request.scope)):
            answer = self.page(request, "fout.html", status=500, tekst=say(ERRORS[500]))
        answer.headers.update({**HEADERS, "cache-control": "no-store"})
        return answer

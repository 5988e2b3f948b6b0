"""The pages: thin enough to read aloud. What they show is made in `views`, what they may do is decided at the `desk`.

All handlers that read the view or the ledger are plain functions, so the server runs them in threads and a slow
database never holds up the live streams.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Form, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sse_starlette import EventSourceResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from ledger.metrics import Meters
from ledger.numbers import id_beginning, number_of
from services.board import blind, casepage, live, views
from services.board.desk import Desk
from services.board.feed import Feed
from services.board.outlook import Reasons
from services.board.ports import Histories, Rulebook
from services.board.security import FIELD, HEADERS, FormSigner
from services.board.store import Store
from waakvlam.clock import Clock
from waakvlam.topics import agencies, municipalities

HERE = Path(__file__).parent
CASE = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
PAGE, LIMIT_MAX = 50, 5_000
ERRORS = {
    403: "Dit formulier is verlopen of komt niet van dit bord. Ga terug, vernieuw de pagina en probeer het opnieuw.",
    404: "Deze pagina of casus bestaat niet, of is hier niet bekend.",
    409: "Dit alarm staat niet meer open. Vernieuw de pagina om te zien wat er is gebeurd.",
    422: "In het adres of het formulier staat iets dat niet kan, bijvoorbeeld een datum die niet bestaat of voorbij is.",
    500: "Er ging bij ons iets mis. Er is niets veranderd of kwijt. Probeer het zo nog een keer.",
}
LATER = "Dit lukt nu niet. Probeer het later opnieuw."
Stand = Annotated[int, Query(ge=0, le=2**53)]


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


class Pages:
    """The routes of a board."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.globals["veld"] = FIELD

    def mount(self, app: FastAPI) -> None:
        """Put the routes, the static files and the error pages on an app."""
        routes = APIRouter(default_response_class=HTMLResponse)
        for path, answer, method in (
            ("/", self.alerts, "GET"),
            ("/lijst", self.alert_list, "GET"),
            ("/stroom", self.alert_stream, "GET"),
            ("/zoek", self.search, "GET"),
            ("/zaak/{case}", self.case, "GET"),
            ("/zaak/{case}/stroom", self.case_stream, "GET"),
            ("/zaak/{case}/opgepakt", self.pick_up, "POST"),
            ("/zaak/{case}/opgepakt/{event_id}", self.picked_up, "GET"),
            ("/health", self.health, "GET"),
            ("/ready", self.ready, "GET"),
            ("/metrics", self.metrics, "GET"),
        ):
            routes.add_api_route(path, answer, methods=[method], response_model=None)
        app.include_router(routes)
        app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
        app.add_exception_handler(StarletteHTTPException, self.error_page)
        app.add_exception_handler(RequestValidationError, self.error_page)
        app.add_exception_handler(Exception, self.fault_page)

    # Open alerts.

    def alerts(self, request: Request, toon: str = "alles", aantal: int = PAGE) -> Response:
        """Show all open alerts, worst first."""
        unseen = blind.lately(self.board.store.database, now=self.board.clock.micros())
        overview, state = self._overview(toon, aantal), self._state()
        return self._page(request, "alarmen.html", overzicht=overview, toestand=state, blind=unseen)

    def alert_list(self, request: Request, toon: str = "alles", aantal: int = PAGE) -> Response:
        """Return the list alone, for a page that asks for what is new."""
        return self._page(request, "_lijst.html", overzicht=self._overview(toon, aantal), toestand=self._state())

    async def alert_stream(self, stand: Stand, toon: str = "alles", *, leeg: bool = False) -> Response:
        """Tell a page what changed since the list that it shows; an empty list fills itself."""
        return self._stream("_nieuws.html", lambda: views.news_text(self.board.store.news(stand)), toon=toon, leeg=leeg)

    def search(self, request: Request, nummer: str = "") -> Response:
        """Go to the case with this number, or say which there are."""
        beginning = id_beginning(nummer)
        found = self.board.store.cases_like(beginning) if beginning else []
        if len(found) == 1:
            return RedirectResponse(f"/zaak/{found[0]}", status_code=303)
        cases = [(one, number_of(one)) for one in found]
        return self._page(request, "zoek.html", nummer=nummer[:40], casussen=cases)

    # One case.

    def case(self, request: Request, case: str) -> Response:
        """Show a case: what is open, where it stands, and everything that happened."""
        return self._page(request, "zaak.html", zaak=self._case(case), toestand=self._state())

    async def case_stream(self, case: str, versie: Stand) -> Response:
        """Tell a page how many facts came since the ones it shows."""
        return self._stream(
            "_zaaknieuws.html", lambda: views.more_text(self.board.store.version_of(case) - versie), zaak=case
        )

    async def pick_up(
        self,
        request: Request,
        case: str,
        alarm: Annotated[str, Form(max_length=100)],
        handtekening: Annotated[str, Form(max_length=100)] = "",
        volgende_stap: Annotated[str, Form(max_length=10)] = "",
    ) -> Response:
        """Say that somebody is on it; shown as done when the ledger has it."""
        if not self.board.signer.is_ours(request, handtekening):
            raise HTTPException(403)
        step = self._step(volgende_stap)
        row = await run_in_threadpool(self.board.store.alert, alarm)
        if row is None or row.case_id != case:
            raise HTTPException(409)
        await run_in_threadpool(self.board.desk.pick_up, row, next_step_on=step)
        self.board.feed.deliver_soon()
        return RedirectResponse(f"/zaak/{case}#alarm-{row.raised}", status_code=303)

    def picked_up(self, request: Request, case: str, event_id: str) -> Response:
        """Return what became of a click, for a page that waits for it."""
        sent = self.board.desk.follow(event_id)
        if sent is None or sent.case_id != case:
            raise HTTPException(404)
        if sent.state == "sent":
            return Response(status_code=204)
        return self._page(request, "_verzonden.html", klik=views.click(sent), los=True)

    # For machines.

    def health(self) -> Response:
        """Tell that the process lives."""
        return JSONResponse({"status": "alive"})

    def ready(self) -> Response:
        """Tell whether the lists are fed."""
        ready = self.board.feed.is_fed()
        return JSONResponse({"status": "ready" if ready else "not ready"}, status_code=200 if ready else 503)

    def metrics(self) -> Response:
        """Return the numbers of this process."""
        board = self.board
        for name, number in (
            ("waakvlam_board_open_alerts", board.store.open_count()),
            ("waakvlam_board_waiting_clicks", len(board.store.sent(state="sent"))),
            ("waakvlam_board_live_pages", board.hub.listeners),
        ):
            board.meters.gauge(name).set(number)
        return PlainTextResponse(board.meters.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    # Helpers.

    async def error_page(self, request: Request, error: Exception) -> Response:
        """Show an error as a page that says what to do; what was asked or filled in is not repeated."""
        status = error.status_code if isinstance(error, StarletteHTTPException) else 422
        return self._page(request, "fout.html", status=status, tekst=ERRORS.get(status, LATER))

    async def fault_page(self, request: Request, _: Exception) -> Response:
        """Show a fault of our own as such a page; it is made outside of all guards, so it brings its headers itself."""
        answer = self._page(request, "fout.html", status=500, tekst=ERRORS[500])
        answer.headers.update({**HEADERS, "cache-control": "no-store"})
        return answer

    def _overview(self, shown: str, limit: int) -> views.Overview:
        stand, rows = self.board.store.open_alerts()
        now = self.board.clock.micros()
        return views.overview(
            rows,
            partial(self.board.reasons.of, now=now),
            municipalities(),
            stand=stand,
            shown=shown,
            limit=min(max(1, limit), LIMIT_MAX),
            now=now,
        )

    def _case(self, case: str) -> casepage.CasePage:
        records = self.board.ledger.history(case) if CASE.match(case) else []
        if not records or records[0].caseless:
            raise HTTPException(404)
        _, rows = self.board.store.open_alerts(case)
        now = self.board.clock.micros()
        return casepage.case_page(
            records,
            rows,
            [self.board.desk.follow(one.event_id) or one for one in self.board.store.sent(case=case)],
            self.board.rulebook.look(records, now=now),
            agencies=agencies(),
            municipalities=municipalities(),
            now=now,
        )

    def _step(self, text: str) -> date | None:
        try:
            step = date.fromisoformat(text) if text else None
        except ValueError:
            raise HTTPException(422) from None
        if step is not None and step < views.today(self.board.clock.micros()):
            raise HTTPException(422)
        return step

    def _state(self) -> views.State:
        return views.state(fed=self.board.feed.is_fed(), now=self.board.clock.micros())

    def _stream(self, template: str, text: Callable[[], str], **values: Any) -> Response:
        """Say at each beat up to when the page is true, and what is new when that is something else than before."""
        said: list[str] = []

        def say() -> list[str]:
            state = self.templates.get_template("_stand.html").render(toestand=self._state(), los=True)
            news = text()
            if said == [news]:
                return [state]
            said[:] = [news]
            return [f"{state}\n{self.templates.get_template(template).render(tekst=news, **values)}"]

        return EventSourceResponse(live.stream(self.board.hub, say), ping=3600)

    def _page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        mark, signature = self.board.signer.prepare(request)
        shared = {
            "medewerker": self.board.staff,
            "handtekening": signature,
            "vandaag": views.today(self.board.clock.micros()),
        }
        page = self.templates.get_template(template).render(**shared, **values, status=status)
        answer = HTMLResponse(page, status_code=status)
        self.board.signer.keep(answer, mark, secure=request.url.scheme == "https")
        return answer

"""What somebody does about a case: each form becomes an event through intake, and is shown as done by the ledger alone."""

from datetime import date
from typing import Annotated

from fastapi import Form, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from services.board import views
from services.board.pages.routes import Route, Who
from services.board.pages.site import Site
from services.board.rights import Action


class ActionPages:
    """The forms, and what became of them."""

    def __init__(self, site: Site) -> None:
        self.site, self.board = site, site.board

    async def pick_up(
        self,
        request: Request,
        person: Who,
        case: str,
        alarm: Annotated[str, Form(max_length=100)],
        handtekening: Annotated[str, Form(max_length=100)] = "",
        volgende_stap: Annotated[str, Form(max_length=10)] = "",
    ) -> Response:
        """Say that somebody is on it; shown as done when the ledger has it."""
        self.site.take_form(request, handtekening)
        step = self._step(volgende_stap)
        row = await run_in_threadpool(self.board.store.alert, alarm)
        if row is None or row.case_id != case:
            raise HTTPException(409)
        await run_in_threadpool(self.board.desk.pick_up, row, next_step_on=step, by=person.id)
        self.board.feed.deliver_soon()
        return RedirectResponse(f"/zaak/{case}#alarm-{row.raised}", status_code=303)

    def picked_up(self, request: Request, case: str, event_id: str) -> Response:
        """Return what became of a click, for a page that waits for it."""
        sent = self.board.desk.follow(event_id)
        if sent is None or sent.case_id != case:
            raise HTTPException(404)
        if sent.state == "sent":
            return Response(status_code=204)
        return self.site.page(request, "_verzonden.html", klik=views.click(sent), los=True)

    def _step(self, text: str) -> date | None:
        try:
            step = date.fromisoformat(text) if text else None
        except ValueError:
            raise HTTPException(422) from None
        if step is not None and step < views.today(self.board.clock.micros()):
            raise HTTPException(422)
        return step


def routes(site: Site) -> list[Route]:
    """Return the addresses of what is done about a case."""
    pages = ActionPages(site)
    return [
        Route("/zaak/{case}/opgepakt", pages.pick_up, Action.ACKNOWLEDGE, "POST"),
        Route("/zaak/{case}/opgepakt/{event_id}", pages.picked_up, Action.ACKNOWLEDGE),
    ]

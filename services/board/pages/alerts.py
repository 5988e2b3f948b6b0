"""The open alerts: the list, what is new in it, and the way to a case by its number."""

from functools import partial
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from ledger.numbers import id_beginning, number_of
from services.board import blind, morning, views
from services.board.pages.routes import Route, Who
from services.board.pages.site import Site, Stand
from services.board.rights import Action
from services.board.worklist import Worklist
from waakvlam.topics import municipalities

PAGE, LIMIT_MAX = 50, 5_000


def part(toon: str = "", van: str = "", gemeente: str = "") -> morning.Asked:
    """Return which part of the list an address asks for."""
    return morning.asked(toon, van, gemeente)


Part = Annotated[morning.Asked, Depends(part)]


class AlertPages:
    """All handlers that read the view are plain functions, so they run in threads and hold up no live stream."""

    def __init__(self, site: Site) -> None:
        self.site, self.board = site, site.board
        self._worklist = Worklist(site.board.store, site.board.clock)

    def alerts(self, request: Request, person: Who, part: Part, aantal: int = PAGE) -> Response:
        """Show all open alerts, worst first."""
        unseen = blind.lately(self.board.store.database, now=self.board.clock.micros())
        overview, state = self._overview(part, person.id, aantal), self.site.state()
        return self.site.page(request, "alarmen.html", overzicht=overview, toestand=state, blind=unseen)

    def alert_list(self, request: Request, person: Who, part: Part, aantal: int = PAGE) -> Response:
        """Return the list alone, for a page that asks for what is new."""
        overview, state = self._overview(part, person.id, aantal), self.site.state()
        return self.site.page(request, "_lijst.html", overzicht=overview, toestand=state)

    async def alert_stream(self, stand: Stand, part: Part, *, leeg: bool = False) -> Response:
        """Tell a page what changed since the list that it shows; an empty list fills itself."""
        news = lambda: views.news_text(self.board.store.news(stand))  # noqa: E731 - asked again at each beat
        return self.site.stream("_nieuws.html", news, deel=part.address(), leeg=leeg)

    def search(self, request: Request, nummer: str = "") -> Response:
        """Go to the case with this number, or say which there are."""
        beginning = id_beginning(nummer)
        found = self.board.store.cases_like(beginning) if beginning else []
        if len(found) == 1:
            return RedirectResponse(f"/zaak/{found[0]}", status_code=303)
        cases = [(one, number_of(one)) for one in found]
        return self.site.page(request, "zoek.html", nummer=nummer[:40], casussen=cases)

    def _overview(self, part: morning.Asked, me: str, limit: int) -> morning.Overview:
        stand, rows = self._worklist.open()
        now = self.board.clock.micros()
        return morning.overview(
            rows,
            partial(self.board.reasons.of, now=now),
            municipalities(),
            stand=stand,
            part=part,
            me=me,
            limit=min(max(1, limit), LIMIT_MAX),
            now=now,
        )


def routes(site: Site) -> list[Route]:
    """Return the addresses of the alerts."""
    pages = AlertPages(site)
    return [
        Route("/", pages.alerts, Action.SEE_ALERTS),
        Route("/lijst", pages.alert_list, Action.SEE_ALERTS),
        Route("/stroom", pages.alert_stream, Action.SEE_ALERTS),
        Route("/zoek", pages.search, Action.FIND_CASE),
    ]

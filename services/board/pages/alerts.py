"""The open alerts: the list, what is new in it, and the way to a case by its number."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from ledger.numbers import id_beginning, number_of
from services.board import blind, morning, views
from services.board.language import say
from services.board.listing import agencies_asked, as_lines, in_part, name_of
from services.board.overviews.sheet import written
from services.board.pages.emergencies import asked, unread
from services.board.pages.overviews import as_file
from services.board.pages.routes import Route, Who
from services.board.pages.site import Site, Stand, Told
from services.board.rights import Action, Person, may, reach
from services.board.saved import SavedViews
from services.board.sifting import WEIGHTS, Sieve, sight_of
from services.board.store import AlertRow
from services.board.worklist import Worklist
from waakvlam.topics import municipalities

PAGE, LIMIT_MAX = 50, 5_000


def part(
    toon: str = "", van: str = "", gemeente: str = "", regel: str = "", organisatie: str = "", zwaarte: str = ""
) -> morning.Asked:
    """Return which part of the list an address asks for."""
    return morning.asked(toon, van, gemeente, Sieve.of(regel, organisatie, zwaarte))


Part = Annotated[morning.Asked, Depends(part)]


class AlertPages:
    """All handlers that read the view are plain functions, so they run in threads and hold up no live stream."""

    def __init__(self, site: Site) -> None:
        self.site, self.board = site, site.board
        self._worklist = Worklist(site.board.store, site.board.clock)
        self.saved = SavedViews(site.access.looks.database)

    def alerts(self, request: Request, person: Who, part: Part, aantal: int = PAGE) -> Response:
        """Show all open alerts, worst first."""
        unseen = blind.lately(self.board.store.database, now=self.board.clock.micros())
        overview, state = self._overview(part, person, aantal), self.site.state()
        own = self._choices(person)
        told = [asked(one, person.id, now=self.site.access.clock.micros()) for one in unread(self.site, person)]
        self.site.shows(request, (card.case for card in overview.page), (str(one["case"]) for one in told))
        return self.site.page(
            request, "alarmen.html", overzicht=overview, toestand=state, blind=unseen, noodberichten=told, **own
        )

    def alert_list(self, request: Request, person: Who, part: Part, aantal: int = PAGE) -> Response:
        """Return the list alone, for a page that asks for what is new."""
        overview, state = self._overview(part, person, aantal), self.site.state()
        self.site.shows(request, (card.case for card in overview.page))
        return self.site.page(request, "_lijst.html", overzicht=overview, toestand=state, **self._choices(person))

    async def alert_stream(self, person: Who, stand: Stand, part: Part, *, leeg: bool = False) -> Response:
        """Tell a page what changed since the list that it shows; an empty list fills itself."""
        own = reach(person, Action.SEE_ALERTS)
        news = lambda: views.news_text(self.board.store.news(stand, reach=own))  # noqa: E731 - asked again at each beat
        return self.site.stream("_nieuws.html", news, deel=part.address(), leeg=leeg)

    def search(self, request: Request, person: Who, nummer: str = "") -> Response:
        """Go to the case with this number, or say which there are; what is not somebody's own is not found."""
        beginning = id_beginning(nummer)
        known = self.board.store.cases_like(beginning) if beginning else []
        found = [one for one in known if may(person, Action.FIND_CASE, self.site.whose(one))]
        if len(found) == 1:
            return RedirectResponse(f"/zaak/{found[0]}", status_code=303)
        self.site.shows(request, found)
        cases = [(one, number_of(one)) for one in found]
        return self.site.page(request, "zoek.html", nummer=nummer[:40], casussen=cases)

    def alert_file(self, request: Request, person: Who, part: Part) -> Response:
        """Return the part of the list that an address asks for as a file, as far as it is somebody's to take out."""
        _, own = self._own(person, Action.TAKE_CASE_OUT)
        now = self.board.clock.micros()
        chosen = in_part(self._chosen(part, person.id, own), part.shown, now=now)
        self.site.shows(request, (row.case_id for row in chosen))
        return as_file(written(as_lines(chosen, now=now)), "alarmen")

    async def keep_part(
        self,
        request: Request,
        person: Who,
        vraag: Annotated[str, Form(max_length=200)] = "",
        doe: Annotated[str, Form(max_length=10)] = "",
        handtekening: Annotated[str, Form(max_length=100)] = "",
    ) -> Response:
        """Keep a part of the list for the next time, or keep it no longer."""
        self.site.take_form(request, handtekening)
        query = morning.from_address(vraag).address()
        if doe == "vergeet":
            await run_in_threadpool(self.saved.forget, person.id, query)
        elif not await run_in_threadpool(self.saved.keep, person.id, query, at=self.board.clock.micros()):
            raise Told(409, say("U bewaart al twaalf weergaven. Vergeet er eerst een."))
        return RedirectResponse(f"/?{query}", status_code=303)

    def _own(self, person: Person, action: Action = Action.SEE_ALERTS) -> tuple[int, Sequence[AlertRow]]:
        """Return the number of the last change, and the open alerts to which this person may do this."""
        stand, rows = self._worklist.open()
        own = reach(person, action)
        if own.is_everything:
            return stand, rows
        return stand, [row for row in rows if own.covers(row.municipality, row.acknowledged_by, row.handed_to)]

    def _choices(self, person: Person) -> dict[str, Any]:
        """Return what a page offers to choose from, and what this person kept."""
        kept = self.saved.of(person.id)
        return {
            "weergaven": [(query, name_of(morning.from_address(query))) for query in kept],
            "organisaties": agencies_asked(),
            "zwaarten": WEIGHTS,
            "eigen_taken": not reach(person, Action.SEE_ALERTS).municipalities,
        }

    def _chosen(self, part: morning.Asked, me: str, rows: Sequence[AlertRow]) -> Sequence[AlertRow]:
        sight = sight_of(self.board.store.database, rows) if part.sieve.agency else {}
        return morning.chosen_of(rows, part, me=me, sight=sight)

    def _overview(self, part: morning.Asked, person: Person, limit: int) -> morning.Overview:
        stand, rows = self._own(person)
        now = self.board.clock.micros()
        return morning.overview(
            rows,
            partial(self.board.reasons.of, now=now),
            municipalities(),
            stand=stand,
            part=part,
            chosen=self._chosen(part, person.id, rows),
            limit=min(max(1, limit), LIMIT_MAX),
            glance=morning.Glance(now, person.id),
        )


def routes(site: Site) -> list[Route]:
    """Return the addresses of the alerts."""
    pages = AlertPages(site)
    return [
        Route("/", pages.alerts, Action.SEE_ALERTS),
        Route("/lijst", pages.alert_list, Action.SEE_ALERTS, follows=True),
        Route("/stroom", pages.alert_stream, Action.SEE_ALERTS),
        Route("/alarmen.csv", pages.alert_file, Action.TAKE_CASE_OUT),
        Route("/weergaven", pages.keep_part, Action.SEE_ALERTS, "POST"),
        Route("/zoek", pages.search, Action.FIND_CASE),
    ]

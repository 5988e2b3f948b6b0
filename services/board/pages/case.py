"""The page of one case, and what is new in it."""

from datetime import date

from fastapi import HTTPException, Request
from fastapi.responses import Response

from services.board import casefile, casepage, views
from services.board.language import say
from services.board.pages.routes import Route
from services.board.pages.site import Site, Stand, Told
from services.board.rights import Action
from waakvlam.topics import agencies, municipalities

NOT_YET = "Op die dag was deze casus hier nog niet bekend. Kies een latere dag."


class CasePages:
    """What is asked of one case."""

    def __init__(self, site: Site) -> None:
        self.site, self.board = site, site.board

    def case(self, request: Request, case: str, op: str = "") -> Response:
        """Show a case: what is open, where it stands, and everything that happened; `op` asks how it stood on a day."""
        return self.site.page(request, "zaak.html", zaak=self._case(case, _day(op)), toestand=self.site.state())

    async def case_stream(self, case: str, versie: Stand) -> Response:
        """Tell a page how many facts came since the ones it shows."""
        more = lambda: views.more_text(self.board.store.version_of(case) - versie)  # noqa: E731 - asked at each beat
        return self.site.stream("_zaaknieuws.html", more, zaak=case)

    def _case(self, case: str, on: date | None) -> casepage.CasePage:
        records = self.site.history(case)
        if not records:
            raise HTTPException(404)
        known = casefile.known(self.board, records, on, now=self.board.clock.micros())
        if known is None:
            raise Told(404, say(NOT_YET))
        return casepage.case_page(known, agencies=agencies(), municipalities=municipalities())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise HTTPException(422) from None


def routes(site: Site) -> list[Route]:
    """Return the addresses of one case."""
    pages = CasePages(site)
    return [
        Route("/zaak/{case}", pages.case, Action.SEE_CASE),
        Route("/zaak/{case}/stroom", pages.case_stream, Action.SEE_CASE),
    ]

"""The page of one case, and what is new in it."""

from fastapi import HTTPException, Request
from fastapi.responses import Response

from services.board import casepage, views
from services.board.pages.routes import Route
from services.board.pages.site import Site, Stand
from services.board.rights import Action
from waakvlam.topics import agencies, municipalities


class CasePages:
    """What is asked of one case."""

    def __init__(self, site: Site) -> None:
        self.site, self.board = site, site.board

    def case(self, request: Request, case: str) -> Response:
        """Show a case: what is open, where it stands, and everything that happened."""
        return self.site.page(request, "zaak.html", zaak=self._case(case), toestand=self.site.state())

    async def case_stream(self, case: str, versie: Stand) -> Response:
        """Tell a page how many facts came since the ones it shows."""
        more = lambda: views.more_text(self.board.store.version_of(case) - versie)  # noqa: E731 - asked at each beat
        return self.site.stream("_zaaknieuws.html", more, zaak=case)

    def _case(self, case: str) -> casepage.CasePage:
        records = self.site.history(case)
        if not records:
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


def routes(site: Site) -> list[Route]:
    """Return the addresses of one case."""
    pages = CasePages(site)
    return [
        Route("/zaak/{case}", pages.case, Action.SEE_CASE),
        Route("/zaak/{case}/stroom", pages.case_stream, Action.SEE_CASE),
    ]

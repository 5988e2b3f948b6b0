"""A case on paper, for the file: everything that was told, the oldest first, with who printed it and when."""

from fastapi import HTTPException, Request
from fastapi.responses import Response

from services.board import casefile, casepage
from services.board.pages.routes import Route
from services.board.pages.site import Site
from services.board.rights import Action
from waakvlam.topics import agencies, municipalities


class PaperPages:
    """What leaves the board on paper."""

    def __init__(self, site: Site) -> None:
        self.site, self.board = site, site.board

    def case(self, request: Request, case: str) -> Response:
        """Show a case as it goes into the file."""
        records = self.site.history(case)
        known = casefile.known(self.board, records, None, now=self.board.clock.micros()) if records else None
        if known is None:
            raise HTTPException(404)
        page = casepage.case_page(known, agencies=agencies(), municipalities=municipalities())
        return self.site.page(request, "afdruk.html", zaak=page, toestand=self.site.state())


def routes(site: Site) -> list[Route]:
    """Return the addresses of what leaves the board on paper."""
    return [Route("/zaak/{case}/afdruk", PaperPages(site).case, Action.TAKE_CASE_OUT)]

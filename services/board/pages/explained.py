"""Help for who reads the board: what the words mean, and how accessible it is."""

from fastapi import Request
from fastapi.responses import Response

from services.board.pages.routes import Route
from services.board.pages.site import Site
from services.board.rights import Action


def routes(site: Site) -> list[Route]:
    """Return the addresses of the help pages."""

    def words(request: Request) -> Response:
        """Tell what each word on the board means."""
        return site.page(request, "woorden.html")

    def accessibility(request: Request) -> Response:
        """Show the statement of accessibility."""
        return site.page(request, "toegankelijkheid.html")

    return [
        Route("/woorden", words, Action.READ_HELP),
        Route("/toegankelijkheid", accessibility, Action.READ_HELP),
    ]

"""Pages of figures: team, region, agencies, governors. Each is one sheet, shown as a page and downloaded as a file."""

from collections.abc import Callable

from fastapi import HTTPException, Request
from fastapi.responses import Response

from services.board.overviews import governors, mirror, region, team
from services.board.overviews.plots import picture
from services.board.overviews.sheet import Sheet, as_csv, cases_of
from services.board.pages.routes import Route, Who
from services.board.pages.site import Site
from services.board.rights import EVERYWHERE, Action, Person, may

Make = Callable[[Person], Sheet]


class OverviewPages:
    """All are plain functions: they read the view, and run in threads."""

    def __init__(self, site: Site) -> None:
        self.site, self.overviews = site, site.board.overviews

    def team(self, person: Person) -> Sheet:
        """Return the work of a team, of the municipalities that are somebody's own."""
        return self.overviews.team(None if person.municipalities == EVERYWHERE else person.municipalities)

    def region(self, _: Person) -> Sheet:
        """Return where it stalls."""
        return self.overviews.region()

    def mirrors(self, person: Person) -> Sheet:
        """Return the list of all agencies."""
        return self.overviews.mirrors(exact=_works_with_cases(person))

    def governors(self, _: Person) -> Sheet:
        """Return how agreements are kept."""
        return self.overviews.governors()

    def mirror(self, request: Request, person: Who, agency: str) -> Response:
        """Show how one agency delivers."""
        return self._page(request, self._mirror(person, agency), back=mirror.PATH)

    def mirror_file(self, person: Who, agency: str) -> Response:
        """Return the same as a file."""
        return as_file(as_csv(self._mirror(person, agency)), f"spiegel-{agency}")

    def pair(self, path: str, make: Make, action: Action) -> list[Route]:
        """Return the two addresses of a sheet: the page and the file."""

        def show(request: Request, person: Who) -> Response:
            return self._page(request, make(person))

        def download(request: Request, person: Who) -> Response:
            sheet = make(person)
            self.site.shows(request, cases_of(sheet))
            return as_file(as_csv(sheet), path.strip("/"))

        return [Route(path, show, action), Route(f"{path}.csv", download, action)]

    def _mirror(self, person: Person, agency: str) -> Sheet:
        found = self.overviews.mirror(agency, exact=_works_with_cases(person))
        if found is None:
            raise HTTPException(404)
        return found

    def _page(self, request: Request, sheet: Sheet, *, back: str = "") -> Response:
        self.site.shows(request, cases_of(sheet))
        return self.site.page(
            request, "overzicht.html", blad=sheet, toestand=self.site.state(), terug=back, plaatje=picture
        )


def as_file(text: str, name: str) -> Response:
    """Return a text as a file for a spreadsheet, under a name that says nothing of a case."""
    headers = {"content-disposition": f'attachment; filename="waakvlam-{name}.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _works_with_cases(person: Person) -> bool:
    """Tell whether somebody sees the families anyway; from anybody else small counts stay hidden."""
    return may(person, Action.SEE_ALERTS)


def routes(site: Site) -> list[Route]:
    """Return the addresses of the overviews; a file before the page whose address would catch it."""
    pages = OverviewPages(site)
    return [
        *pages.pair(team.PATH, pages.team, Action.SEE_TEAM),
        *pages.pair(region.PATH, pages.region, Action.SEE_REGION),
        *pages.pair(mirror.PATH, pages.mirrors, Action.SEE_MIRROR),
        *pages.pair(governors.PATH, pages.governors, Action.SEE_GOVERNORS),
        Route(f"{mirror.PATH}/{{agency}}.csv", pages.mirror_file, Action.SEE_MIRROR),
        Route(f"{mirror.PATH}/{{agency}}", pages.mirror, Action.SEE_MIRROR),
    ]

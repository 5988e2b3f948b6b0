"""The look log for auditors."""

from collections.abc import Mapping
from itertools import islice
from typing import Annotated, Final

from fastapi import Query, Request
from fastapi.responses import Response

from ledger.numbers import id_beginning, number_of
from services.board.access.line import NEN7513, Line
from services.board.access.looks import PAGE
from services.board.language import say, spoken
from services.board.overviews.sheet import written
from services.board.pages.frame import ROLE_WORDS
from services.board.pages.overviews import as_file
from services.board.pages.routes import Route
from services.board.pages.site import Site
from services.board.rights import Action, Role
from waakvlam.clock import instant_of

WORDS: Final[Mapping[str, str]] = {
    Action.SEE_CASE: "Casus bekeken",
    Action.TAKE_CASE_OUT: "Casus afgedrukt of meegenomen",
    Action.SEE_ALERTS: "Lijst van alarmen bekeken",
    Action.FIND_CASE: "Casusnummer gezocht",
    Action.SEE_TEAM: "Overzicht van het team bekeken",
    Action.SEE_LOOKS: "Inzage gecontroleerd",
    Action.ASK_EMERGENCY_ACCESS: "Noodtoegang gevraagd",
    Action.REVIEW_EMERGENCY_ACCESS: "Noodtoegang beoordeeld",
}
LISTS: Final[Mapping[str, str]] = {Action.REVIEW_EMERGENCY_ACCESS: "Noodtoegang bekeken"}
FORM: Final = "Formulier bij de casus geopend"
CSV_LINES: Final = 10_000
Sought = Annotated[str, Query(max_length=64)]


class LookPages:
    """What was looked at, by whom."""

    def __init__(self, site: Site) -> None:
        self.site, self.access = site, site.access

    def looks(self, request: Request, casus: Sought = "", wie: Sought = "", voor: int = 0) -> Response:
        """Show the look log, newest first, by case or by person."""
        lines = self.access.looks.find(case=_beginning(casus), person=wie.strip(), before=max(0, voor))
        self.site.shows(request, (line.case_id for line in lines if line.case_id))
        return self.site.page(
            request,
            "inzage.html",
            casus=casus,
            wie=wie,
            regels=[_shown(line) for line in lines],
            meer=lines[-1].position if len(lines) == PAGE else 0,
        )

    def looks_csv(self, request: Request, casus: Sought = "", wie: Sought = "") -> Response:
        """Return the same lines in the words of NEN 7513, for a sheet: one for each case that was looked at."""
        case = _beginning(casus)
        found = self.access.looks.find(case=case, person=wie.strip(), limit=CSV_LINES)
        lines = list(islice(self.access.looks.by_case(found, case=case), CSV_LINES))
        self.site.shows(request, (line.case_id for line in lines))
        return as_file(written([NEN7513, *(tuple(line.nen7513().values()) for line in lines)]), "inzage")

    def check(self, request: Request) -> Response:
        """Recompute the chain of the whole log and say whether it holds."""
        return self.site.page(request, "inzage_keten.html", stuk=self.access.looks.broken_at())


def _beginning(number: str) -> str:
    """Return the beginning of a case's id; what is no number of a case finds nothing rather than everything."""
    return (id_beginning(number) or "-") if number.strip() else ""


def _shown(line: Line) -> dict[str, object]:
    roles = [say(ROLE_WORDS[role]) for role in Role if role in line.roles.split(",")]
    return {
        "position": line.position,
        "at": spoken(line.at),
        "at_iso": instant_of(line.at).isoformat(),
        "person": line.person,
        "roles": ", ".join(roles),
        "behalf": line.behalf,
        "number": number_of(line.case_id) if line.case_id else "",
        "shown": line.shown,
        "what": say((LISTS if line.shown else {}).get(line.name) or WORDS.get(line.name, FORM)),
        "purpose": line.purpose,
        "emergency": bool(line.emergency),
    }


def routes(site: Site) -> list[Route]:
    """Return the addresses of the look log."""
    pages = LookPages(site)
    return [
        Route("/inzage", pages.looks, Action.SEE_LOOKS),
        Route("/inzage.csv", pages.looks_csv, Action.SEE_LOOKS),
        Route("/inzage/keten", pages.check, Action.SEE_LOOKS),
    ]

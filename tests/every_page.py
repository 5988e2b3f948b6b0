"""Every page of the board, from the table of its routes: a page that is added is in the tests of all pages at once.

`tell_everything` gives a family with whom everything can be done, so every form is among them.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from fastapi import FastAPI

from rulebook.agreements import load
from services.board.doing.addresses import address
from services.board.doing.scene import Agreed, Scene, scene_of
from services.board.doing.table import ACTIONS
from services.board.pages.routes import action_of
from services.board.rights import Action
from tests.journey import stories
from tests.journey.region import Region

ME, COLLEAGUE = "demo-medewerker", "m-2"
FAMILY = "Familie Alles-Verzonnen"
NO_PAGES = {
    "/lijst": "a piece of the page /",
    "/stroom": "a stream",
    "/zaak/{case}/stroom": "a stream",
    "/zaak/{case}/gedaan/{event_id}": "a piece of the page of a case",
    "/aanmelden": "leads to the provider",
    "/aanmelden/terug": "comes from the provider",
    "/health": "for machines",
    "/ready": "for machines",
    "/metrics": "for machines",
}
"""Routes that show no page, and what they are instead."""
BESIDE = (
    "/?toon=nieuw",
    "/?van=mij",
    "/?gemeente=0014&zwaarte=3",
    "/zoek?nummer=ffff",
    "/bestaat-niet",
    "/zaak/{case}?op=2026-11-20",
    "/zaak/{case}?op=2020-01-01",
    "/zaak/{case}/doe/terugkoppelen?over=nergens",
)
"""What a route also shows, depending on what is asked."""


def tell_everything(region: Region, today: datetime) -> str:
    """Tell the stories, and one of a family with whom everything can be done; return its case."""
    stories.tell(region, today)
    region.at("2026-11-02T09:00:00")
    stories.report(region, FAMILY, "a-1")
    stories.report(region, FAMILY, "a-2")
    handover = {"handover_id": "o-1", "after": "assessment"}
    region.tell(FAMILY, "handover_offered", to_agency=stories.TEAM, **handover)
    region.tell(FAMILY, "handover_accepted", stories.TEAM, **handover)
    region.tell(FAMILY, "concern_reported_back", stories.TEAM, concern_id="t-1")
    up = {"ladder": "samen-doen", "level": 0, "direction": "up", "reason": "samenwerking-stagneert"}
    region.tell(FAMILY, "escalation_started", escalation_id="e-1", **up)
    region.tell(FAMILY, "family_contacted", "board", recorded_by=ME)
    why = "Er is niets meer verteld."
    region.alert(FAMILY, "ST-39", "Gevaar dat blijft", why, due="2026-11-10T23:00:00+00:00", weight=5)
    danger = region.reader.store.open_alerts(region.case(FAMILY))[1][0].alert
    taken = {"alert": danger, "intention": None, "next_step_on": datetime(2026, 11, 27).date()}  # noqa: DTZ001 - a day
    region.at("2026-11-24T09:00:00").tell(FAMILY, "alert_acknowledged", "board", recorded_by=COLLEAGUE, **taken)
    region.alert(FAMILY, "ST-11", "Stil sinds de overdracht", why, due="2026-11-17T23:00:00+00:00")
    region.alert(FAMILY, "ST-13", "Contact blijft uit", why, due="2026-12-01T23:00:00+00:00", stage="warn")
    region.at("2026-11-24T10:30:00")
    return region.case(FAMILY)


def scene(region: Region, agreements: object) -> Scene:
    """Return the case of that family as it stands for me."""
    case = region.case(FAMILY)
    rows = region.reader.store.open_alerts(case)[1]
    agreed = Agreed.by(agreements)
    return scene_of(region.ledger.history(case), rows, agreed, person=ME, now=region.clock.at)


def agreements_of(folder: object) -> object:
    """Return the agreements in a folder."""
    return load(folder)


def pages(app: FastAPI, of: Scene) -> list[str]:
    """Return the address of every page of a board, each form once, for that family."""
    return [address for address, _ in pages_with_actions(app, of)]


def pages_with_actions(app: FastAPI, of: Scene) -> Iterator[tuple[str, Action]]:
    """Yield the same, each with the action that guards its route."""
    actions = {route.path: action for route in app.routes if (action := action_of(route)) and "GET" in route.methods}
    for path in paths(app):
        if not path.endswith(".csv"):
            yield from ((one, actions[path]) for one in _addresses(path, of))
    for one in BESIDE:
        yield one.replace("{case}", of.case), actions.get(one.split("?")[0], Action.SEE_CASE)


def files(app: FastAPI) -> list[str]:
    """Return the address of every file that is made here."""
    return [_filled(path, "") for path in paths(app) if path.endswith(".csv")]


def paths(app: FastAPI) -> Iterator[str]:
    """Yield the path of every route that answers to GET with something for people."""
    for route in app.routes:
        if action_of(route) is not None and "GET" in route.methods and route.path not in NO_PAGES:
            yield route.path


def forms_without_a_subject(of: Scene) -> Sequence[str]:
    """Return the deeds that cannot be done with that family: none, or their forms are in no test."""
    return [one.id for one in ACTIONS.values() if not one.subjects(of)]


def _addresses(path: str, of: Scene) -> Iterable[str]:
    head, _, action = path.rpartition("/doe/")
    if not head:
        return [_filled(path, of.case)]
    subjects = ACTIONS[action].subjects(of)
    kinds = {one.id.split("-")[0] if action == "escalatie-starten" else "": one for one in subjects}
    return [address(of.case, action, one.id) for one in kinds.values()]


def _filled(path: str, case: str) -> str:
    return path.replace("{case}", case).replace("{agency}", "team-groningen")

"""A look log as a board leaves it: looks, a list, emergency access, what somebody kept of the list, and a session."""

from ledger.database import open_database
from services.board.access.keeper import Access
from services.board.access.line import Look
from services.board.ageing import Shelf
from services.board.outbox import Seal
from services.board.rights import Person, Role
from services.board.saved import SavedViews
from waakvlam.clock import FixedClock

THROWN = "at, kind, number, ended_before, days, source"
CASE, OTHER = "0a90f8fc-1234-5678-8abc-000000000001", "1b90f8fc-1234-5678-8abc-000000000002"
SEAL, NOW = Seal(b"the board's own"), 1_795_516_200_000_000
SOMEBODY = Person(id="mdw-1", roles=frozenset({Role.MONITOR}))


def look(case=CASE, person="mdw-1", **others):
    fields = {
        "person": person,
        "roles": "monitor",
        "behalf": "Veilig Thuis",
        "case_id": case,
        "name": "see_case",
        "activity": "monitoren",
        "purpose": "Volgen of afspraken over de casus worden nagekomen",
    }
    return Look(**(fields | others))


def opened(url):
    return Access.by(open_database(url), clock=FixedClock(NOW), seal=SEAL)


def looks_in(url):
    """Return all looks of a log, one for each case."""
    access = opened(url)
    found = list(access.looks.by_case(list(access.looks.lines())))
    access.looks.database.close()
    return found


def live(url):
    """Fill a look log as a board does, and close it; return its looks."""
    access = opened(url)
    access.looks.add([look(), look(OTHER)])
    access.looks.add_list(look("", name="see_alerts"), [CASE, OTHER])
    access.emergencies.ask("mdw-9", CASE, "0014", reason="anders", explained="de buren bellen", owners=["mdw-1"])
    SavedViews(access.looks.database).keep("mdw-1", "regel=ST-40", at=1)
    access.sessions.open(SOMEBODY, id_token="t")
    Shelf(access.looks.database, FixedClock(NOW), {"login": access.sessions.forget_logins}).tidy([])
    with access.looks.database.transaction() as t:
        t.execute(f"INSERT INTO thrown_away ({THROWN}) VALUES (1, 'login', 3, 1, 1, 'region')")
    access.looks.database.close()
    return looks_in(url)

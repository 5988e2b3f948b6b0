"""`waakvlam migrate`: which layout the ledger's tables have, and what it takes to bring them to that of this version."""

from contextlib import closing

from cli.books import ledger_at, why_missing, without_password
from cli.exits import Ends, Exit
from cli.screen import result
from cli.settings import Settings
from ledger import roles, tables
from ledger.database import open_database
from waakvlam.clock import SystemClock


def migrate(settings: Settings, *, plan: bool, as_json: bool) -> None:
    """Bring the ledger's tables up to this version; with `plan` only say what that would do."""
    numbers = _numbers(settings.ledger_url)
    found = numbers["layout"]
    if tables.can_go_on(numbers):
        line = f"The tables have layout {found}, of a newer version; this version, of layout {tables.LAYOUT}, can go on with them."
        result({"layout": found, "wanted": tables.LAYOUT, "steps": []}, as_json=as_json, lines=[line])
        return
    if found > tables.LAYOUT:
        raise Ends(
            Exit.REFUSED,
            f"The ledger's tables have layout {found}, and this version knows {tables.LAYOUT}: a newer version made them. "
            "Install that version; nothing was changed.",
        )
    steps = [tables.STEPS[one] for one in range(found + 1, tables.LAYOUT + 1)]
    if not plan:
        with ledger_at(settings.ledger_url, SystemClock()) as ledger:
            ledger.set_schemas_down()  # opening brings the tables up to date, all in one transaction, one process at a time
        give_rights_again(settings.ledger_url)
    told = {"layout": found, "wanted": tables.LAYOUT, "steps": steps}
    is_done = "To be done" if plan else "Done"
    lines = [f"{is_done}: {one}" for one in steps] or [f"The tables have layout {found}, as this version wants."]
    result(told, as_json=as_json, lines=lines)


def give_rights_again(url: str) -> None:
    """Give the services' roles their rights, where there are roles: a new layout may have brought new tables."""
    with closing(open_database(url)) as database, database.transaction() as t:
        if roles.are_made(t):
            roles.give(t)


def _numbers(url: str) -> dict[str, int]:
    """Return the numbers of a ledger that exists, its layout among them, without bringing it up to date."""
    if missing := why_missing(url):
        raise Ends(Exit.UNREACHABLE, f"There is no ledger at {without_password(url)}: {missing}. Set WAAKVLAM_LEDGER.")
    with closing(open_database(url)) as database, database.reading() as t:
        return tables.state(t)

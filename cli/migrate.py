"""`waakvlam migrate`: which layout the ledger's tables have, and what it takes to bring them to that of this version."""

from contextlib import closing

from cli.books import ledger_at, why_missing, without_password
from cli.exits import Ends, Exit
from cli.screen import result
from cli.settings import Settings
from ledger import roles, tables
from ledger.database import open_database
from waakvlam.clock import SystemClock

ALL_TABLES = f"all tables, of layout {tables.LAYOUT}"


def migrate(settings: Settings, *, plan: bool, new: bool, as_json: bool) -> None:
    """Bring the ledger's tables up to this version; with `plan` only say what that would do, with `new` also make all of them."""
    numbers = _numbers(settings.ledger_url)
    if not numbers:
        _make(settings.ledger_url, plan=plan, new=new, as_json=as_json)
        return
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
        _bring_up(settings.ledger_url)
    told = {"layout": found, "wanted": tables.LAYOUT, "steps": steps}
    is_done = "To be done" if plan else "Done"
    lines = [f"{is_done}: {one}" for one in steps] or [f"The tables have layout {found}, as this version wants."]
    result(told, as_json=as_json, lines=lines)


def _make(url: str, *, plan: bool, new: bool, as_json: bool) -> None:
    """Make all tables in an empty database, as the login that is to own them; the services' roles get their rights."""
    if not new:
        step = "Set WAAKVLAM_LEDGER to that of the ledger, or give --new to make a ledger there."
        raise Ends(Exit.REFUSED, f"The database at {without_password(url)} has no tables of a ledger. {step}")
    if not plan:
        _bring_up(url)
    told = {"layout": 0, "wanted": tables.LAYOUT, "steps": [ALL_TABLES]}
    result(told, as_json=as_json, lines=[f"{'To be done' if plan else 'Done'}: {ALL_TABLES}"])


def _bring_up(url: str) -> None:
    with ledger_at(url, SystemClock()) as ledger:
        ledger.set_schemas_down()  # opening brings the tables up to date, all in one transaction, one process at a time
    give_rights_again(url)


def give_rights_again(url: str) -> None:
    """Give the services' roles their rights, where there are roles: a new layout may have brought new tables."""
    with closing(open_database(url)) as database, database.transaction() as t:
        if roles.are_made(t):
            roles.give(t)


def _numbers(url: str) -> dict[str, int]:
    """Return the numbers of a ledger, its layout among them, without bringing it up to date; none where it has no tables yet."""
    if missing := why_missing(url):
        raise Ends(Exit.UNREACHABLE, f"There is no ledger at {without_password(url)}: {missing}. Set WAAKVLAM_LEDGER.")
    with closing(open_database(url)) as database, database.reading() as t:
        if t.postgres and t.value("SELECT to_regclass('state')") is None:
            return {}
        return tables.state(t)

"""The commands that keep the ledger and what follows from it: backup, restore, migrate, roles, rebuild. The work is in modules of their own."""

# ruff: noqa: PLC0415 - each command brings its own imports, as in cli/main.py
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.exits import Ends, Exit, errors_as_exits
from cli.settings import read_settings


class View(StrEnum):
    """What can be made anew."""

    RADAR = "radar"
    BOARD = "board"
    TRIAGE = "triage"
    ALL = "all"


AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
DataFolder = Annotated[
    Path | None, typer.Option("--data", help="Folder for everything that no WAAKVLAM_… names. Default: .data")
]


def backup(
    to: Annotated[Path, typer.Option(metavar="DIR", help="A new folder for the ledger.")],
    keys_to: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="A new folder for the keys, elsewhere: with both, everything can be read."),
    ] = None,
    data: DataFolder = None,
    *,
    dated: Annotated[
        bool, typer.Option("--dated", help="Make new folders inside those that are named, called after this instant.")
    ] = False,
    keep: Annotated[
        int | None,
        typer.Option(min=2, help="With --dated: throw away all but so many of them, once the new one is proven."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Copy the ledger, read it back and prove it, while everything runs."""
    from cli.backup import make_backup, make_dated_backup

    with errors_as_exits():
        if keep is not None and not dated:
            raise Ends(Exit.USAGE, "--keep goes with --dated: only folders that it names are thrown away.")
        if dated:
            make_dated_backup(read_settings(data), to, keys_to, keep, as_json=as_json)
        else:
            make_backup(read_settings(data), to, keys_to, as_json=as_json)


def restore(
    source: Annotated[Path, typer.Option("--from", metavar="DIR", help="The folder of a backup of the ledger.")],
    keys_from: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder of a backup of the keys, when they were lost too.")
    ] = None,
    data: DataFolder = None,
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="What the ledger (and the key store) holds may go.")
    ] = False,
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="Go on though the topics no longer reach back to the backup.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup back, with all services stopped; what came after it is read from the topics again."""
    from cli import restore as restoring

    with errors_as_exits():
        wish = restoring.Wish(source, keys_from, replace, accept_loss)
        restoring.restore(read_settings(data), wish, as_json=as_json)


def looks(  # noqa: PLR0913 - each is an option of the command
    by: Annotated[
        str, typer.Option("--by", metavar="WORKER", help="Who asks: your own opaque id; the look is logged under it.")
    ] = "",
    case: Annotated[str, typer.Option(metavar="ID", help="Only looks at this case: its id or its short number.")] = "",
    person: Annotated[str, typer.Option(metavar="WORKER", help="Only looks by this person: an opaque id.")] = "",
    since: Annotated[
        str | None, typer.Option("--from", metavar="INSTANT", help="Only looks from this instant on, with offset or Z.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="Only looks before this instant, with offset or Z.")
    ] = None,
    data: DataFolder = None,
    *,
    ldv: Annotated[
        bool,
        typer.Option(
            "--ldv", help="In the form of LDV, the standard of Logius, without who looked. Default: NEN 7513."
        ),
    ] = False,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write them here, as CSV.")] = None,
    limit: Annotated[int, typer.Option("--show", min=1, help="How many at most, the newest first.")] = 10_000,
    check: Annotated[bool, typer.Option("--check", help="Only compute the chain of the whole log anew.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print who looked at which case at the board, when, for what and on whose behalf; that is logged as a look itself.

    A list that somebody looked at is one line for each case in it. With --check it ends with 5 when the chain does not hold.
    """
    from cli import looks as looking

    with errors_as_exits():
        if check:
            looking.check_looks(read_settings(data), as_json=as_json)
            return
        wish = looking.Wish(by=by, case=case, person=person, since=since, until=until, ldv=ldv, csv=csv, limit=limit)
        looking.show_looks(read_settings(data), wish, as_json=as_json)


def migrate(
    data: DataFolder = None,
    *,
    plan: Annotated[bool, typer.Option("--plan", help="Only say what would be done.")] = False,
    new: Annotated[
        bool, typer.Option("--new", help="Make the tables where the database at PostgreSQL is empty.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the ledger's tables up to this version, as the login that owns them; a service under that login does it when it starts."""
    from cli import migrate as migrating

    with errors_as_exits():
        migrating.migrate(read_settings(data), plan=plan, new=new, as_json=as_json)


def roles(
    data: DataFolder = None,
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="Carry it out, as a login that may make roles and owns the tables.")
    ] = False,
    without_rights: Annotated[
        bool, typer.Option("--without-rights", help="Only the roles: for a ledger that has no tables yet.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the SQL that gives each service a role of its own at the ledger's database, with the rights that it needs."""
    from cli.roles import show_roles

    with errors_as_exits():
        show_roles(read_settings(data), apply=apply, without_rights=without_rights, as_json=as_json)


def rebuild(
    view: Annotated[View, typer.Argument(metavar="radar|board|triage|all", help="Which view.")],
    data: DataFolder = None,
    *,
    compare_only: Annotated[bool, typer.Option("--compare-only", help="Say what differs; change nothing.")] = False,
    workers: Annotated[int, typer.Option(min=0, help="Processes that work on it; 0: one for each core.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Make a view anew from the ledger beside the live one, compare the two, and put it in its place; services may run.

    With --compare-only it ends with 5 when they differ. Ended half-way, it leaves the live view as it was.
    """
    import os

    from cli import compiled

    compiled.use()
    from cli import rebuild as rebuilding

    with errors_as_exits():
        views = rebuilding.VIEWS if view is View.ALL else (view.value,)
        wish = rebuilding.Wish(views, compare_only, workers or os.cpu_count() or 1)
        rebuilding.rebuild(read_settings(data), wish, as_json=as_json)

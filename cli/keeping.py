"""The commands that keep the ledger: backup, restore, migrate. The work is in modules of their own."""

# ruff: noqa: PLC0415 - each command brings its own imports, as in cli/main.py
from pathlib import Path
from typing import Annotated

import typer

from cli.exits import Ends, Exit, errors_as_exits
from cli.settings import read_settings

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


def migrate(
    data: DataFolder = None,
    *,
    plan: Annotated[bool, typer.Option("--plan", help="Only say what would be done.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the ledger's tables up to this version, at a moment that you choose; services do it when they start."""
    from cli import migrate as migrating

    with errors_as_exits():
        migrating.migrate(read_settings(data), plan=plan, as_json=as_json)

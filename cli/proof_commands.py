"""`waakvlam fsck`, `proof` and `checkpoints`: the words of the commands; the work is in `cli.proving`."""

# ruff: noqa: PLC0415 - each command brings its own imports, as in cli.main
from pathlib import Path
from typing import Annotated

import typer

from cli.case_commands import WHY, Looks, Purpose, of_ledger
from cli.exits import EXIT_CODES, errors_as_exits
from cli.settings import read_settings

app = typer.Typer()

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
DataFolder = Annotated[
    Path | None, typer.Option("--data", help="Folder for everything that no WAAKVLAM_… names. Default: .data")
]
LedgerUrl = Annotated[str, typer.Option("--ledger", metavar="URL", help="The ledger. Default: WAAKVLAM_LEDGER.")]


@app.command(epilog=EXIT_CODES)
def fsck(
    export_file: Annotated[str, typer.Argument(metavar="EXPORT", help="File of export --whole; - is standard input.")],
    key: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="A public key of the ledger that you trust, or a file with it."),
    ] = None,
    seen: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A checkpoint that you have; it must be in the export.")
    ] = None,
    show: Annotated[int, typer.Option(min=0, help="How many flaws to print.")] = 100,
    *,
    as_json: AsJson = False,
) -> None:
    """Examine a whole export, without a database: find every changed, missing, added or moved record and checkpoint."""
    from cli.proving import Wish, check

    with errors_as_exits():
        check(Wish(export_file, key or [], seen or [], show), as_json=as_json)


@app.command(epilog=EXIT_CODES)
def proof(
    event: Annotated[str, typer.Argument(metavar="EVENT", help="The id of an event.")],
    record: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the ledger's record of it here: the proof is about that.")
    ] = None,
    ledger: LedgerUrl = "",
    by: Looks = "",
    purpose: Purpose = WHY,
    data: DataFolder = None,
) -> None:
    """Print the proof that an event is in the ledger, under the last signed checkpoint (c2sp.org/tlog-proof)."""
    from cli.looked import Looker
    from cli.proving import show_proof

    with errors_as_exits():
        show_proof(of_ledger(read_settings(data), ledger), event, record, Looker(by, purpose))


@app.command(epilog=EXIT_CODES)
def checkpoints(ledger: LedgerUrl = "", data: DataFolder = None, *, as_json: AsJson = False) -> None:
    """Print what was signed at the end of each day, and the ledger's public keys."""
    from cli.proving import show_checkpoints

    with errors_as_exits():
        show_checkpoints(ledger or read_settings(data).ledger_url, as_json=as_json)

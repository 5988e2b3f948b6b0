"""`waakvlam agreements`: what a work group does with its agreements before they hold."""

# ruff: noqa: PLC0415 - each command brings its own imports, as in cli.main
from pathlib import Path
from typing import Annotated

import typer

from cli.exits import EXIT_CODES, errors_as_exits

app = typer.Typer(
    name="agreements",
    help="Read, compare and try agreements before they hold.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Place = Annotated[Path, typer.Argument(metavar="PATH", help="A file with one agreement, or a folder of them.")]


@app.command(epilog=EXIT_CODES)
def check(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Folder of the agreements. Default: WAAKVLAM_AGREEMENTS.")
    ] = None,
    on: Annotated[str | None, typer.Option(metavar="DATE", help="The day to look from. Default: today.")] = None,
    *,
    strict: Annotated[bool, typer.Option("--strict", help="End with code 5 on a warning, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print what is wrong with agreements, or worth a look, before they hold."""
    from cli.agreement_check import check_folder

    with errors_as_exits():
        raise typer.Exit(int(check_folder(folder, on, strict=strict, as_json=as_json)))


@app.command(epilog=EXIT_CODES)
def publish(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file of the new version.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Record that a version was agreed: from then on its file never changes, and `check` holds it to that."""
    from cli import agreement_publishing

    with errors_as_exits():
        agreement_publishing.publish(file, as_json=as_json)


@app.command(epilog=EXIT_CODES)
def show(path: Place, *, as_json: AsJson = False) -> None:
    """Print an agreement as a Dutch page that a work group can read (Markdown)."""
    from cli import agreement_pages

    with errors_as_exits():
        agreement_pages.show(path, as_json=as_json)


@app.command(epilog=EXIT_CODES)
def diff(before: Place, after: Place, *, as_json: AsJson = False) -> None:
    """Print in words what is different between two versions of the agreements."""
    from cli import agreement_pages

    with errors_as_exits():
        agreement_pages.diff(before, after, as_json=as_json)


@app.command(epilog=EXIT_CODES)
def backtest(
    before: Place,
    after: Place,
    events: Annotated[str, typer.Option(metavar="FILE", help="One event a line (see export); - is standard input.")],
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Count alerts raised from this day on.")] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="The last instant, with offset or Z. Default: the last line's."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Print which alerts another version would have added, dropped, or raised earlier or later.

    A folder is taken as it is. A file is taken as if it had always held, beside the other agreements of its folder.
    """
    from cli.agreement_trial import Trial, try_out

    with errors_as_exits():
        try_out(Trial(before, after, events, since, until), as_json=as_json)

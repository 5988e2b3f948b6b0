"""`waakvlam`: everything that is done from the command line. Each command is a few lines; the work is in its own module.

Results are on stdout, progress and errors on stderr. Modules are imported when their command is called, so that
`waakvlam --help` answers at once.
"""

# ruff: noqa: PLC0415 - each command brings its own imports, see above
from pathlib import Path
from typing import Annotated

import typer

from cli import agreements as agreement_commands
from cli import aside_commands, case_commands, kafka_commands, keeping, looking, proof_commands
from cli.exits import EXIT_CODES, Ends, Exit, errors_as_exits
from cli.settings import read_settings

app = typer.Typer(
    name="waakvlam",
    help="The pilot light that notices: the shared case ledger, its radar and its demonstration.\n\n" + EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(agreement_commands.app)
app.add_typer(kafka_commands.topics_app)
app.add_typer(kafka_commands.credentials_app)
for one in aside_commands.APPS:
    app.add_typer(one)
app.add_typer(proof_commands.app)

KEEPING = (keeping.backup, keeping.restore, keeping.looks, keeping.migrate, keeping.roles, keeping.rebuild)
for command in (*case_commands.COMMANDS, *KEEPING, *looking.COMMANDS):
    app.command(epilog=EXIT_CODES)(command)

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
DataFolder = Annotated[
    Path | None, typer.Option("--data", help="Folder for everything that no WAAKVLAM_… names. Default: .data")
]


@app.command(epilog=EXIT_CODES)
def up(
    data: DataFolder = None,
    *,
    local_kafka: Annotated[bool, typer.Option(help="Also run a Kafka here, its data kept in the data folder.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run all services on what is configured, and start again what dies, until Ctrl-C."""
    from cli.up import keep_up

    with errors_as_exits():
        raise typer.Exit(keep_up(read_settings(data), local_kafka=local_kafka, as_json=as_json))


@app.command(epilog=EXIT_CODES)
def demo(
    *,
    seconds: Annotated[
        float, typer.Option(min=0, help="In how many seconds the three years pass; then it ends by itself.")
    ] = 0.0,
    summary: Annotated[Path | None, typer.Option(help="Write the counts to this file, as JSON.")] = None,
    seed: Annotated[str, typer.Option(help="Another seed tells other lives.")] = "waakvlam",
    keep: Annotated[Path | None, typer.Option(help="Keep all data in this folder, which must be empty.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the board; 0 picks a free one.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Play three years of a simulated region on a real Kafka of its own, and check the outcome.

    Without --seconds it takes four minutes and then stays, board and all, until Ctrl-C.
    """
    from cli.demo_command import Wish, demonstrate
    from cli.screen import result

    with errors_as_exits():
        wish = Wish(seconds=seconds, summary=summary, seed=seed, keep=keep, port=port)
        code, sentence, numbers = demonstrate(wish)
        lines = [f"{name}: {value}" for name, value in (numbers or {}).items()]
        result({"exit": int(code), "sentence": sentence, **(numbers or {})}, as_json=as_json, lines=[*lines, sentence])
        raise typer.Exit(int(code))


@app.command(epilog=EXIT_CODES)
def replay(
    agreements: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the agreements and calendars.")],
    events: Annotated[str, typer.Option(metavar="FILE", help="One event a line (see export); - is standard input.")],
    until: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="The last instant, with offset or Z. Default: the last line's."),
    ] = None,
    *,
    _as_json: Annotated[bool, typer.Option("--json", help="Changes nothing: the output is JSON lines.")] = True,
) -> None:
    """Compute all alerts of a history, without a broker or a database; one JSON line for each."""
    from cli import compiled

    compiled.use()
    from cli.offline import replay_file

    with errors_as_exits():
        replay_file(agreements, events, until)


@app.command(epilog=EXIT_CODES)
def figures(
    events: Annotated[
        str | None, typer.Option(metavar="FILE", help="One event a line (see export); default: the ledger.")
    ] = None,
    agreements: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the agreements. Default: WAAKVLAM_AGREEMENTS.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="The last instant, with offset or Z. Default: the last line's."),
    ] = None,
    municipality: Annotated[
        str | None, typer.Option(metavar="CODE", help="Only this municipality. Default: each, and all together.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the figures here, as CSV.")] = None,
    picture: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a picture here, as SVG.")] = None,
    data: DataFolder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Print outcome figures by rule, municipality and half-year, rounded to five and with small cells hidden."""
    from cli.outcome_figures import Wish, tell

    with errors_as_exits():
        wish = Wish(events, agreements, until, municipality, csv, picture)
        tell(wish, read_settings(data), as_json=as_json)


@app.command(epilog=EXIT_CODES)
def erase(
    case_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="The case.")] = None,
    by: Annotated[str, typer.Option(metavar="WORKER", help="Who asks: an opaque id, never a name.")] = "",
    ground: Annotated[
        str | None,
        typer.Option(help="Propose: bewaartermijn-verlopen, verzoek-betrokkene, ten-onrechte-vastgelegd, anders."),
    ] = None,
    confirm: Annotated[str | None, typer.Option(metavar="PROPOSAL", help="Confirm the proposal with this id.")] = None,
    data: DataFolder = None,
    *,
    proof: Annotated[bool, typer.Option("--proof", help="Show that what was erased cannot be read.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Destroy again, after keys came back from a backup.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make what is told about people in a closed case unreadable for good: one proposes it, another confirms it."""
    from cli import erase as erasing

    with errors_as_exits():
        settings = read_settings(data)
        if again:
            erasing.erase_again(settings, as_json=as_json)
        elif case_id is None:
            raise Ends(Exit.USAGE, "Name the case to erase.")
        elif proof:
            erasing.prove(settings, case_id, by, as_json=as_json)
        else:
            erasing.erase(erasing.Wish(case_id, by, ground, confirm), settings, as_json=as_json)


@app.command(epilog=EXIT_CODES)
def retention(
    until: Annotated[str | None, typer.Option(metavar="DAY", help="As it is on this day. Default: today.")] = None,
    propose_by: Annotated[
        str | None,
        typer.Option(
            metavar="WORKER", help="Propose to erase those that nobody proposed yet; another person confirms."
        ),
    ] = None,
    by: case_commands.Looks = "",
    data: DataFolder = None,
    *,
    run: Annotated[bool, typer.Option("--run", help="As the timed job: set down in the ledger what was done.")] = False,
    done: Annotated[
        bool, typer.Option("--done", help="Print what the job and the board did about what was over, instead.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print which closed cases have been kept long enough, by the terms in agreements/retention."""
    from cli.erase import show_retention
    from cli.retained import show_done
    from rulebook.instants import parse_day

    with errors_as_exits():
        if done:
            show_done(read_settings(data), as_json=as_json)
            return
        day = None if until is None else parse_day(until)
        if until is not None and day is None:
            raise Ends(Exit.USAGE, f"--until: {until} is not a day that exists. Write it as YYYY-MM-DD.")
        show_retention(read_settings(data), day, propose_by, run=run, as_json=as_json, by=by)


def run() -> None:
    """Run the command line: the entry point of the package."""
    app()


if __name__ == "__main__":
    run()

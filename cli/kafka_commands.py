"""`waakvlam topics` and `waakvlam credentials`: what the operator of Kafka does."""

# ruff: noqa: PLC0415 - each command brings its own imports, as in cli.main
from pathlib import Path
from typing import Annotated

import typer

from cli.exits import EXIT_CODES, errors_as_exits

HELP = {"help_option_names": ["-h", "--help"]}
topics_app = typer.Typer(
    name="topics",
    help="Make Kafka's topics and rights as schemas/topics.toml says. Log in as the operator.",
    no_args_is_help=True,
    context_settings=HELP,
)
credentials_app = typer.Typer(
    name="credentials",
    help="Who logs in at Kafka with which password. Log in as the operator.",
    no_args_is_help=True,
    context_settings=HELP,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
DataFolder = Annotated[
    Path | None, typer.Option("--data", help="The data folder of a Waakvlam that runs here: its own Kafka is meant.")
]


@topics_app.command(epilog=EXIT_CODES)
def plan(data: DataFolder = None, *, as_json: AsJson = False) -> None:
    """Show what is different between Kafka and the matrix, and change nothing. Ends with 5 when anything is."""
    from cli.kafka_operator import show_plan

    with errors_as_exits():
        raise typer.Exit(int(show_plan(data, as_json=as_json)))


@topics_app.command(epilog=EXIT_CODES)
def apply(
    data: DataFolder = None,
    *,
    replication: Annotated[
        int, typer.Option(min=-1, help="How many brokers keep a new topic; -1 is the broker's own default.")
    ] = -1,
    as_json: AsJson = False,
) -> None:
    """Make topics, settings and rights as the matrix says. Takes rights that are not in it; deletes no topic."""
    from cli.kafka_operator import carry_out

    with errors_as_exits():
        raise typer.Exit(int(carry_out(data, replication=replication, as_json=as_json)))


@credentials_app.command(epilog=EXIT_CODES)
def rotate(
    principals: Annotated[
        list[str], typer.Argument(metavar="PRINCIPAL...", help="Ids of agencies, names of services, or operator.")
    ],
    data: DataFolder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Give each a new password, in Kafka and in its file; who had none can log in from now on."""
    from cli.kafka_operator import rotate_all

    with errors_as_exits():
        rotate_all(principals, data, as_json=as_json)

"""The commands that look and change nothing: status, doctor, reconcile, watch, support-bundle. The work is in modules of their own."""

# ruff: noqa: PLC0415 - each command brings its own imports, as in cli/main.py
from pathlib import Path
from typing import Annotated

import typer

from cli.exits import Exit, errors_as_exits
from cli.settings import read_settings

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
DataFolder = Annotated[
    Path | None, typer.Option("--data", help="Folder for everything that no WAAKVLAM_… names. Default: .data")
]
Prometheus = Annotated[
    str,
    typer.Option(metavar="URL", help="Ask this Prometheus for the numbers of all parts, such as in a cluster."),
]


def status(data: DataFolder = None, prometheus: Prometheus = "", *, as_json: AsJson = False) -> None:
    """Print how everything is on one screen, what is wrong first. Ends with 4 when a part, Kafka or the ledger does not
    answer, with 5 when anything else is wrong.
    """  # noqa: D205 - Typer shows both lines as one
    from cli.status import show_status

    with errors_as_exits():
        raise typer.Exit(int(show_status(read_settings(data), prometheus, as_json=as_json)))


def doctor(data: DataFolder = None, *, as_json: AsJson = False) -> None:
    """Look at what is reachable and what is not, and say what to do."""
    from cli.doctor import examine_from
    from cli.screen import result

    with errors_as_exits():
        findings = examine_from(data)
        result([one.as_json() for one in findings], as_json=as_json, lines=[one.line() for one in findings])
        if not all(one.ok for one in findings):
            raise typer.Exit(int(Exit.UNREACHABLE))


def reconcile(data: DataFolder = None, *, as_json: AsJson = False) -> None:
    """Compare what senders, intake, ledger, relay, views and alert channel each counted by themselves."""
    from cli.reconcile import show_differences

    with errors_as_exits():
        raise typer.Exit(int(show_differences(read_settings(data), as_json=as_json)))


def watch(data: DataFolder = None, *, as_json: AsJson = False) -> None:
    """Measure the services from outside, for Prometheus, until Ctrl-C: lag, progress, backups, certificates, room."""
    from cli.watching import keep_watching

    with errors_as_exits():
        raise typer.Exit(int(keep_watching(read_settings(data), as_json=as_json)))


def support_bundle(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive to make; its name ends in .tar.gz.")],
    data: DataFolder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Pack what somebody who helps must know: versions, settings without secrets, status, Kafka, tables, logs, numbers.

    Nothing in it is about a case or a person.
    """
    from cli.bundle import make_bundle

    with errors_as_exits():
        make_bundle(read_settings(data), data, file, as_json=as_json)


COMMANDS = (status, doctor, reconcile, watch, support_bundle)

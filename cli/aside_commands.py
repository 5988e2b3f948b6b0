"""`waakvlam dead-letters`, `parked`, `fuse` and `intake`: what was set aside, and the ways back."""

# ruff: noqa: PLC0415 - each command brings its own imports, as in cli.main
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.case_commands import WHY, Looks, Purpose
from cli.exits import EXIT_CODES, errors_as_exits
from cli.settings import read_settings

_HELP = {"help_option_names": ["-h", "--help"]}
letters_app = typer.Typer(
    name="dead-letters",
    help="What could not be taken in: look, replay after a fix, or discard with two persons.",
    no_args_is_help=True,
    context_settings=_HELP,
)
parked_app = typer.Typer(
    name="parked",
    help="What waits for its case: look, try again, or discard with two persons.",
    no_args_is_help=True,
    context_settings=_HELP,
)
fuse_app = typer.Typer(
    name="fuse", help="Agencies that are not read because too much of theirs was set aside.", no_args_is_help=True
)
intake_app = typer.Typer(name="intake", help="A way round one record on which intake fails.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
DataFolder = Annotated[
    Path | None, typer.Option("--data", help="Folder for everything that no WAAKVLAM_… names. Default: .data")
]
Agency = Annotated[str | None, typer.Option("--agency", metavar="ID", help="Only of this agency.")]
By = Annotated[str, typer.Option("--by", metavar="ID", help="Who decides this: an opaque id, no name.")]
ByOrLogin = Annotated[
    str, typer.Option("--by", metavar="ID", help="Who decides this: an opaque id, no name. Default: the login here.")
]
Reason = Annotated[str, typer.Option("--reason", metavar="WHY", help="Why, in words without any person in them.")]
Number = Annotated[int, typer.Argument(metavar="ID", help="The number that `dead-letters list` shows.")]
EventId = Annotated[str, typer.Argument(metavar="ID", help="The event's id, as `parked list` shows it.")]


@contextmanager
def _work() -> Iterator[Any]:
    """Bring the module that does the work, and turn what goes wrong into an exit code."""
    from cli import aside

    with errors_as_exits():
        yield aside


@letters_app.command("list", epilog=EXIT_CODES)
def list_letters(
    agency: Agency = None,
    *,
    closed: Annotated[bool, typer.Option("--all", help="Also those that were taken in or discarded.")] = False,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Print the dead letters that nobody has decided on, the oldest first."""
    with _work() as aside:
        aside.list_letters(read_settings(data), agency, closed=closed, as_json=as_json)


@letters_app.command("show", epilog=EXIT_CODES)
def show_letter(number: Number, data: DataFolder = None, *, as_json: AsJson = False) -> None:
    """Print one: why, where it stood, its hash and its shape; never a value that was sent."""
    with _work() as aside:
        aside.show_letter(read_settings(data), number, as_json=as_json)


@letters_app.command("replay", epilog=EXIT_CODES)
def replay_letters(
    reason: Reason,
    numbers: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help="Which; or all of --agency.")] = None,
    agency: Agency = None,
    by: ByOrLogin = "",
    data: DataFolder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Let dead letters go through the door again, as the same records under the same ids. A running intake does it."""
    with _work() as aside:
        aside.replay_letters(read_settings(data), numbers or [], agency, aside.Word(by, reason), as_json=as_json)


@letters_app.command("discard", epilog=EXIT_CODES)
def discard_letter(
    number: Number, by: By, reason: Reason = "", data: DataFolder = None, *, as_json: AsJson = False
) -> None:
    """Propose to discard a dead letter; given again by another person, its bytes are destroyed and the fact stays."""
    with _work() as aside:
        aside.discard_letter(read_settings(data), number, aside.Word(by, reason), as_json=as_json)


@parked_app.command("list", epilog=EXIT_CODES)
def list_parked(
    agency: Agency = None, by: Looks = "", purpose: Purpose = WHY, data: DataFolder = None, *, as_json: AsJson = False
) -> None:
    """Print the events that wait for their case, the oldest first; of those that name it, the look is logged."""
    with _work() as aside:
        aside.list_parked(read_settings(data), agency, aside.Looker(by, purpose), as_json=as_json)


@parked_app.command("show", epilog=EXIT_CODES)
def show_parked(
    event_id: EventId, by: Looks = "", purpose: Purpose = WHY, data: DataFolder = None, *, as_json: AsJson = False
) -> None:
    """Print one: what it waits for, by when, and its fields; never a value that was sent. With its case, it is a logged look."""
    with _work() as aside:
        aside.show_parked(read_settings(data), event_id, aside.Looker(by, purpose), as_json=as_json)


@parked_app.command("replay", epilog=EXIT_CODES)
def replay_parked(
    reason: Reason,
    event_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Which; or all of --agency.")] = None,
    agency: Agency = None,
    by: ByOrLogin = "",
    data: DataFolder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Look again whether the cases of parked events are there; what waits for one then flows, in its order."""
    with _work() as aside:
        aside.replay_parked(read_settings(data), event_ids or [], agency, aside.Word(by, reason), as_json=as_json)


@parked_app.command("discard", epilog=EXIT_CODES)
def discard_parked(
    event_id: EventId, by: By, reason: Reason = "", data: DataFolder = None, *, as_json: AsJson = False
) -> None:
    """Propose to discard a parked event; given again by another person, it waits no longer and its sender is told."""
    with _work() as aside:
        aside.discard_parked(read_settings(data), event_id, aside.Word(by, reason), as_json=as_json)


@fuse_app.command("list", epilog=EXIT_CODES)
def list_fuses(data: DataFolder = None, *, as_json: AsJson = False) -> None:
    """Print every agency's fuse: whether it is blown, and how much was set aside lately."""
    with _work() as aside:
        aside.list_fuses(read_settings(data), as_json=as_json)


@fuse_app.command("reset", epilog=EXIT_CODES)
def reset_fuse(
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help="The agency that is to be read again.")],
    reason: Reason,
    by: By,
    data: DataFolder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Let an agency be read again; a running intake does so within seconds."""
    with _work() as aside:
        aside.reset_fuse(read_settings(data), agency, aside.Word(by, reason), as_json=as_json)


@intake_app.command("set-aside", epilog=EXIT_CODES)
def set_aside(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="As intake's error names it.")],
    partition: Annotated[int, typer.Argument(metavar="PARTITION", min=0)],
    offset: Annotated[int, typer.Argument(metavar="OFFSET", min=0)],
    by: By,
    reason: Reason = "",
    data: DataFolder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Propose that one record be set aside unread; given again by another person, intake goes on behind it."""
    with _work() as aside:
        aside.set_aside(read_settings(data), (topic, partition, offset), aside.Word(by, reason), as_json=as_json)


APPS = (letters_app, parked_app, fuse_app, intake_app)

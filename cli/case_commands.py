"""The commands that show cases: case, why, radar, export. Of each, who looks is logged before anything is shown (decision 52)."""

# ruff: noqa: PLC0415 - each command brings its own imports, as in cli/main.py
from pathlib import Path
from typing import Annotated

import typer

from cli.exits import errors_as_exits
from cli.settings import Settings, read_settings

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
DataFolder = Annotated[
    Path | None, typer.Option("--data", help="Folder for everything that no WAAKVLAM_… names. Default: .data")
]
LedgerUrl = Annotated[str, typer.Option("--ledger", metavar="URL", help="The ledger. Default: WAAKVLAM_LEDGER.")]
CaseId = Annotated[str, typer.Argument(metavar="ID", help="The case's id, or its short number as the board shows it.")]
Looks = Annotated[
    str,
    typer.Option(
        "--by", metavar="WORKER", help="Who looks, as the look log has it: your opaque id. Default: the login here."
    ),
]
Purpose = Annotated[str, typer.Option("--purpose", metavar="WHY", help="For what you look; it is logged.")]
WHY = "beheer"  # as cli.looked.Looker has it


def export(
    ledger: LedgerUrl = "",
    whole: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write every record, checkpoint and public key here instead, for fsck."),
    ] = None,
    by: Looks = "",
    purpose: Purpose = WHY,
    data: DataFolder = None,
    *,
    _as_json: Annotated[bool, typer.Option("--json", help="Changes nothing: the output is JSON lines.")] = True,
) -> None:
    """Print the ledger as the lines that replay reads; nothing sealed is in them. With --whole: all of it, to a file."""
    from cli.looked import Looker
    from cli.offline import export_ledger
    from cli.proving import export_whole

    with errors_as_exits():
        settings = of_ledger(read_settings(data), ledger)
        if whole is None:
            export_ledger(settings, Looker(by, purpose))
        else:
            export_whole(settings, Looker(by, purpose), whole)


def case(
    case_id: CaseId, by: Looks = "", purpose: Purpose = WHY, data: DataFolder = None, *, as_json: AsJson = False
) -> None:
    """Print the timeline of a case, in Dutch."""
    from cli.look import show_case
    from cli.looked import Looker

    with errors_as_exits():
        show_case(read_settings(data), case_id, Looker(by, purpose), as_json=as_json)


def why(
    case_id: CaseId,
    at: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="As it was known then, with offset or Z. Default: now.")
    ] = None,
    rule: Annotated[
        str | None, typer.Option("--not", metavar="RULE", help="Say why this rule does not alert in the case.")
    ] = None,
    by: Looks = "",
    purpose: Purpose = WHY,
    data: DataFolder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Print what must still happen in a case, by when, why, and what would settle it; or why a rule is silent."""
    from cli.looked import Looker
    from cli.questions import Asked, show_why, show_why_not

    with errors_as_exits():
        settings, asked = read_settings(data), Asked(case_id, at, Looker(by, purpose))
        if rule is None:
            show_why(settings, asked, as_json=as_json)
        else:
            show_why_not(settings, asked, rule, as_json=as_json)


def radar(
    municipality: Annotated[
        str | None, typer.Option(metavar="CODE", help="Only this municipality. Default: all of them.")
    ] = None,
    shown: Annotated[
        int, typer.Option("--show", min=0, help="How many cases to name in each list; with 0 it is no look at cases.")
    ] = 10,
    by: Looks = "",
    purpose: Purpose = WHY,
    data: DataFolder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Print the region at a glance: open alerts by weight, what comes due when, and which cases go first."""
    from cli.looked import Looker
    from cli.radar import Wish, show_radar

    with errors_as_exits():
        show_radar(Wish(municipality, shown, Looker(by, purpose)), read_settings(data), as_json=as_json)


def of_ledger(settings: Settings, url: str) -> Settings:
    """Return settings for a ledger that an option names, if it does."""
    return settings.model_copy(update={"ledger": url}) if url else settings


COMMANDS = (export, case, why, radar)

"""A look from the command line: it stands in the board's look log before anything of a case is shown (decision 52)."""

from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from cli.exits import Ends, Exit
from cli.rebuilding import cases_in
from cli.settings import Settings
from cli.word import fit, login
from ledger.application import Ledger
from ledger.database import open_database
from ledger.errors import LedgerError
from ledger.staff import known_as
from services.board import looks_copy
from services.board.access.line import ADMINISTRATION, OPERATOR, Look
from services.board.access.looks import LookLog
from services.board.rights import OPAQUE, Action
from waakvlam.clock import SystemClock

CASES_AT_ONCE: Final = 10_000
SQLITE: Final = "sqlite:///"
NOTHING_SHOWN: Final = "Your look cannot be logged, so nothing is shown"


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks, by an opaque id (the login here when none is given), and for what."""

    by: str = ""
    purpose: str = ADMINISTRATION

    def look(self, settings: Settings, action: Action) -> Look:
        """Return a look by this person; ends when nobody can be known by what they give."""
        by, purpose = self.by or login(), fit(self.purpose, "--purpose")
        if not OPAQUE.match(by):
            raise Ends(Exit.USAGE, "--by is one word without spaces: your own staff number, never a name. Give it.")
        if not purpose:
            raise Ends(Exit.USAGE, "Say with --purpose for what you look; it is logged.")
        return Look(
            person=known_as(by),
            roles=OPERATOR,
            behalf=settings.board_organisation,
            case_id="",
            name=action.value,
            activity=ADMINISTRATION,
            purpose=purpose,
        )

    def sees(self, settings: Settings, case: str, action: Action = Action.SEE_CASE) -> None:
        """Log a look at one case; ends, and then nothing may be shown, when that cannot be done."""
        look = self.look(settings, action)
        with _log(settings) as log:
            log.add([replace(look, case_id=case)])

    def sees_list(self, settings: Settings, cases: Collection[str], action: Action = Action.SEE_ALERTS) -> None:
        """Log a look at a list of cases, likewise; nothing when no case stands in it."""
        look = self.look(settings, action)
        if cases:
            with _log(settings) as log:
                log.add_list(look, cases)


def seen_whole(ledger: Ledger, settings: Settings, looker: Looker) -> int:
    """Log a look at all cases of a ledger; return its last position before: what came after that was perhaps not logged."""
    head = ledger.head()
    looker.sees_list(
        settings, {case for some in cases_in(ledger, CASES_AT_ONCE) for case in some}, Action.TAKE_CASE_OUT
    )
    return head


@contextmanager
def _log(settings: Settings) -> Iterator[LookLog]:
    place = _place(settings)
    try:
        with closing(open_database(place, limits=settings.limits())) as database:
            yield LookLog(database, SystemClock())
    except (LedgerError, OSError) as error:
        step = "Let this login write to the database that WAAKVLAM_LOOKS names, or set it (or --data) to the board's."
        raise Ends(Exit.UNREACHABLE, f"{NOTHING_SHOWN}: {error}. {step}") from error


def _place(settings: Settings) -> str:
    """Return where looks are logged: where the board logs them, else a new log beside a ledger that is a file."""
    place = settings.places()["WAAKVLAM_LOOKS"]
    if looks_copy.is_kept(place):
        return place
    if settings.looks or not settings.ledger_url.startswith(SQLITE):
        step = "Set WAAKVLAM_LOOKS, or --data, to that of the board."
        raise Ends(Exit.UNREACHABLE, f"{NOTHING_SHOWN}: there is no look log there. {step}")
    beside = Path(settings.ledger_url.removeprefix(SQLITE)).parent / looks_copy.FILE
    return f"{SQLITE}{beside}"

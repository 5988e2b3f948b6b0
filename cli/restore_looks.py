"""What `waakvlam restore` does with the look log: an empty place gets that of the backup, a newer one stays, no other is replaced."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from cli.exits import Ends, Exit
from cli.screen import progress
from cli.settings import Settings
from ledger.backup import Held
from ledger.errors import Conflict
from ledger.private import private_file
from services.board import looks_copy as keeping

NONE = "This backup has no look log: a version made it that did not keep one, or there was none. Who looked before stays where it is."
OTHER = (
    "There is a look log (WAAKVLAM_LOOKS) that does not go on from the one in this backup. Lines are never thrown away, also not "
    "with --replace: move it away, or name an empty place. Nothing was changed."
)


@contextmanager
def looks_of(settings: Settings, held: Held) -> Iterator[Path | None]:
    """Give a copy of the backup's look log that must be put back, if one must be; ends when another log stands there."""
    if keeping.FILE not in held.manifest.files:
        progress(NONE)
        yield None
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder) / keeping.FILE  # to open a backup is to change it, and a changed one is refused
        copyfile(held.folder / keeping.FILE, private_file(copy))
        try:
            wanted = keeping.may_be_put_back(copy, _place(settings))
        except Conflict as error:
            raise Ends(Exit.REFUSED, OTHER) from error
        if not wanted:
            progress("The look log that is there goes on from the one in this backup; it stays.")
        yield copy if wanted else None


def put_back_looks(settings: Settings, copy: Path | None) -> None:
    """Put it back, if it must be."""
    if copy is None:
        return
    held = keeping.put_back(copy, _place(settings))
    chain = (
        "its chain holds"
        if held.broken_at is None
        else f"its chain did not hold at line {held.broken_at} before either"
    )
    progress(f"The look log is back: {held.lines} lines; {chain}.")


def _place(settings: Settings) -> str:
    return settings.places()["WAAKVLAM_LOOKS"]

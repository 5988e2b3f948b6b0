"""`waakvlam backup`: the ledger into one folder, what opens and signs it into another; services go on meanwhile."""

import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from cli.books import ledger_at
from cli.exits import Ends, Exit
from cli.screen import result
from cli.settings import Settings
from ledger import backup
from ledger.backup import Copy, Held
from ledger.private import private_file
from services.board import looks_copy as keeping
from services.board.looks_copy import OUTBOX_KEY
from waakvlam.clock import SystemClock, iso, micros_of

LAST_WORD = "backup.made"
DATED = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z")


def make_dated_backup(settings: Settings, to: Path, keys_to: Path | None, keep: int | None, *, as_json: bool) -> None:
    """Make the backups in new folders named for this instant; then throw away all but the `keep` newest of those."""
    name = f"{SystemClock().now():%Y-%m-%dT%H%M%SZ}"
    make_backup(settings, to / name, keys_to / name if keys_to else None, as_json=as_json)
    for folder in filter(None, (to, keys_to)):
        for old in () if keep is None else sorted(_dated(folder))[:-keep]:
            shutil.rmtree(old)


def _dated(folder: Path) -> Iterator[Path]:
    """Yield the dated backups in a folder: whole ones, for a folder gets its name last; anything else is not ours."""
    return (one for one in folder.iterdir() if DATED.fullmatch(one.name) and one.is_dir())


def make_backup(settings: Settings, to: Path, keys_to: Path | None, *, as_json: bool) -> None:
    """Make the backups that are asked for, and print what they hold."""
    _are_apart(to, keys_to)
    places, now = settings.places(), SystemClock().now()
    with ledger_at(settings.ledger_url, SystemClock()):
        pass  # it exists: a backup must not make the ledger that it copies
    made = backup.take(settings.ledger_url, to, now=now, beside=_looks(places["WAAKVLAM_LOOKS"]))
    keys = None
    if keys_to is not None:  # after the ledger: then every key that the copy needs is there
        store, signing = Path(places["WAAKVLAM_KEYS"]), Path(places["WAAKVLAM_CHECKPOINT_KEY"])
        if not store.is_file():
            raise Ends(Exit.UNREACHABLE, f"There is no key store at {store}. Set WAAKVLAM_KEYS to the right file.")
        keys = backup.take_keys(store, signing, keys_to, now=now, others=board_keys(settings))
    private_file(settings.data / LAST_WORD).write_text(iso(micros_of(now)) + "\n", "utf-8")
    _tell(made, keys, as_json=as_json)


def board_keys(settings: Settings) -> dict[str, Path]:
    """Return the board's own key, by its name in a backup: it opens what stands sealed in the look log."""
    return {OUTBOX_KEY: settings.data / OUTBOX_KEY}


def _looks(url: str) -> dict[str, Copy]:
    """Return how the look log is copied along; nothing where there is none."""
    return {keeping.FILE: lambda file: keeping.copy_out(url, file).told()} if keeping.is_kept(url) else {}


def last_backup(settings: Settings) -> datetime | None:
    """Return when this machine last made a backup of its ledger; None when it never did."""
    try:
        return datetime.fromisoformat((settings.data / LAST_WORD).read_text("utf-8").strip())
    except (FileNotFoundError, ValueError):
        return None


def _are_apart(to: Path, keys_to: Path | None) -> None:
    one, other = to.resolve(), keys_to.resolve() if keys_to else None
    if other and (one == other or one in other.parents or other in one.parents):
        raise Ends(
            Exit.USAGE,
            "--to and --keys-to are one place. Keep them apart, best on two systems: a copy of the ledger without its "
            "keys tells nothing about anyone.",
        )

    for folder in filter(None, (to, keys_to)):
        if folder.exists():
            raise Ends(Exit.USAGE, f"{folder} is there already. Give every backup a folder of its own.")


def _tell(made: Held, keys: Held | None, *, as_json: bool) -> None:
    told = {
        "folder": str(made.folder),
        "records": made.manifest.records,
        "root": made.manifest.root,
        "keys": str(keys.folder) if keys else None,
    }
    lines = [f"{made.manifest.records} events are in {made.folder}, read back and proven."]
    lines.append(
        f"The keys are in {keys.folder}. Keep that folder elsewhere."
        if keys
        else "The keys are not: give --keys-to, or nothing personal can be read after a restore."
    )
    looks = (made.manifest.beside or {}).get(keeping.FILE)
    lines.append(_told_of_looks(looks))
    result({**told, "looks": looks}, as_json=as_json, lines=lines)


def _told_of_looks(looks: Mapping[str, Any] | None) -> str:
    if looks is None:
        return "There is no look log at WAAKVLAM_LOOKS, so none is in it. Is that where the board keeps it?"
    if looks["broken_at"]:
        return (
            f"The look log is in it too, but its chain does not hold at line {looks['broken_at']}: a line was changed or taken "
            "away. Tell the data protection officer."
        )
    return f"The look log is in it too: {looks['lines']} lines, and its chain holds."

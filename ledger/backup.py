"""Backups: the ledger in one folder, what opens and signs it in another, each whole or not there at all.

    made = take(url, Path("/backup/2027-01-01"), now=clock.now())      # while everything runs
    take_keys(keys, signing, Path("/safe/2027-01-01"), now=clock.now())
    held = read(Path("/backup/2027-01-01"))                             # raises Damaged when it is not as it was made
    put_back(held, url, replace=False)                                  # with all services stopped

A backup of the ledger is itself a ledger in a SQLite file, whatever database the ledger lives in: it can be looked at,
exported and verified as it lies there, and put back into either database. `manifest.json` beside it says what it holds;
a folder without one, or whose files are not what it says, is refused.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ledger import copying, errors
from ledger.application import Ledger
from ledger.copying import SQLITE
from ledger.log_keys import REMEMBERED
from ledger.private import private_file, private_folder
from ledger.recorders import open_recorder
from waakvlam.clock import FixedClock, iso, micros_of

LEDGER, KEYS, SIGNING, MANIFEST = "ledger.db", "keys.db", "checkpoint.key", "manifest.json"
FORMAT = 1
_BLOCK = 1 << 20
_RELAY = "relay"  # its position says what stands on case-events, which is told anew after a restore


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a folder holds: `files` by name with their SHA-256; the rest only for a ledger. `made_at` is UTC."""

    format: int
    made_at: str
    files: Mapping[str, str]
    records: int = 0
    root: str = ""  # the Merkle root over all records, in hexadecimal
    rows: Mapping[str, int] | None = None
    positions: Mapping[str, int] | None = None  # how far each topic was read: "topic/partition"
    beside: Mapping[str, Any] | None = None  # what is told of other files that were copied along, by name


@dataclass(frozen=True, slots=True)
class Held:
    """A backup that was checked."""

    folder: Path
    manifest: Manifest


Copy = Callable[[Path], Mapping[str, Any]]
"""Copies something into a file, and tells what it holds."""


def take(url: str, folder: Path, *, now: datetime, beside: Mapping[str, Copy] | None = None) -> Held:
    """Make a backup of a ledger, which may be in use; raises Damaged when the ledger does not prove itself.

    `folder` must not exist; it appears when the backup is whole and on disk. `beside` are other files that belong in it, by name.
    """

    def fill(made: Path) -> dict[str, Any]:
        copying.copy_out(url, private_file(made / LEDGER))
        told = _proven(made / LEDGER)
        along = {name: dict(copy(private_file(made / name))) for name, copy in (beside or {}).items()}
        return {**told, "beside": along or None}

    return _made(folder, fill, now)


def take_keys(
    keys: Path, signing: Path, folder: Path, *, now: datetime, others: Mapping[str, Path] | None = None
) -> Held:
    """Make a backup of the key store, and of the keys that sign checkpoints with what they signed last, where there are.

    `others` are files with keys of other parts, by the name that they get in the backup.
    """

    def fill(made: Path) -> dict[str, Any]:
        copying.copy_file(keys, private_file(made / KEYS))
        found = ((one, name) for name, one in (others or {}).items())
        for source, name in ((signing, SIGNING), (_signed(signing), SIGNING + REMEMBERED), *found):
            if source.exists():
                private_file(made / name).write_bytes(source.read_bytes())
        return {}

    return _made(folder, fill, now)


def read(folder: Path) -> Held:
    """Check a backup against its manifest; raises Damaged when it is not whole, or not what was made."""
    try:
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
        manifest = Manifest(**told)
    except FileNotFoundError:
        raise errors.Damaged(f"{folder} holds no whole backup, there is no {MANIFEST} in it: use another one") from None
    except (ValueError, TypeError):
        raise errors.Damaged(f"{folder / MANIFEST} cannot be read: use another backup") from None
    if manifest.format != FORMAT:
        raise errors.Damaged(
            f"{folder} has format {manifest.format}, and this version reads {FORMAT}: install the version that made it"
        )
    for name, digest in manifest.files.items():
        if not (folder / name).is_file() or _digest(folder / name) != digest:
            raise errors.Damaged(f"{folder / name} is not the file that was backed up: use another backup")
    return Held(folder, manifest)


def put_back(held: Held, url: str, *, replace: bool) -> None:
    """Put a checked backup in the place of a ledger that nobody has open.

    Raises Conflict when the ledger holds anything and `replace` does not say that it may go; a SQLite file is then kept
    beside the new one, as `….replaced`. Raises Damaged, with nothing changed, when the backup does not prove itself.
    The relay's position is not put back: all records must be told on `case-events` again.
    """
    may_be_replaced(url, replace=replace)
    with _workplace(url) as work:
        shutil.copyfile(held.folder / LEDGER, private_file(work))
        proven = _proven(work)
        if (proven["records"], proven["root"]) != (held.manifest.records, held.manifest.root):
            raise errors.Damaged(f"{held.folder / LEDGER} does not hold the records that its manifest names")
        with closing(open_recorder(f"{SQLITE}{work}")) as copy, copy.writing() as t:
            t.execute("DELETE FROM positions WHERE topic = ?", (_RELAY,))
        copying.settle(work)
        if url.startswith(SQLITE):
            _exchange(work, Path(url.removeprefix(SQLITE)))
        else:
            copying.copy_in(work, url)


def put_back_keys(
    held: Held, keys: Path, signing: Path, *, replace: bool, others: Mapping[str, Path] | None = None
) -> None:
    """Put back a checked backup of keys; raises Conflict when there are keys and `replace` does not say they may go.

    What is replaced is not kept: a key that will be destroyed one day may not lie beside the store. Of `others` (see
    `take_keys`) only those that are missing are put back.
    """
    keys_may_be_replaced(keys, signing, replace=replace)
    places = {KEYS: keys, SIGNING: signing, SIGNING + REMEMBERED: _signed(signing)}
    places |= {name: one for name, one in (others or {}).items() if not one.exists()}
    for name in (one for one in held.manifest.files if one in places):
        new = places[name].with_name(places[name].name + ".new")
        shutil.copyfile(held.folder / name, private_file(new))
        _on_disk(new)
        _away(places[name])
        new.rename(places[name])
        _on_disk(new.parent)


def may_be_replaced(url: str, *, replace: bool) -> None:
    """Raise Conflict when a ledger holds anything, and `replace` does not say that it may go."""
    if not replace and not _is_free(url):
        raise errors.Conflict("the ledger there is not empty")


def keys_may_be_replaced(keys: Path, signing: Path, *, replace: bool) -> None:
    """Raise Conflict when there are keys, and `replace` does not say that they may go."""
    if not replace and any(one.exists() and one.stat().st_size for one in (keys, signing)):
        raise errors.Conflict("there are keys already")


def _signed(signing: Path) -> Path:
    return signing.with_name(signing.name + REMEMBERED)


def _proven(file: Path) -> dict[str, Any]:
    """Return what a copy of a ledger holds; raises Damaged when it contradicts itself."""
    with closing(Ledger.open(f"{SQLITE}{file}", clock=FixedClock(0))) as copy:
        if finding := next(copy.verify_all(), None):
            raise errors.Damaged(f"position {finding.position}, version {finding.version}: {finding.reason}")
        records = copy.head()
        copy.proofs.grow(records)
        root = copy.proofs.root(records)
    with closing(open_recorder(f"{SQLITE}{file}")) as recorder, recorder.reading() as t:
        rows, read_to = copying.counts(t), t.rows("SELECT topic, part, read_to FROM positions")
    positions = {f"{topic}/{part}": at for topic, part, at in read_to}
    copying.settle(file)
    return {"records": records, "root": root.hex(), "rows": rows, "positions": positions}


def _made(folder: Path, fill: Callable[[Path], dict[str, Any]], now: datetime) -> Held:
    """Make a folder whole under another name, and give it its own when all of it is on disk."""
    if folder.exists():
        raise errors.Conflict(f"{folder} is there already: give every backup a folder of its own")
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    told = fill(private_folder(part))
    files = {one.name: _digest(one) for one in sorted(part.iterdir())}
    manifest = Manifest(FORMAT, iso(micros_of(now)), files, **told)
    private_file(part / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n", "utf-8")
    for one in (*part.iterdir(), part):
        _on_disk(one)
    part.rename(folder)
    _on_disk(folder.parent)
    return Held(folder, manifest)


@contextmanager
def _workplace(url: str) -> Iterator[Path]:
    """Give a place for a copy to work on: beside a SQLite ledger, else in the system's place for such."""
    if url.startswith(SQLITE):
        file = Path(url.removeprefix(SQLITE))
        private_folder(file.parent)
        work = file.with_name(file.name + ".restoring")
        _away(work)
        yield work
        _away(work)
        return
    with TemporaryDirectory() as folder:
        yield Path(folder) / LEDGER


def _is_free(url: str) -> bool:
    if url.startswith(SQLITE):
        file = Path(url.removeprefix(SQLITE))
        return not file.exists() or not file.stat().st_size or copying.is_empty(url)
    return copying.is_empty(url)


def _exchange(new: Path, file: Path) -> None:
    """Put a whole file in the place of another, which is kept; its write-ahead log goes first: it fits no other file."""
    _on_disk(new)
    for suffix in ("-wal", "-shm", ""):
        with suppress(FileNotFoundError):
            Path(f"{file}{suffix}").rename(f"{file}.replaced{suffix}")
    new.rename(file)
    _on_disk(file.parent)


def _away(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _on_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
